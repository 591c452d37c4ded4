import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import { type ImportProgress, importUsers } from "../../../src/commands/users/import-users.ts";
import type { Outcome } from "../../../src/commands/users/invite-rows.ts";
import { openNotes } from "../../../src/commands/users/notes.ts";
import { openPeopleFile } from "../../../src/commands/users/people-file.ts";
import { driftOf } from "../../support/access-house.ts";
import { type Command, commandOn } from "../../support/command.ts";
import { buildPeopleHouse, type PeopleHouse } from "../../support/people-house.ts";

const folder = mkdtempSync(join(tmpdir(), "gatehouse-import-"));
let house: PeopleHouse;
let command: Command;
beforeAll(async () => {
  house = await buildPeopleHouse();
  command = commandOn(house.database);
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await house.close();
});

let files = 0;

function fileOf(...lines: string[]): string {
  const name = join(folder, `people${++files}.csv`);
  writeFileSync(name, `${lines.join("\n")}\n`);
  return name;
}

const runImport = (file: string, ...flags: string[]) => command.run("users", "import", file, "--site", "acme", ...flags);

/** Its lines of JSON, by what they tell. */
async function told(file: string, ...flags: string[]) {
  const { code, output } = await runImport(file, "--json", ...flags);
  const lines: Record<string, unknown>[] = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const of = (type: string) => lines.filter((line) => line.type === type);
  return { code, rows: of("row"), seats: of("seats"), end: of("import")[0] };
}

const count = async (sql: string, ...params: string[]) => Number((await house.rows<{ n: number }>(sql, params))[0]?.n);
const usersAt = (domain: string) =>
  count("SELECT COUNT(*) AS n FROM User WHERE siteId = ? AND email LIKE ?", house.siteId, `%@${domain}`);
const lettersTo = (domain: string) =>
  count("SELECT COUNT(*) AS n FROM Letter WHERE siteId = ? AND recipient LIKE ?", house.siteId, `%@${domain}`);
const peopleAt = (domain: string, size: number) => Array.from({ length: size }, (_, n) => `p${n.toString(36)}@${domain}`);
const groupsOf = async (email: string) => {
  const groups = await house.rows<{ name: string }>(
    "SELECT g.name FROM Membership m JOIN `Group` g ON g.id = m.groupId JOIN User u ON u.id = m.userId WHERE u.email = ? ORDER BY g.name",
    [email],
  );
  return groups.map(({ name }) => name);
};

// Each of them is several processes: on a busy machine that takes its time.
describe("users import", { timeout: 240_000 }, () => {
  it("invites who stands in the file, with role, groups and applications, a letter each, and a trail", async () => {
    await house.group("Choir");
    await house.group("A;B");
    await house.application("wiki");
    await house.application("crm", { name: "Customer relations" });
    const file = fileOf(
      "Email,Full name,Username,Role,Groups,Applications",
      "Ada@One.example,Ada Lovelace,countess,manager,choir;A\\;B,WIKI;customer relations",
      "bob@one.example,,,,,",
    );
    const { code, rows, end } = await told(file);
    expect(code).toBe(0);
    expect(rows).toMatchObject([
      { row: 2, email: "ada@one.example", result: "INVITED", faults: [] },
      { row: 3, email: "bob@one.example", result: "INVITED", faults: [] },
    ]);
    expect(end).toMatchObject({ changed: true, stopped: null, counts: { INVITED: 2, REFUSED: 0 } });
    const ada = { fullName: "Ada Lovelace", username: "countess", role: "MANAGER", status: "INVITED" };
    expect(await house.userAt("ada@one.example")).toMatchObject(ada);
    expect(await groupsOf("ada@one.example")).toEqual(["A;B", "Choir", "crm-users", "wiki-users"]);
    expect(await house.userAt("bob@one.example")).toMatchObject({ fullName: "bob", username: "bob", role: "MEMBER" });
    expect(await lettersTo("one.example")).toBe(2);
    expect((await house.trail()).last).toMatchObject({ action: "userInvite", actor: "operator" });
  });

  it("rule 2.4: gives what new users get where the file has no column for applications, and nothing where a cell is empty", async () => {
    await house.application("mail", { grantedToNewUsers: true });
    expect((await runImport(fileOf("email", "given@two.example"))).code).toBe(0);
    expect((await runImport(fileOf("email,applications", "none@two.example,"))).code).toBe(0);
    expect(await groupsOf("given@two.example")).toEqual(["mail-users"]);
    expect(await groupsOf("none@two.example")).toEqual([]);
  });

  it("rule 2.5: changes nothing the second time, whoever joined meanwhile, and writes no letter again", async () => {
    const { userId, invitationId } = await house.invite("late@three.example");
    const file = fileOf(
      "email,full name,groups",
      "late@three.example,,",
      "new@three.example,New,Choir",
      "active@three.example,,",
    );
    await house.joinByLink("active@three.example");
    expect((await told(file)).rows.map(({ result }) => result)).toEqual(["ALREADY_INVITED", "INVITED", "ALREADY_ACTIVE"]);
    const before = await house.everything();
    const again = await told(file);
    expect(again.rows.map(({ result }) => result)).toEqual(["ALREADY_INVITED", "ALREADY_INVITED", "ALREADY_ACTIVE"]);
    expect(again.code).toBe(0);
    expect(await house.everything()).toBe(before);
    await house.expire(invitationId);
    expect((await told(file)).rows.map(({ result }) => result)).toEqual(["RENEWED", "ALREADY_INVITED", "ALREADY_ACTIVE"]);
    const [renewed] = await house.invitationsOf(userId);
    expect(Date.parse(renewed?.expiresAt ?? "")).toBeGreaterThan(Date.now());
  });

  it("rule 2.6: writes no letters with --no-email", async () => {
    expect((await runImport(fileOf("email", "quiet@four.example"), "--no-email")).code).toBe(0);
    expect([await usersAt("four.example"), await lettersTo("four.example")]).toEqual([1, 0]);
  });

  it("rule 2.1: tells every fault of every row at once and changes nothing, or invites the others with --skip-faulty", async () => {
    await house.syncedGroup("Synced");
    const gone = await house.joinByLink("gone@five.example");
    await house.act((work) => deactivateUsers(work, { ids: [gone.publicUserId] }));
    await house.invite("", { invitees: [{ email: "holder@five.example", username: "holder" }] });
    const file = fileOf(
      "email,username,role,groups,applications",
      "fine@five.example,,,,",
      "no address,,boss,,nowhere",
      "FINE@five.example,,,,",
      "three@five.example,has blank,,Nobody;Synced,",
      "four@five.example,Holder,chief,,",
      "gone@five.example,,,,",
      "six@five.example,once,,,",
      "seven@five.example,ONCE,,,",
      "eight@five.example,,,",
    );
    const before = await house.everything();
    const refused = await told(file);
    expect(refused.code).toBe(1);
    expect(refused.end).toMatchObject({ changed: false, stopped: "FAULTY", counts: { INVITED: 2, REFUSED: 7 } });
    const faults = refused.rows.map(({ row, faults }) => [
      row,
      ...(faults as { code: string; column: string }[]).map(({ code, column }) => `${code} ${column}`).sort(), // as: a line's own faults
    ]);
    expect(faults).toEqual([
      [3, "INVALID email", "INVALID role", "NOT_FOUND applications"],
      [4, "INVALID email"],
      [5, "INVALID username", "MANAGED_BY_DIRECTORY groups", "NOT_FOUND groups"],
      [6, "INVALID role", "TAKEN username"],
      [7, "WRONG_STATE email"],
      [9, "INVALID username"],
      [10, "INVALID null"],
    ]);
    expect(await house.everything()).toBe(before);
    const skipped = await told(file, "--skip-faulty");
    expect(skipped).toMatchObject({ code: 0, end: { changed: true, counts: { INVITED: 2, REFUSED: 7 } } });
    expect(skipped.rows.map(({ row }) => row).sort((one, other) => Number(one) - Number(other))).toEqual([
      2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
    expect(await usersAt("five.example")).toBe(4);
  });

  it("rules 7.3, 7.4: says before anything is done how many seats are taken, and changes nothing where there are not enough", async () => {
    await house.application("seats", { seatLimit: 105 });
    const [first = "", ...others] = peopleAt("six.example", 106).map((email) => `${email},seats`);
    const before = await house.everything();
    const full = await told(fileOf("email,applications", first, ...others));
    expect(full.code).toBe(1);
    expect(full.seats).toEqual([{ type: "seats", application: "seats", change: 106, used: 0, limit: 105, enough: false }]);
    expect(full).toMatchObject({ rows: [], end: { stopped: "NO_SEATS", changed: false } });
    expect(await house.everything()).toBe(before);
    const fits = await told(fileOf("email,applications", ...others));
    expect(fits.seats).toMatchObject([{ change: 105, enough: true }]);
    expect(fits).toMatchObject({ code: 0, end: { counts: { INVITED: 105 } } });
    expect((await told(fileOf("email,applications", ...others))).seats).toEqual([]);
  });

  it("rule 5.4: rehearses with --dry-run, changing nothing, and says by its exit code whether there is something to do", async () => {
    const file = fileOf("email,groups", ...peopleAt("seven.example", 110).map((email) => `${email},Choir`));
    const before = await house.everything();
    const rehearsed = await told(file, "--dry-run");
    expect(rehearsed).toMatchObject({ code: 2, end: { stopped: "DRY_RUN", changed: false, counts: { INVITED: 110 } } });
    expect(rehearsed.rows).toHaveLength(110);
    expect(await house.everything()).toBe(before);
    expect((await runImport(file, "--no-email")).code).toBe(0);
    expect((await runImport(file, "--dry-run")).code).toBe(0);
    expect((await runImport(fileOf("email", "no address"), "--dry-run")).code).toBe(1);
  });

  it("gives the usernames of the file to whom it names, though others could have got them by their address", async () => {
    const file = fileOf(
      "email,username",
      "sam@eight.example,",
      ...peopleAt("eight.example", 120).map((email) => `${email},`),
      "x@eight.example,sam",
    );
    expect((await runImport(file, "--no-email")).code).toBe(0);
    expect((await house.userAt("x@eight.example")).username).toBe("sam");
    expect((await house.userAt("sam@eight.example")).username).toBe("sam2");
  });

  it("leaves out who is deactivated where the file comes from", async () => {
    const { rows } = await told(fileOf("email,status", "left@nine.example,DEACTIVATED", "stays@nine.example,active"));
    expect(rows.map(({ result }) => result)).toEqual(["LEFT_OUT", "INVITED"]);
    expect(await usersAt("nine.example")).toBe(1);
  });

  it("goes on where it was killed: nobody is left out, nobody invited twice", async () => {
    const file = fileOf("email", ...peopleAt("ten.example", 700));
    const killed = command.start("users", "import", file, "--site", "acme");
    while ((await usersAt("ten.example")) < 100) {
      expect(killed.exitCode).toBeNull();
      await wait(5);
    }
    killed.kill("SIGKILL");
    expect(await once(killed, "exit")).toEqual([null, "SIGKILL"]);
    const before = await usersAt("ten.example");
    expect(before).toBeLessThan(700);
    expect(before % 100).toBe(0);
    expect(await lettersTo("ten.example")).toBe(before);
    const resumed = await told(file);
    expect(resumed).toMatchObject({ code: 0, end: { counts: { INVITED: 700 - before, ALREADY_INVITED: before } } });
    expect([await usersAt("ten.example"), await lettersTo("ten.example")]).toEqual([700, 700]);
  });

  it("says what is wrong with its words and its file", async () => {
    const missing = await runImport(join(folder, "none.csv"));
    expect(missing).toMatchObject({ code: 1, output: "" });
    expect(missing.remarks).toContain("none.csv: There is no such file.");
    expect((await command.run("users", "import", fileOf("email"))).code).toBe(64);
    expect((await command.run("users", "import", fileOf("email"), "--site", "nowhere")).code).toBe(1);
    const told = await runImport(fileOf("email,shoe size", "a@a.example,38"), "--dry-run");
    expect(told.remarks).toContain("These columns are not read: shoe size");
    const [row, seats, end] = told.output.split("\n");
    expect(row).toBe("row 2  a@a.example  would be invited");
    expect(seats).toMatch(/^mail: 1 seats to take, [\d,]+ taken without a limit$/);
    expect(end).toBe(
      "1 to be invited, 0 invited already, 0 active already, 0 refused. Nothing was changed: this was a rehearsal.",
    );
  });
});

describe("users import while the site changes", () => {
  const importBeside = async (file: string, meanwhile: () => Promise<unknown>) => {
    const outcomes: Outcome[] = [];
    const notes = openNotes();
    const progress: ImportProgress = { stage: "CHECKING", bytes: 0, bytesInAll: 0, rows: 0 };
    const imported = await importUsers(
      {
        door: house.door,
        place: { siteId: house.siteId, actor: house.operator },
        file: await openPeopleFile(file),
        notes,
        progress,
        options: { sendEmail: false, dryRun: false, skipFaulty: false },
      },
      {
        outcome: async (outcome) => void outcomes.push(outcome),
        seats: async () => void (await meanwhile()),
      },
    );
    notes.close();
    return { ...imported, rows: outcomes.map(({ row, result, faults }) => [row, result, ...faults.map(({ code }) => code)]) };
  };

  it("rule 7.3: refuses those whose seats were taken meanwhile, invites the others, and fails", async () => {
    const { id } = await house.application("raced", { seatLimit: 2 });
    const file = fileOf("email,applications", "a@eleven.example,raced", "b@eleven.example,raced", "c@eleven.example,");
    const imported = await importBeside(file, () => house.invite("faster@eleven.example", { applicationIds: [id] }));
    expect(imported).toMatchObject({ failed: true, stopped: null, counts: { INVITED: 1, REFUSED: 2 } });
    expect(imported.rows).toEqual([
      [2, "REFUSED", "NO_SEATS"],
      [3, "REFUSED", "NO_SEATS"],
      [4, "INVITED"],
    ]);
  });

  it("refuses only the row whose username was taken or whose group was deleted meanwhile, and knows who was invited", async () => {
    await house.group("Short-lived");
    const lines = [
      "d@eleven.example,wanted,",
      "e@eleven.example,other,",
      "f@eleven.example,third,Short-lived",
      "g@eleven.example,fourth,",
    ];
    const imported = await importBeside(fileOf("email,username,groups", ...lines), async () => {
      await house.invite("", { invitees: [{ email: "h@eleven.example", username: "wanted" }] });
      await house.invite("g@eleven.example");
      await house.write("UPDATE `Group` SET name = 'Gone', nameKey = 'gone' WHERE name = 'Short-lived'");
    });
    expect(imported.failed).toBe(true);
    expect(imported.rows).toEqual([
      [2, "REFUSED", "TAKEN"],
      [3, "INVITED"],
      [4, "REFUSED", "NOT_FOUND"],
      [5, "ALREADY_INVITED"],
    ]);
  });
});
