import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resendInvitations } from "../../../src/actions/invitations/resend-invitations.ts";
import { updateUser } from "../../../src/actions/users/update-user.ts";
import { holderOf } from "../../support/access-house.ts";
import { buildPeopleHouse, type PeopleHouse } from "../../support/people-house.ts";

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterAll(() => house.close());

const letterTo = async (email: string) => (await house.lettersTo(email)).at(-1);

describe("the letter of an invitation", () => {
  it("rule 2.9: names who invites by name and address, and the applications that the person will be able to open", async () => {
    const wiki = await house.application("wiki");
    const { groupId: choirs } = await house.application("hymnal");
    await house.application("crm");
    const inviter = await house.joinByLink("ada@acme.example", "ADMIN");
    const more = { applicationIds: [wiki.id], groupIds: [choirs, wiki.groupId], sendEmail: true };
    await house.invite("grace@acme.example", more, inviter);
    const letter = await letterTo("grace@acme.example");
    expect(letter?.subject).toBe("Name of ada invited you to Acme");
    expect(letter?.text).toContain("Name of ada (ada@acme.example) invited you");
    expect(letter?.text.match(/^- .*$/gm)).toEqual(["- hymnal", "- wiki"]);
  });

  it("names each person's own applications where several are sent again, and who sends them now", async () => {
    const { id } = await house.application("ledger");
    const first = await house.invite("one@acme.example", { applicationIds: [id] });
    const second = await house.invite("two@acme.example");
    const sender = await house.joinByLink("sender@acme.example", "ADMIN");
    await house.act((work) => resendInvitations(work, { ids: [first.invitationId, second.invitationId] }), sender);
    expect((await letterTo("one@acme.example"))?.text).toMatch(
      /^Hello! Name of sender \(sender@acme\.example\).*\n(.*\n)*- ledger$/m,
    );
    expect((await letterTo("two@acme.example"))?.text).not.toContain("- ");
  });

  it("names nobody where a token invites", async () => {
    await house.invite("quiet@acme.example", { sendEmail: true, message: "Hi" }, holderOf("USERS_WRITE"));
    const letter = await letterTo("quiet@acme.example");
    expect(letter?.subject).toBe("You are invited to Acme");
    expect(letter?.text).toContain("A message for you:\n\n> Hi\n");
  });

  it("T22: makes no link of an inviter's name, and shows the address beside it", async () => {
    await house.verifyDomain("acme.example");
    const mallory = await house.joinByLink("mallory@acme.example", "ADMIN");
    const fullName = "Acme Bank https://evil.example/login";
    await house.act((work) => updateUser(work, { id: mallory.publicUserId, fullName }));
    await house.invite("victim@acme.example", { sendEmail: true }, mallory);
    const text = (await letterTo("victim@acme.example"))?.text ?? "";
    expect(text).toContain("(mallory@acme.example) invited you");
    expect(text).not.toMatch(/https:\/\/evil|evil\.example/);
  });
});
