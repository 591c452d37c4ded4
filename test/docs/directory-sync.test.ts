import { appendFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGroups } from "../../src/actions/groups/create-groups.ts";
import { doctor } from "../../src/commands/doctor.ts";
import {
  addGroup,
  addMember,
  addUser,
  deleteGroup,
  deleteUser,
  removeMember,
  renameGroup,
  suspendUser,
} from "../../sync/sample/edit.ts";
import { isShownBy, Same, shownCommands } from "../support/console-page.ts";
import { printedBy, runSyncHere } from "../support/inner-command.ts";
import { buildSampleSite, type SampleSite } from "../support/sample-site.ts";

const page = "docs/directory-sync.md";
const commands = shownCommands(page);
/** The terminal that the page was pasted from. */
const terminal = { isTTY: true, columns: 80 };

let site: SampleSite;
const same = new Same();
const before = { isTTY: process.stdout.isTTY, columns: process.stdout.columns };
let lastCode = 0;

beforeAll(async () => {
  site = await buildSampleSite();
  Object.assign(process.stdout, terminal);
  process.env.NO_COLOR = "1";
});
afterAll(async () => {
  Object.assign(process.stdout, before);
  process.env.NO_COLOR = "";
  await site.close();
});

/** What happens in the company, or here, between two commands of the page. */
const scenes: Record<string, () => void | Promise<void>> = {
  "an ordinary week"() {
    const { company } = site.sample;
    addUser(company, {
      primaryEmail: "haruka.tanaka@acme.example",
      givenName: "春香",
      familyName: "田中",
      title: "Backend engineer",
    });
    addMember(company, "backend@acme.example", "haruka.tanaka@acme.example");
    suspendUser(company, emailAt(3));
    deleteUser(company, emailAt(5));
    Object.assign(company.users[11] ?? {}, { familyName: "Lindqvist", title: "Senior backend engineer" });
    renameGroup(company, "design@acme.example", { name: "Design & Research" });
    addGroup(company, { email: "offsite@acme.example", name: "Offsite 2026" });
    for (let n = 20; n < 60; n++) addMember(company, "offsite@acme.example", emailAt(n));
    for (let n = 60; n < 90; n++) addMember(company, "design@acme.example", emailAt(n));
    addMember(company, "legal@acme.example", emailAt(100));
    addMember(company, "support@acme.example", emailAt(100));
    removeMember(company, "support@acme.example", emailAt(240));
    deleteGroup(company, "first-aid@acme.example");
  },
  async "a group of the same name"() {
    await site.door.act(site.place, (work) => createGroups(work, [{ name: "Climbing" }]));
    addGroup(site.sample.company, { email: "climbing@acme.example", name: "Climbing" });
  },
  "a scope is taken back"() {
    for (const scope of site.sample.delegatedScopes)
      if (scope.endsWith("group.member.readonly")) site.sample.delegatedScopes.delete(scope);
  },
};

function emailAt(n: number): string {
  return site.sample.company.users[n]?.primaryEmail ?? "";
}

/** Who types commands takes longer than a second from one to the next, and waits for no turn to ask Google. */
async function restAWhile(): Promise<void> {
  const transaction = await site.database.ground.begin();
  await transaction.write("DELETE FROM Quota");
  await transaction.commit();
}

async function print(command: string): Promise<string[]> {
  if (command === "echo $?") return [String(lastCode)];
  const [program, name, ...args] = command.split(" ");
  if (program !== "gatehouse") throw new Error(`The page shows a command that no test knows: ${command}`);
  const { code, output, remarks } =
    name === "doctor"
      ? await printedBy(() => doctor(site.command.env, { json: args.includes("--json") }))
      : await runSyncHere(site.command.env, ...args);
  lastCode = code;
  const lines = `${remarks}${output}`.split("\n").slice(0, -1);
  return lines.filter((line) => !/\r|^(Reading|Applying) /.test(line)); // How far it is: on a slow machine alone.
}

describe("the page on directory sync", () => {
  it("shows commands", () => {
    expect(commands.length).toBeGreaterThan(9);
    expect(new Set(commands.flatMap((shown) => shown.scenes))).toEqual(new Set(Object.keys(scenes)));
  });

  it.each(commands.map((shown, index) => ({ ...shown, index })))(
    "shows what is printed: $index $command",
    async ({ command, output, scenes: before }) => {
      for (const scene of before) await scenes[scene]?.();
      await restAWhile();
      const shown = output.map((line) => same.shown(line));
      const lines = await print(same.typed(command));
      if (process.env.SHOW_PAGE) appendFileSync(process.env.SHOW_PAGE, `$ ${command}\n${lines.join("\n")}\n\n`);
      const printed = lines.map((line) => same.printed(line));
      // Where they differ, both are to be seen.
      if (!isShownBy(shown, printed)) expect(shown).toEqual(printed);
    },
  );
});
