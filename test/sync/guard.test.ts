import { describe, expect, it } from "vitest";
import { proveRemovals } from "../../sync/prove.ts";
import { bodiesOf, holdGroup, holdUser, nothingHeld, plan, told } from "../support/planning.ts";
import { scriptedDirectory } from "../support/scripted-directory.ts";

/** A site that holds `u0` to `u<n-1>`, all of them in one group, and a directory that says the same. */
function inStep(n: number) {
  const script = scriptedDirectory();
  const held = nothingHeld();
  const ids = Array.from({ length: n }, (_, index) => `u${index}`);
  for (const id of ids) script.person(id, `${id}@acme.example`);
  script.group("g1", "Team", ids);
  holdGroup(
    held,
    "g1",
    "Team",
    ids.map((id) => holdUser(held, id, `${id}@acme.example`)),
  );
  return { script, held };
}

const statusesIn = (lines: string[]) => [...new Set(lines.map((line) => line.split(" ")[0]))];

describe("holding removals", () => {
  it("holds all of a kind when there are more than the limit, and says so (S13)", () => {
    const { script, held } = inStep(40);
    for (let n = 0; n < 6; n++) script.leave(`u${n}`);
    const made = plan(script, held);
    const gone = told(made).filter((line) => line.includes("USER_DEACTIVATE"));
    expect(gone).toHaveLength(6);
    expect(statusesIn(gone)).toEqual(["HELD"]);
    expect(made.holds).toEqual(["This run would remove 6 of 40 users; without approval it may remove 5."]);
    expect(made.summary).toMatchObject({ usersToRemove: 6, held: 6 });
  });

  it("lets as many go as the larger of number and share (S13)", () => {
    const { script, held } = inStep(40);
    for (let n = 0; n < 6; n++) script.leave(`u${n}`);
    expect(statusesIn(told(plan(script, held, { maxRemovalPercent: 15 })))).toEqual(["PLANNED"]);
    expect(statusesIn(told(plan(script, held, { maxRemovals: 6 })))).toEqual(["PLANNED"]);
  });

  it("holds what rests on a partial list, however little it is (S4)", () => {
    const { script, held } = inStep(40);
    script.leave("u1");
    script.listsAre = "partial";
    expect(told(plan(script, held))).toEqual(["HELD USER_DEACTIVATE u1@acme.example"]);
  });

  it("brings newcomers also from a partial list", () => {
    const { script, held } = inStep(5);
    script.person("new", "new@acme.example");
    script.listsAre = "partial";
    expect(told(plan(script, held))).toEqual(["PLANNED USER_CREATE new@acme.example"]);
  });

  it("holds the removals of a group of five that would lose everyone, whatever the limit (S13)", () => {
    const { script, held } = inStep(5);
    script.group("g1", "Team", []);
    const lines = told(plan(script, held, { maxRemovals: 100 }));
    expect(lines).toHaveLength(5);
    expect(statusesIn(lines)).toEqual(["HELD"]);
    expect(statusesIn(told(plan(inStep(4).script, inStep(4).held)))).toEqual([]);
  });

  it("holds the end of a group of five", () => {
    const { script, held } = inStep(5);
    script.groups.delete("g1");
    script.members.delete("g1");
    expect(told(plan(script, held))).toEqual(["HELD GROUP_DELETE Team"]);
  });

  it("limits the memberships of one large group by themselves (S13)", () => {
    const { script, held } = inStep(200);
    const small = Array.from({ length: 30 }, (_, index) => `u${index}`);
    script.group("g2", "Small", small.slice(6));
    const user = (id: string) => held.users.get(id);
    holdGroup(
      held,
      "g2",
      "Small",
      small.flatMap((id) => user(id) ?? []),
    );
    const lines = told(plan(script, held));
    expect(lines).toHaveLength(6);
    expect(statusesIn(lines)).toEqual(["HELD"]);
  });

  it("leaves an admin or manager to a person, the plan of whom may go (S15)", () => {
    const { script, held } = inStep(40);
    const user = held.users.get("u1");
    if (user) user.role = "MANAGER";
    script.leave("u1");
    expect(told(plan(script, held))).toEqual(["HELD USER_DEACTIVATE u1@acme.example"]);
    expect(told(plan(script, held, {}, true))).toEqual(["PLANNED USER_DEACTIVATE u1@acme.example"]);
  });

  it("holds who left the groups in scope when one of those groups is missing", () => {
    const { script, held } = inStep(5);
    script.hidden.add("g1");
    const lines = told(plan(script, held, { scope: "GROUPS", groupEmails: ["g1@acme.example"] }));
    expect(statusesIn(lines)).toEqual(["HELD"]);
  });
});

describe("proving removals", () => {
  const options = { scopeGroups: [], again: false };

  it("asks for each candidate by itself, and believes no list (S12)", async () => {
    const { script, held } = inStep(40);
    script.leave("u1");
    script.hidden.add("u2");
    const bodies = bodiesOf(plan(script, held)).filter(({ proof }) => proof);
    expect(await proveRemovals(script.reader(), bodies, options)).toEqual(["proven", "there"]);
    expect(script.proofs).toEqual(["user u1", "user u2"]);
  });

  it("asks for nobody whose own record says that they are suspended, until a person approves later", async () => {
    const { script, held } = inStep(40);
    script.person("u1", "u1@acme.example", { suspended: true });
    const bodies = bodiesOf(plan(script, held));
    expect(await proveRemovals(script.reader(), bodies, options)).toEqual(["proven"]);
    expect(script.proofs).toEqual([]);
    script.person("u1", "u1@acme.example");
    expect(await proveRemovals(script.reader(), bodies, { ...options, again: true })).toEqual(["there"]);
  });

  it("asks for every membership that is to end", async () => {
    const { script, held } = inStep(40);
    script.group(
      "g1",
      "Team",
      [...script.users.keys()].filter((id) => id !== "u7"),
    );
    const bodies = bodiesOf(plan(script, held));
    expect(await proveRemovals(script.reader(), bodies, options)).toEqual(["proven"]);
    expect(script.proofs).toEqual(["member g1 u7"]);
  });

  it("asks every group in scope about who seems to have left them all", async () => {
    const { script, held } = inStep(40);
    script.person("u40", "u40@acme.example");
    holdUser(held, "u40", "u40@acme.example");
    const made = plan(script, held, { scope: "GROUPS", groupEmails: ["g1@acme.example"] });
    const { scopeGroups } = made.summary;
    expect(scopeGroups).toEqual(["g1"]);
    expect(await proveRemovals(script.reader(), bodiesOf(made), { scopeGroups, again: false })).toEqual(["proven"]);
  });
});
