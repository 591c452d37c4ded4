import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApplication } from "../../../src/actions/applications/create-application.ts";
import { setGrant } from "../../../src/actions/applications/set-grant.ts";
import { createGroups } from "../../../src/actions/groups/create-groups.ts";
import { createSite } from "../../../src/actions/sites/create-site.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import { inviteUsers } from "../../../src/actions/users/invite-users.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import type { Work } from "../../../src/work/work.ts";
import { type Command, commandOn } from "../../support/command.ts";
import { buildPeopleHouse, type PeopleHouse } from "../../support/people-house.ts";

const folder = mkdtempSync(join(tmpdir(), "gatehouse-export-"));
let house: PeopleHouse;
let command: Command;
beforeAll(async () => {
  house = await buildPeopleHouse();
  command = commandOn(house.database);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await house.close();
});

async function exported(site: string, ...flags: string[]) {
  const { code, output, remarks } = await command.run("users", "export", "--site", site, ...flags);
  expect({ code, remarks }).toEqual({ code: 0, remarks: "" });
  const rows: Record<string, string>[] = parse(output, { columns: true, record_delimiter: "\r\n" });
  return { output, rows };
}

const columns = "email,full name,username,role,status,groups,applications,created,joined,last active,directory";
/** What names can have in them that a table could take for something else. */
const names = ["=1+1", "+plus", "-minus", "@at", "'=quoted", "a;b", "back\\slash", 'say "hi", all', "Zoë 😀"];

/** A site with groups of such names, of which one opens an application that has another for its default. */
async function buildSite(key: string) {
  const siteId = newId();
  const act = <T>(change: (work: Work) => Promise<T>) => house.door.act({ siteId, actor: house.operator }, change);
  await act((work) => createSite(work, { key, name: key, adminEmail: "owner@hand.example" }));
  const groups = (
    await act((work) =>
      createGroups(
        work,
        names.map((name) => ({ name })),
      ),
    )
  ).map((id) => publicId("Group", id));
  const [opener = ""] = groups;
  for (const [name, seatLimit] of [
    ["wiki", null],
    ["crm", 2000],
  ] as const)
    await act(async (work) => {
      const id = publicId(
        "Application",
        await createApplication(work, { key: name, name, grantedToNewUsers: name === "crm", seatLimit }),
      );
      if (name === "wiki") await setGrant(work, { applicationId: id, groupId: opener, role: "ADMIN", default: false });
    });
  return { siteId, act, groups };
}

// Each of them is several processes: on a busy machine that takes its time.
describe("users export", { timeout: 240_000 }, () => {
  it("writes every column of a user, and tells who is invited, active and deactivated", async () => {
    const joined = await house.joinByLink("active@one.example", "MANAGER");
    const gone = await house.joinByLink("gone@one.example");
    await house.act((work) => deactivateUsers(work, { ids: [gone.publicUserId] }));
    await house.invite("invited@one.example", {
      groupIds: [await house.group("Choir")],
      applicationIds: [(await house.application("wiki")).id],
    });
    const { output, rows } = await exported("acme");
    expect(output.split("\r\n")[0]).toBe(columns);
    const at = (email: string) => rows.find((row) => row.email === email);
    const active = await house.userAt("active@one.example");
    expect(at("active@one.example")).toEqual({
      email: "active@one.example",
      "full name": "Name of active",
      username: "active",
      role: "MANAGER",
      status: "ACTIVE",
      groups: "",
      applications: "",
      created: active.createdAt,
      joined: active.joinedAt,
      "last active": active.lastActiveAt,
      directory: "",
    });
    expect(joined.userId).toBe(active.id);
    expect(at("invited@one.example")).toMatchObject({
      status: "INVITED",
      groups: "Choir;wiki-users",
      applications: "wiki",
      joined: "",
    });
    expect(at("gone@one.example")).toMatchObject({ status: "DEACTIVATED" });
    expect(rows.map(({ email }) => email)).toEqual(rows.map(({ email }) => email).sort());
    expect(rows.some(({ email }) => email?.endsWith("@elsewhere.example"))).toBe(false);
  });

  it("writes only those of the statuses asked for, and refuses others", async () => {
    const there = await house.rows<{ email: string }>(
      "SELECT email FROM User WHERE siteId = ? AND status <> 'INVITED' ORDER BY email",
      [house.siteId],
    );
    const { rows } = await exported("acme", "--status", "active,DEACTIVATED");
    expect(rows.map(({ email }) => email)).toEqual(there.map(({ email }) => email));
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(["ACTIVE", "DEACTIVATED"]));
    const refused = await command.run("users", "export", "--site", "acme", "--status", "gone");
    expect(refused).toMatchObject({ code: 1, output: "" });
    expect(refused.remarks).toContain("GONE is no status");
    expect((await command.run("users", "export")).code).toBe(64);
  });

  it("writes nothing that a spreadsheet would run", async () => {
    const { act, groups } = await buildSite("formulas");
    const invitees = names.map((fullName, n) => ({ email: `p${n}@two.example`, fullName }));
    await act((work) =>
      inviteUsers(work, {
        invitees: [...invitees, { email: "+x@two.example" }, { email: "=x@two.example" }],
        role: "MEMBER",
        groupIds: [groups[0] ?? ""],
        applicationIds: [],
        sendEmail: false,
      }),
    );
    const { rows } = await exported("formulas");
    const cells = rows.flatMap((row) => Object.values(row));
    expect(cells).toContain("'=1+1");
    expect(cells).toContain("'+x@two.example");
    expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
  });

  it("is read by import, which makes the same people of it on another site, in the same groups with the same applications", async () => {
    const from = await buildSite("from");
    const to = await buildSite("to");
    for (const [n, name] of names.entries())
      await from.act((work) =>
        inviteUsers(work, {
          invitees: [{ email: `=p${n}@three.example`, fullName: name, username: `-name${n}` }],
          role: n === 1 ? "MANAGER" : "MEMBER",
          groupIds: from.groups.slice(n, n + 3),
          applicationIds: n % 3 === 0 ? null : [],
          sendEmail: false,
        }),
      );
    for (let n = 0; n < 6; n++)
      await from.act((work) => {
        const invitees = Array.from({ length: 100 }, (_, m) => ({ email: `m${(n * 100 + m).toString(36)}@four.example` }));
        return inviteUsers(work, { invitees, role: "MEMBER", groupIds: [], applicationIds: null, sendEmail: false });
      });
    const { output, rows } = await exported("from");
    expect(rows).toHaveLength(1 + names.length + 600);
    const file = join(folder, "users.csv");
    writeFileSync(file, output);
    expect(await command.run("users", "import", file, "--site", "to", "--no-email")).toMatchObject({ code: 0 });
    const sameOf = (all: typeof rows) => all.map(({ created: _created, ...row }) => row);
    expect(sameOf((await exported("to")).rows)).toEqual(sameOf(rows));
    const members =
      "SELECT u.email, g.name FROM User u JOIN Membership m ON m.userId = u.id JOIN `Group` g ON g.id = m.groupId WHERE u.siteId = ? ORDER BY u.email, g.name";
    expect(await house.rows(members, [to.siteId])).toEqual(await house.rows(members, [from.siteId]));
  });
});
