import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inviteUsers } from "../../../src/actions/users/invite-users.ts";
import { updateUser } from "../../../src/actions/users/update-user.ts";
import { isDuplicate } from "../../../src/database/dialect.ts";
import { newId } from "../../../src/model/id.ts";
import { refusalOf } from "../../support/access-house.ts";
import { openGateway } from "../../support/gateway.ts";
import { buildPeopleHouse, type PeopleHouse, password } from "../../support/people-house.ts";

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterAll(() => house.close());

const quiet = { role: "MEMBER", applicationIds: [], groupIds: [], sendEmail: false } as const;
const invite = async (email: string) =>
  (await house.act((work) => inviteUsers(work, { ...quiet, invitees: [{ email }] }))).userIds[0];

/** What some collation of MySQL or MariaDB, or SQLite's NOCASE, takes for the same. */
const pairs = [
  ["an accent", "cure", "cüre"],
  ["case", "A", "a"],
  ["a blank at the end", "a", "a "],
  ["a sharp s", "ss", "ß"],
  ["a dotless i", "i", "ı"],
  ["a wide letter", "a", "ａ"],
  ["an unseen joiner", "ab", "a\u200db"],
] as const;

describe("two spellings of an address", () => {
  it.each([
    ["case", "A@one.example", "a@One.EXAMPLE"],
    ["blanks around it", "b@one.example", " b@one.example\u00a0\n"],
    ["a wide letter in the domain", "c@one.example", "c@ｏne.example"],
    ["a composed letter in the domain", "d@b\u00fccher.example", "d@bu\u0308cher.example"],
    ["the domain in ASCII", "e@bücher.example", "e@xn--bcher-kva.example"],
  ])("rule 1.3: are one user where they differ by %s, also when both are invited at the same moment", async (_by, one, other) => {
    const both = await Promise.all([invite(one), invite(other), invite(one)]);
    expect(new Set(both).size).toBe(1);
    expect(
      await refusalOf(house.act((work) => inviteUsers(work, { ...quiet, invitees: [{ email: one }, { email: other }] }))),
    ).toEqual(["INVALID input.invitees.1.email"]);
  });

  it.each([
    ["an accent", "info@cure.example", "info@cüre.example"],
    ["a sharp s", "info@strasse.example", "info@straße.example"],
    ["a dotless i", "info@mike.example", "info@mıke.example"],
    ["a letter of another alphabet", "info@paypal.example", "info@p\u0430ypal.example"],
    ["a dot before the @", "in.fo@dots.example", "info@dots.example"],
    ["a tag", "info@tags.example", "info+x@tags.example"],
    ["an underscore, which LIKE takes for anything", "a_b@like.example", "axb@like.example"],
    ["a percent sign, too", "a%b@like.example", "axxb@like.example"],
  ])("T20, rule 1.3: are two users where they differ by %s, and each is found as itself", async (_by, one, other) => {
    const [first, second] = [await invite(one), await invite(other)];
    expect(first).not.toBe(second);
    const { server, admin } = await openGateway(house);
    for (const [email, id] of [
      [one, first],
      [other, second],
    ] as const) {
      const { body } = await server.inject({
        method: "POST",
        url: "/graphql",
        headers: { authorization: `Bearer ${admin}`, "gatehouse-site": "acme" },
        payload: {
          query:
            "query ($email: String!) { user(by: { email: $email }) { id } users(filter: { emails: [$email] }) { nodes { id } } }",
          variables: { email },
        },
      });
      expect((JSON.parse(body) as { data: object }).data).toEqual({
        user: { id: `usr_${id}` },
        users: { nodes: [{ id: `usr_${id}` }] },
      });
    }
    await server.close();
  });

  it.each(pairs.filter(([, , other]) => other !== "a "))(
    "T20: are told apart by %s before the @: one is refused or both are the same",
    async (_by, one, other) => {
      const first = await invite(`${one}@pairs.example`);
      if (/^[\0-\x7f]*$/.test(other)) expect(await invite(`${other}@pairs.example`)).toBe(first);
      else expect(await refusalOf(invite(`${other}@pairs.example`))).toEqual(["INVALID input.invitees.0.email"]);
    },
  );

  it("rule 1.3: cannot be given to a second user by an edit, and cost nobody their account", async () => {
    await house.verifyDomain("edit.example");
    const holder = await house.joinByLink("holder@edit.example");
    const other = await house.joinByLink("other@edit.example");
    for (const email of ["HOLDER@edit.example", " holder@EDIT.example ", "holder@ｅdit.example"])
      expect(await refusalOf(house.act((work) => updateUser(work, { id: other.publicUserId, email })))).toEqual([
        "TAKEN input.email",
      ]);
    expect(await house.accountAt("holder@edit.example")).toMatchObject({ id: holder.accountId });
  });

  it("rule 1.3: sign in to one account", async () => {
    const { accountId } = await house.joinByLink("enters@b\u00fccher.example");
    const { server } = await openGateway(house);
    for (const email of ["ENTERS@bücher.example", " enters@BU\u0308CHER.example", "enters@xn--bcher-kva.example"]) {
      const { body } = await server.inject({
        method: "POST",
        url: "/graphql",
        headers: { "gatehouse-site": "acme" },
        payload: {
          query: `mutation ($input: SignInInput!) { signIn(input: $input) { viewer { account { id } } userErrors { code } } }`,
          variables: { input: { email, password } },
        },
      });
      expect(JSON.parse(body).data.signIn).toEqual({ viewer: { account: { id: `acc_${accountId}` } }, userErrors: [] });
    }
    await server.close();
  });
});

describe("the key column of an address", () => {
  const insert = async (key: string) => {
    const transaction = await house.database.ground.begin();
    const sql =
      "INSERT INTO Account (id, realm, email, emailKey, emailVerified, fullName, createdAt) VALUES (?, 'keys', ?, ?, 0, 'K', '')";
    try {
      await transaction.write(sql, [newId(), key, key]);
      await transaction.commit();
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  };
  const found = (key: string) => house.rows("SELECT id FROM Account WHERE realm = 'keys' AND emailKey = ?", [key]);

  it.each(pairs)("T20, rule 1.3: compares bytes on either database: apart by %s is apart", async (by, one, other) => {
    const [first, second] = [`${by} ${one}`, `${by} ${other}`];
    await insert(first);
    expect(await found(second)).toEqual([]);
    await insert(second);
    for (const key of [first, second]) {
      expect(await found(key)).toHaveLength(1);
      await expect(insert(key)).rejects.toSatisfy(isDuplicate);
    }
  });
});
