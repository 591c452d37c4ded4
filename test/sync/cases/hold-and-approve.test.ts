import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bring, buildCases, type CasesHouse, type SeenRun, type SyncedSite } from "./synced-site.ts";

let house: CasesHouse;
let site: SyncedSite;
beforeEach(async () => {
  house = await buildCases();
  site = house.site;
});
afterEach(async () => {
  expect(house.told).toEqual([]);
  await house.close();
});

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `u${from + at}`);
const group = (id: string, members: string[]) => site.script.group(id, `Group ${id}`, members);
const leave = (...gone: string[]) => gone.forEach(site.script.leave);
const drop = (...gone: string[]) => {
  for (const id of gone) {
    site.script.groups.delete(id);
    site.script.members.delete(id);
  }
};
/** Everybody with status and groups, in the order of their addresses. */
const everyone = async () => {
  const query = "{ users(first: 200) { nodes { email status groups(first: 20) { nodes { name } } } } }";
  const { users } = await site.query<{ users: { nodes: { email: string }[] } }>(query);
  return users.nodes.sort((one, other) => (one.email < other.email ? -1 : 1));
};
const held = ({ lines }: SeenRun) => lines.filter((line) => line.startsWith("HELD "));

/** Each kind of removal, more of it than a run may make: what is here, what happens, and how the administrator is told. */
interface Excess {
  arrange(): void;
  happen(): void;
  /** What waits. */
  waits: string[];
  letter: string;
  reason: string;
}
const excesses: Record<string, Excess> = {
  users: {
    arrange: () => void bring(site, 40),
    happen: () => leave(...ids(0, 6)),
    waits: ids(0, 6).map((id) => `USER_DEACTIVATE ${id}@acme.example`),
    letter: "6 users",
    reason: "This run would remove 6 of 40 users; without approval it may remove 5.",
  },
  groups: {
    arrange: () => {
      for (let n = 0; n < 12; n++) group(`g${n}`, []);
    },
    happen: () => drop("g0", "g1", "g2", "g3", "g4", "g5"),
    waits: ["g0", "g1", "g2", "g3", "g4", "g5"].map((id) => `GROUP_DELETE Group ${id}`),
    letter: "6 groups",
    reason: "This run would remove 6 of 12 groups; without approval it may remove 5.",
  },
  "memberships overall": {
    arrange: () => {
      bring(site, 4);
      for (let n = 0; n < 10; n++) group(`g${n}`, ids(0, 4));
    },
    happen: () => {
      for (let n = 0; n < 6; n++) group(`g${n}`, ids(1, 4));
    },
    waits: ["g0", "g1", "g2", "g3", "g4", "g5"].map((id) => `MEMBER_REMOVE u0@acme.example in Group ${id}`),
    letter: "6 memberships",
    reason: "This run would remove 6 of 40 memberships; without approval it may remove 5.",
  },
  "memberships of one group above 20": {
    arrange: () => {
      bring(site, 100);
      group("g1", ids(0, 100));
      group("g2", ids(0, 30));
    },
    happen: () => group("g2", ids(6, 30)),
    waits: ids(0, 6).map((id) => `MEMBER_REMOVE ${id}@acme.example in Group g2`),
    letter: "6 memberships",
    reason: "The group Group g2 would lose 6 of its 30 members; without approval it may lose 5.",
  },
  "a group of 5 that loses all": {
    arrange: () => {
      bring(site, 10);
      group("g1", ids(0, 5));
    },
    happen: () => group("g1", []),
    waits: ids(0, 5).map((id) => `MEMBER_REMOVE ${id}@acme.example in Group g1`),
    letter: "5 memberships",
    reason: "The group Group g1 would lose all of its 5 members.",
  },
  "a group of 5 that is deleted": {
    arrange: () => {
      bring(site, 10);
      group("g1", ids(0, 5));
    },
    happen: () => drop("g1"),
    waits: ["GROUP_DELETE Group g1"],
    letter: "1 group",
    reason: "The group Group g1 would lose all of its 5 members.",
  },
};

describe.each(Object.entries(excesses))("too many removals: %s", (_kind, { arrange, happen, waits, letter, reason }) => {
  it("everything else is applied, and the removals wait", async () => {
    arrange();
    await site.sync();
    const before = await everyone();
    happen();
    site.script.person("new", "new@acme.example");
    site.script.group("gNew", "New", ["new"]);
    const run = await site.scheduled();
    expect(run).toMatchObject({ status: "HELD", failure: reason, summary: { held: waits.length, failed: 0 } });
    expect(held(run)).toEqual(waits.map((line) => `HELD ${line}`));
    expect(new Set(Object.values(run.why))).toEqual(new Set([reason]));
    expect(await site.membersOf("New")).toEqual(["new@acme.example"]);
    expect((await everyone()).filter(({ email }) => email !== "new@acme.example")).toEqual(before);
    expect(await site.status()).toEqual({ status: "DEGRADED", statusReason: reason });
  });

  it("admins get one letter, which says how many and why", async () => {
    arrange();
    await site.sync();
    happen();
    await site.scheduled();
    await site.scheduled();
    const [told] = await house.mail.waitFor("admin@acme.example");
    expect(told?.subject).toBe("Removals from Acme wait for you");
    expect(told?.text).toContain(`- ${letter}\n`);
    expect(told?.text.replace(/\s+/g, " ")).toContain(reason);
    expect(await house.rows("SELECT recipient FROM Letter WHERE recipient = 'admin@acme.example'")).toHaveLength(1);
  });

  it("once approved, exactly those are applied", async () => {
    arrange();
    await site.sync();
    happen();
    const run = await site.apply(await site.scheduled(), { approveRemovals: true });
    expect(run).toMatchObject({ status: "SUCCEEDED", failure: null, summary: { held: 0, failed: 0, applied: waits.length } });
    expect(run.lines).toEqual(waits.map((line) => `APPLIED ${line}`));
    expect(await site.status()).toEqual({ status: "HEALTHY", statusReason: null });
    expect((await site.scheduled()).lines).toEqual([]);
  });
});
