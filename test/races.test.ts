import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { driftOf } from "./support/access-house.ts";
import { commandOn } from "./support/command.ts";
import { buildPeopleHouse, type Joined, type PeopleHouse } from "./support/people-house.ts";
import { type Served, serveBy } from "./support/served.ts";

const onServer = process.env.TEST_DATABASE_URL?.startsWith("mysql:") === true;

interface Changed {
  userErrors: { code: string }[];
}

describe.skipIf(!onServer)("races through two gateways on one MariaDB (SQLite serves one process, and has none)", () => {
  let house: PeopleHouse;
  let gateways: [Served, Served];
  let token = "";
  let asked = 0;

  beforeAll(async () => {
    house = await buildPeopleHouse();
    const command = commandOn(house.database);
    const made = await command.run("token", "create", "--site", "acme", "--name", "races", "--scopes", "ALL", "--json");
    ({ token } = JSON.parse(made.output));
    gateways = [await serveBy(command), await serveBy(command)];
  });
  afterEach(async () => {
    expect(await driftOf(house, house.siteId)).toEqual([]);
  });
  afterAll(async () => {
    for (const gateway of gateways ?? []) await gateway.close();
    await house?.close();
  });

  /** Makes a mutation, by turns through one gateway and the other, and answers the codes that it was refused with. */
  async function change(name: string, input: object, bearer = token): Promise<string[]> {
    const { url } = gateways[asked++ % 2] as Served; // as: the place is 0 or 1
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { code } } }`;
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Gatehouse-Site": "acme",
        ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}),
      },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const { data, errors } = (await response.json()) as {
      data: Record<string, Changed | null>;
      errors?: { extensions: { code: string } }[];
    }; // as: what GraphQL answers
    return [
      ...(errors ?? []).map(({ extensions }) => extensions.code),
      ...(data?.[name]?.userErrors ?? []).map(({ code }) => code),
    ];
  }

  const countOf = async (sql: string, ...params: string[]) => Number((await house.rows<{ n: number }>(sql, params))[0]?.n);
  const succeeded = (answers: string[][]) => answers.filter((codes) => codes.length === 0).length;
  const codesOf = (answers: string[][]) => new Set(answers.flat());

  it.each([
    ["demote", (id: string) => ({ name: "userUpdate", input: { id, role: "MEMBER" } })],
    ["deactivate", (id: string) => ({ name: "userDeactivate", input: { ids: [id] } })],
  ])("rule 1.6: the last two admins who %s each other at the same moment leave one, time after time", async (deed, taking) => {
    const [one, other] = [
      await house.joinByLink(`one.${deed}@acme.example`, "ADMIN"),
      await house.joinByLink(`other.${deed}@acme.example`, "ADMIN"),
    ];
    const first = await house.userAt("admin@acme.example");
    await change("userUpdate", { id: `usr_${first.id}`, role: "MEMBER" });
    for (let round = 0; round < 8; round++) {
      for (const { publicUserId, accessToken } of [one, other])
        expect(await change("userUpdate", { id: publicUserId, title: `Round ${round}` }, accessToken)).toEqual([]);
      const take = (from: Joined, by: Joined) => {
        const { name, input } = taking(from.publicUserId);
        return change(name, input, by.accessToken);
      };
      const answers = await Promise.all([take(other, one), take(one, other)]);
      expect(succeeded(answers)).toBe(1);
      for (const code of codesOf(answers)) expect(["LAST_ADMIN", "FORBIDDEN", "UNAUTHENTICATED"]).toContain(code);
      expect(await house.activeAdmins()).toEqual({ counted: 1, told: 1 });
      for (const { publicUserId, label } of [one, other]) {
        if ((await house.userAt(label)).status === "DEACTIVATED")
          expect(await change("userActivate", { ids: [publicUserId] })).toEqual([]);
        expect(await change("userUpdate", { id: publicUserId, role: "ADMIN" })).toEqual([]);
      }
      expect(await house.activeAdmins()).toEqual({ counted: 2, told: 2 });
    }
    expect(await change("userUpdate", { id: `usr_${first.id}`, role: "ADMIN" })).toEqual([]);
    for (const { publicUserId } of [one, other]) expect(await change("userDeactivate", { ids: [publicUserId] })).toEqual([]);
  });

  it("rule 2.7, T2: 50 who accept one invitation at the same moment make one account and one membership of it", async () => {
    const { token: link, userId } = await house.invite("wanted@acme.example");
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        change("invitationAccept", { token: link, fullName: `Taker ${n}`, password: `correct horse battery ${n}` }, ""),
      ),
    );
    expect(succeeded(answers)).toBe(1);
    for (const code of codesOf(answers)) expect(["WRONG_STATE", "RATE_LIMITED"]).toContain(code);
    expect(await countOf("SELECT COUNT(*) AS n FROM Account WHERE emailKey = 'wanted@acme.example'")).toBe(1);
    expect(await countOf("SELECT COUNT(*) AS n FROM User WHERE emailKey = 'wanted@acme.example'")).toBe(1);
    expect(
      await countOf(
        "SELECT COUNT(*) AS n FROM Session s JOIN Account a ON a.id = s.accountId WHERE a.emailKey = 'wanted@acme.example'",
      ),
    ).toBe(1);
    expect((await house.invitationsOf(userId)).map(({ state }) => state)).toEqual(["ACCEPTED"]);
    const found =
      "SELECT COUNT(*) AS n FROM AuditSubject s JOIN AuditEvent e ON e.id = s.eventId AND e.action = 'invitationAccept'";
    expect(await countOf(`${found} WHERE s.subjectId = ?`, userId.slice(4))).toBe(1);
  });

  it("rule 7.3: of 40 who are invited at the same moment to the 10 seats of an application, 10 are", async () => {
    const { id } = await house.application("wiki", { seatLimit: 10 });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        change("userInvite", { invitees: [{ email: `runner${n}@seats.example` }], applicationIds: [id], sendEmail: false }),
      ),
    );
    expect(succeeded(answers)).toBe(10);
    expect(codesOf(answers)).toEqual(new Set(["NO_SEATS"]));
    expect(await countOf("SELECT COUNT(*) AS n FROM User WHERE email LIKE '%@seats.example'")).toBe(10);
    expect(await countOf("SELECT seatsUsed AS n FROM Application WHERE id = ?", id.slice(4))).toBe(10);
  });

  it("rule 2.5: 20 who invite the same address at the same moment make one user with one invitation and one letter", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => change("userInvite", { invitees: [{ email: "same@acme.example" }], applicationIds: [] })),
    );
    expect(succeeded(answers)).toBe(20);
    expect(await countOf("SELECT COUNT(*) AS n FROM User WHERE email = 'same@acme.example'")).toBe(1);
    expect(await countOf("SELECT COUNT(*) AS n FROM Invitation WHERE email = 'same@acme.example'")).toBe(1);
    expect(await countOf("SELECT COUNT(*) AS n FROM Letter WHERE recipient = 'same@acme.example'")).toBe(1);
  });
});
