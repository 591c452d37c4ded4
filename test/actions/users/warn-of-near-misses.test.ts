import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inviteUsers } from "../../../src/actions/users/invite-users.ts";
import { buildPeopleHouse, type PeopleHouse } from "../../support/people-house.ts";

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterAll(() => house.close());

/** What inviting them warns of. */
async function warningsFor(...emails: string[]): Promise<string[]> {
  const invitees = emails.map((email) => ({ email }));
  const { warnings } = await house.reportOf((work) =>
    inviteUsers(work, { invitees, role: "MEMBER", applicationIds: [], groupIds: [], sendEmail: false }),
  );
  return warnings.map(({ message, path }) => `${path.join(".")}: ${message}`);
}

describe("the warnings of inviting", () => {
  it("rule 2.10: name an address that is near an existing user's, or apart only by dots or a tag", async () => {
    await house.invite("grace.hopper@near.example");
    const near = "is very close to grace.hopper@near.example, who is on this site already.";
    expect(await warningsFor("grace.hoper@near.example")).toEqual([`input.invitees.0.email: grace.hoper@near.example ${near}`]);
    expect(await warningsFor("linus@near.example", "gracehopper@near.example")).toEqual([
      `input.invitees.1.email: gracehopper@near.example ${near}`,
    ]);
    expect(await warningsFor("grace.hopper+spam@near.example")).toHaveLength(1);
  });

  it("rule 2.10: name the domain that was probably meant", async () => {
    expect(await warningsFor("someone@gmial.com")).toEqual([
      "input.invitees.0.email: Did you mean gmail.com? someone@gmial.com looks mistyped.",
    ]);
  });

  it("say nothing of people of the same call, of other sites, or who are invited already", async () => {
    expect(await warningsFor("p1@row.example", "p2@row.example", "foreigm@elsewhere.example")).toEqual([]);
    expect(await warningsFor("p1@row.example")).toEqual([]);
  });
});
