import { once } from "node:events";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { leaseOf } from "../../src/actions/directories/begin-run.ts";
import { connectDirectory } from "../../src/actions/directories/connect-directory.ts";
import { releaseLease, takeLease } from "../../src/actions/directories/hold-lease.ts";
import { createGroups } from "../../src/actions/groups/create-groups.ts";
import { compactId } from "../../src/model/id.ts";
import { scaledCompany } from "../../sync/sample/company.ts";
import { addGroup, addUser, deleteUser, suspendUser } from "../../sync/sample/edit.ts";
import { runSyncHere } from "../support/inner-command.ts";
import { buildSampleSite, type SampleSite } from "../support/sample-site.ts";

let site: SampleSite;
const sync = (...args: string[]) => runSyncHere(site.command.env, ...args, "--site", "acme");
/** What was printed, by type, and the exit code. */
async function told(...args: string[]) {
  const { code, output } = await sync(...args, "--json");
  const lines = output.split("\n").flatMap((line): Record<string, unknown>[] => (line ? [JSON.parse(line)] : []));
  const of = (type: string) => lines.filter((line) => line.type === type);
  return { code, changes: of("change"), runs: of("run"), run: of("run").at(-1) as { id: string; status: string } }; // as: a run's line
}
const emailOf = (n: number) => site.sample.company.users[n]?.primaryEmail ?? "";

beforeAll(async () => {
  const company = scaledCompany({ users: 12, groups: 2, memberships: 20 });
  // Nothing is removed without a person.
  site = await buildSampleSite({ company, settings: { maxRemovals: 0, maxRemovalPercent: 0 } });
});
afterAll(() => site.close());

describe("gatehouse sync", () => {
  it("plans with 2 while there is something to change, applies with 0, and has nothing to do with 0 after that (S21)", async () => {
    expect((await sync("run")).code).toBe(1); // A first run needs a plan that a person applies.
    const plan = await told("plan");
    expect(plan).toMatchObject({ code: 2, run: { status: "PLANNED" } });
    expect(plan.changes).toHaveLength(12 + 2 + 20);
    expect(await told("run", "--run", plan.run.id)).toMatchObject({ code: 0, run: { status: "SUCCEEDED" } });
    expect(await told("plan")).toMatchObject({ code: 0, changes: [], run: { status: "PLANNED" } });
    expect(await told("run")).toMatchObject({ code: 0, changes: [], run: { status: "SUCCEEDED" } });
  });

  it("holds removals with 2, planned or run, and applies them with 0 once they are approved", async () => {
    suspendUser(site.sample.company, emailOf(3));
    deleteUser(site.sample.company, emailOf(4));
    expect((await told("plan")).code).toBe(2);
    const held = await told("run");
    expect(held).toMatchObject({ code: 2, run: { status: "HELD" } });
    expect((await sync("run", "--run", held.run.id)).code).toBe(1); // Not without approval.
    expect(await told("run", "--run", held.run.id, "--approve-removals")).toMatchObject({
      code: 0,
      run: { status: "SUCCEEDED" },
    });
  });

  it("ends with 1 when something of a run is refused, and goes on with the rest", async () => {
    const { company } = site.sample;
    addGroup(company, { email: "new@acme.example", name: "New" });
    addUser(company, { primaryEmail: "new.person@acme.example", givenName: "New", familyName: "Person" });
    const plan = await told("plan");
    await site.door.act(site.place, (work) => createGroups(work, [{ name: "New" }]));
    const made = await sync("run", "--run", plan.run.id);
    expect(made.code).toBe(1);
    expect(made.output).toMatch(/^PARTIAL: 1 change could not be made/);
    expect(made.output).toMatch(/^ +There is a group named New already\.\n +\? New .* would come/m);
    expect(made.output).toMatch(/^\+ New Person <new\.person@acme\.example> +comes/m);
  });

  it("ends with 1 and the directory's reason when it fails", async () => {
    site.sample.faults.push({ kind: "refuse", error: "forbidden", method: "users.list", times: 1 });
    const { code, output, remarks } = await sync("plan");
    expect(code).toBe(1);
    expect(output).toMatch(/^FAILED: Google refused: .* must be an administrator/);
    expect(output).toContain("gatehouse doctor");
    expect(remarks).toMatch(/^Run run_\w{20}\n$/);
  });

  it("ends with 1 when it is cancelled, here by the signal of Ctrl-C, and leaves nothing under way", async () => {
    const asked = () => site.sample.requests.get("users.list") ?? 0;
    const before = asked();
    site.sample.faults.push({ kind: "drip", method: "users.list", pieces: 40, everyMs: 50, times: 1 });
    const command = site.command.start("sync", "plan", "--site", "acme");
    const output = text(command.stdout ?? process.stdin);
    await vi.waitFor(() => expect(asked()).toBeGreaterThan(before), { timeout: 30_000 });
    command.kill("SIGINT");
    expect((await once(command, "close"))[0]).toBe(1);
    expect(await output).toMatch(/^CANCELLED: Nothing was changed\./);
    expect((await told("plan")).code).toBe(0);
  });

  it("waits for the end of a run that another process has in hand", async () => {
    const name = leaseOf(compactId("Directory", site.directoryId) ?? "");
    const lease = { name, holder: "somebody else" };
    const withPermit = (claim: typeof lease) =>
      site.door.act(site.place, async (work) => {
        const permit = work.permit("syncApply", { noun: "site", id: work.siteId });
        return work.unchanged(permit, await takeLease(work, claim));
      });
    expect(await withPermit(lease)).not.toBeNull();
    const planned = told("plan");
    const underWay = () => site.database.ground.read("SELECT id FROM SyncRun WHERE status = 'PLANNING' AND fence = 0");
    await vi.waitFor(async () => expect(await underWay()).toHaveLength(1), { timeout: 30_000 });
    await site.door.act(site.place, (work) => releaseLease(work, lease));
    expect(await planned).toMatchObject({ code: 0, run: { status: "PLANNED" } });
  });

  it("shows a run again as it was told, whole if wanted, with its exit code", async () => {
    addUser(site.sample.company, { primaryEmail: "eve@acme.example", givenName: "Eve\x1b[2J", familyName: "\u202eE" });
    const planned = await sync("plan");
    expect(planned.code).toBe(2);
    const id = /run_\w{20}/.exec(planned.remarks)?.[0] ?? "";
    expect(await sync("show", "--run", id, "--no-color")).toMatchObject({ code: 2, output: planned.output });
    expect((await sync("show", "--run", id, "--all")).output).toMatch(/^\+ eve/m);
    const { output } = await sync("show", "--run", id, "--json");
    const explained = await sync("explain", "eve@acme.example");
    const explainedInJson = await sync("explain", "eve@acme.example", "--json");
    expect(explained).toMatchObject({
      code: 2,
      output: expect.stringMatching(/^The directory has eve@acme\.example: Eve\\u\{1b\}\[2J/),
    });
    for (const told of [planned.output, output, explained.output, explainedInJson.output])
      expect(told.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
    for (const wrong of ["run_00000000000000000000", "nothing"]) {
      const { code, remarks } = await sync("show", "--run", wrong);
      expect({ code, remarks }).toEqual({ code: 1, remarks: "--run: There is no such run on this site.\n" });
    }
  });

  it("tells the latest runs, the newest first, as a table or in lines of JSON", async () => {
    const { runs, code } = await told("history");
    expect(code).toBe(0);
    expect(runs.map(({ status }) => status)).toEqual(
      expect.arrayContaining(["PLANNED", "SUCCEEDED", "PARTIAL", "FAILED", "CANCELLED"]),
    );
    const lines = (await sync("history")).output.trim().split("\n");
    expect(lines).toHaveLength(runs.length + 1);
    expect(lines[0]).toMatch(/^STARTED \(UTC\) +RUN +STATUS +BY +COME/);
    for (const [at, { id, status }] of runs.entries()) expect(lines[at + 1]).toMatch(new RegExp(`${id} +${status} +operator`));
  });

  it("needs to be told which directory to plan where there are several, and not which one a plan is of", async () => {
    const { serviceAccountKey, adminEmail } = site.sample;
    const credentials = { googleWorkspace: { serviceAccountKey, adminEmail } };
    const plan = await told("plan");
    await site.door.act(site.place, (work) => connectDirectory(work, { name: "Second", credentials }));
    const { code, remarks } = await sync("plan");
    expect({ code, remarks }).toEqual({ code: 1, remarks: "--directory: There are several directories: name one.\n" });
    expect((await told("plan", "--directory", site.directoryId)).code).toBe(2);
    expect(await told("run", "--run", plan.run.id)).toMatchObject({ code: 0, run: { status: "SUCCEEDED" } });
  });
});
