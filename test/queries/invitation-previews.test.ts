import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resendInvitations } from "../../src/actions/invitations/resend-invitations.ts";
import { revokeInvitations } from "../../src/actions/invitations/revoke-invitations.ts";
import { deactivateUsers } from "../../src/actions/users/deactivate-users.ts";
import { updateUser } from "../../src/actions/users/update-user.ts";
import { previewInvitation } from "../../src/queries/invitation-previews.ts";
import { newToken } from "../../src/secrets/token.ts";
import { buildPeopleHouse, type PeopleHouse, stranger } from "../support/people-house.ts";

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterAll(() => house.close());

const preview = (token: string, siteId = house.siteId) =>
  house.door.look({ siteId, actor: stranger }, (reader) => previewInvitation(reader, token));

describe("what a link leads to", () => {
  it("rule 2.12: tells the site, the address and the inviter, and changes nothing however often it is opened", async () => {
    const ada = await house.joinByLink("ada@acme.example", "ADMIN");
    const { token } = await house.invite("ann@acme.example", {}, ada);
    const before = await house.everything();
    for (let time = 0; time < 3; time++)
      expect(await preview(token)).toEqual({
        siteKey: "acme",
        siteName: "Acme",
        email: "ann@acme.example",
        inviterName: "Name of ada",
        expiresAt: expect.stringMatching(/Z$/),
        status: "PENDING",
        explanation: null,
        hasAccount: false,
      });
    expect(await house.everything()).toBe(before);
    await house.accept({ token });
  });

  it("rule 2.12: tells who has an account to sign in with from who makes one", async () => {
    await house.elsewhere.act(async (work) => house.inviteOn(work, "known@acme.example"));
    const known = await house.joinByLink("member.there@acme.example");
    const { token } = await house.elsewhere.act((work) => house.inviteOn(work, known.label));
    expect(await preview(token, house.elsewhere.siteId)).toMatchObject({
      hasAccount: true,
      inviterName: null,
      siteName: "Elsewhere",
    });
    const { token: unknown } = await house.invite("known@acme.example");
    expect(await preview(unknown)).toMatchObject({ hasAccount: false });
  });

  it("rule 1.4: asks for no global account where accounts are the site's own", async () => {
    const known = await house.joinByLink("global@acme.example");
    const { token } = await house.elsewhere.act((work) => house.inviteOn(work, known.label));
    await house.write("UPDATE Site SET accounts = 'LOCAL' WHERE id = ?", [house.elsewhere.siteId]);
    expect(await preview(token, house.elsewhere.siteId)).toMatchObject({ hasAccount: false });
    await house.write("UPDATE Site SET accounts = 'GLOBAL' WHERE id = ?", [house.elsewhere.siteId]);
    expect(await preview(token, house.elsewhere.siteId)).toMatchObject({ hasAccount: true });
  });
});

describe("what became of a link", () => {
  it("says that it ran out, and whom to ask", async () => {
    const ada = await house.joinByLink("eda@acme.example", "ADMIN");
    const { token, invitationId } = await house.invite("late@acme.example", {}, ada);
    await house.expire(invitationId);
    const asks = (who: string) => ({
      status: "EXPIRED",
      explanation: `This invitation ran out on 2020-01-01. Ask ${who} to send it again.`,
    });
    expect(await preview(token)).toMatchObject(asks("Name of eda"));
    await house.act((work) => deactivateUsers(work, { ids: [ada.publicUserId] }));
    expect(await preview(token)).toMatchObject(asks("an administrator of Acme"));
  });

  it("says that it was used, or taken back", async () => {
    const used = await house.invite("used@acme.example");
    await house.accept({ token: used.token });
    expect(await preview(used.token)).toMatchObject({
      status: "ACCEPTED",
      hasAccount: true,
      explanation: expect.stringMatching(/^This invitation was used already: sign in to Acme\. If that was not you, tell /),
    });
    const { token, invitationId } = await house.invite("revoked@acme.example");
    await house.act((work) => revokeInvitations(work, { ids: [invitationId] }));
    expect(await preview(token)).toMatchObject({
      status: "REVOKED",
      explanation: expect.stringMatching(/^This invitation was taken back\. Ask .+ whether you should have a new one\.$/),
    });
  });

  it("rule 2.11: says that whoever invited an admin may no longer do so, as accepting would", async () => {
    const maker = await house.joinByLink("maker@acme.example", "ADMIN");
    const { token } = await house.invite("heir@acme.example", { role: "ADMIN" }, maker);
    const { token: plain } = await house.invite("plain@acme.example", {}, maker);
    expect(await preview(token)).toMatchObject({ status: "PENDING" });
    await house.act((work) => updateUser(work, { id: maker.publicUserId, role: "MEMBER" }));
    expect(await preview(token)).toMatchObject({
      status: "REVOKED",
      explanation:
        "Whoever invited you may no longer make administrators. Ask an administrator of Acme to send the invitation again.",
    });
    expect(await preview(plain)).toMatchObject({ status: "PENDING" });
  });

  it("rules 1.1, 2.7: says nothing of a link that is none of this site's, was replaced, or is none", async () => {
    const { token: foreign } = await house.elsewhere.act((work) => house.inviteOn(work, "far@acme.example"));
    const { token: older, invitationId } = await house.invite("resent@acme.example");
    await house.act((work) => resendInvitations(work, { ids: [invitationId] }));
    for (const token of [foreign, older, newToken("gi_").token, newToken("gr_").token, "", "gi_' OR 1=1"])
      expect(await preview(token)).toBeNull();
  });
});
