import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { doctor } from "../../src/commands/doctor.ts";
import { scaledCompany } from "../../sync/sample/company.ts";
import { printedBy, runSyncHere } from "../support/inner-command.ts";
import { buildSampleSite, type SampleSite } from "../support/sample-site.ts";

const prefix = "https://www.googleapis.com/auth/admin.directory.";
const scopes = ["user", "group", "group.member", "domain"].map((noun) => `${prefix}${noun}.readonly`);
const clientId = "100000000000000000001";

let site: SampleSite;
let granted: string[];
beforeAll(async () => {
  site = await buildSampleSite({ company: scaledCompany({ users: 3, groups: 1, memberships: 3 }) });
  granted = [...site.sample.delegatedScopes];
});
beforeEach(() => {
  for (const scope of granted) site.sample.delegatedScopes.add(scope);
});
afterAll(() => site.close());

interface Finding {
  what: string;
  ok: boolean;
  advice: string | null;
  site?: string;
  directory?: string;
  scope?: string;
  clientId?: string;
}

async function findings(): Promise<{ code: number; of(directory: string): Finding[]; all: Finding[] }> {
  const { code, output } = await printedBy(() => doctor(site.command.env, { json: true }));
  const all = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Finding); // as: the command's own lines
  return { code, all, of: (directory) => all.filter((finding) => finding.directory === directory) };
}

describe("gatehouse doctor (S23)", () => {
  it("asks for each scope of each directory", async () => {
    const { of, all } = await findings();
    expect(of("Workspace")).toEqual(
      scopes.map((scope) => ({
        what: `Workspace: ${scope}`,
        ok: true,
        advice: null,
        site: "acme",
        directory: "Workspace",
        scope,
        clientId,
      })),
    );
    expect(all.map(({ what, ok }) => `${what} ${ok}`).slice(0, 5)).toEqual([
      "settings true",
      "database true",
      "migrations true",
      "clock true",
      "mail false", // No mail server is set here.
    ]);
  });

  it.each(scopes)("names the missing scope %s and the client id to grant it to, once it is revoked", async (scope) => {
    site.sample.delegatedScopes.delete(scope);
    const { code, of } = await findings();
    expect(code).toBe(1);
    for (const finding of of("Workspace")) expect([finding.scope, finding.ok]).toEqual([finding.scope, finding.scope !== scope]);
    const missing = of("Workspace").find(({ ok }) => !ok);
    expect(missing?.advice).toContain(`authorize client id ${clientId} for ${scope}. `);
    for (const other of scopes) if (other !== scope) expect(missing?.advice).not.toContain(`${other},`);
  });

  it("says in words once what several scopes need", async () => {
    const [, group = "", member = ""] = scopes;
    for (const scope of [group, member]) site.sample.delegatedScopes.delete(scope);
    const { code, output } = await printedBy(() => doctor(site.command.env, { json: false }));
    expect(code).toBe(1);
    const told = output.slice(output.indexOf("ok    Workspace")).split("\n");
    expect(told).toEqual([
      `ok    Workspace: ${scopes[0]}`,
      `FAIL  Workspace: ${group}`,
      `FAIL  Workspace: ${member}`,
      expect.stringMatching(/^ {6}Google refused: "unauthorized_client: .*" In the Google Admin console, /),
      `ok    Workspace: ${scopes[3]}`,
      "",
    ]);
    expect(told[3]).toContain(`authorize client id ${clientId} for ${group}, ${member}. `);
  });

  it("names what a run misses in the run, too: the scopes that are missing and no others", async () => {
    const [, group = ""] = scopes;
    site.sample.delegatedScopes.delete(group);
    const { code, output } = await runSyncHere(site.command.env, "plan", "--site", "acme");
    expect(code).toBe(1);
    expect(output).toContain(`authorize client id ${clientId} for ${group}. `);
  });

  it("says that the Workspace knows no such administrator, and that credentials cannot be opened by another SECRET_KEY", async () => {
    const { users } = site.sample.company;
    const former = users[0]?.primaryEmail ?? "";
    Object.assign(users[0] ?? {}, { primaryEmail: "somebody.else@acme.example" });
    const gone = await findings();
    Object.assign(users[0] ?? {}, { primaryEmail: former });
    expect(gone.code).toBe(1);
    expect(gone.of("Workspace")).toHaveLength(4);
    for (const { advice } of gone.of("Workspace")) expect(advice).toContain(`There is no user ${former} to act for.`);

    const SECRET_KEY = Buffer.alloc(32).toString("base64");
    const otherKey = await printedBy(() => doctor({ ...site.command.env, SECRET_KEY }, { json: false }));
    expect(otherKey.code).toBe(1);
    expect(otherKey.output).toMatch(/^FAIL {2}Workspace\n {6}Its credentials cannot be used \(/m);
  });
});
