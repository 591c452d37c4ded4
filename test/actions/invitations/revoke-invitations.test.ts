import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { giveAccess } from "../../../src/actions/applications/give-access.ts";
import { resendInvitations } from "../../../src/actions/invitations/resend-invitations.ts";
import { revokeInvitations } from "../../../src/actions/invitations/revoke-invitations.ts";
import { claimLetters } from "../../../src/actions/letters/claim-letters.ts";
import { settleLetter } from "../../../src/actions/letters/settle-letter.ts";
import { activateUsers } from "../../../src/actions/users/activate-users.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import "../../../src/queries/invitations.ts";
import { loadByIds } from "../../../src/queries/loaders.ts";
import { driftOf, holderOf, refusalOf } from "../../support/access-house.ts";
import { operator } from "../../support/house.ts";
import { buildPeopleHouse, type PeopleHouse } from "../../support/people-house.ts";

const everywhere = { siteId: "", actor: operator };
let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterEach(async () => {
  expect(await driftOf(house, house.siteId)).toEqual([]);
});
afterAll(() => house.close());

const shownFields = ["status", "delivery", "sentCount", "lastSentAt"].map((name) => ({
  key: name,
  name,
  args: {},
  on: null,
  selection: [],
}));

/** Posts whatever is queued. */
async function postAll(): Promise<void> {
  const letters = await house.door.act(everywhere, (work) => claimLetters(work, { most: 50 }));
  for (const { id } of letters)
    await house.door.act(everywhere, (work) => settleLetter(work, { id, settlement: { outcome: "sent" } }));
}

const revoke = (ids: string[], actor?: Actor, options?: { rehearsal: boolean }) =>
  house.act((work) => revokeInvitations(work, { ids }), actor, options);

describe("revoking invitations", () => {
  it("rule 2.7, section 12: voids link and letter, makes the user DEACTIVATED, and leaves a trail", async () => {
    const { userId, invitationId, token } = await house.invite("ann@acme.example", { sendEmail: true });
    expect(await revoke([invitationId, invitationId], house.manager)).toEqual([invitationId.slice(4)]);
    expect(await house.invitationsOf(userId)).toMatchObject([{ state: "REVOKED", pendingKey: null }]);
    expect(await house.userAt("ann@acme.example")).toMatchObject({
      status: "DEACTIVATED",
      deactivatedByKind: "user",
      version: 2,
    });
    expect(await house.lettersTo("ann@acme.example")).toMatchObject([{ state: "VOID", text: "" }]);
    expect(await refusalOf(house.accept({ token }))).toEqual(["WRONG_STATE input.token"]);
    expect((await house.trail()).last).toEqual({
      action: "invitationRevoke",
      actor: "manager@acme.example",
      count: 1,
      subjects: ["ann@acme.example: status PENDING > REVOKED"],
      findable: [userId, invitationId].map((id) => id.slice(4)).sort(),
    });
  });

  it("rule 2.9: shows what is true of its letters: that none went, or that one did", async () => {
    const shown = async (invitationId: string) => {
      const [row] = await house.door.look({ siteId: house.siteId, actor: house.admin }, async (reader) => [
        ...(await loadByIds(reader, "Invitation", [invitationId.slice(4)], shownFields)).values(),
      ]);
      return row;
    };
    const waiting = await house.invite("waiting@acme.example", { sendEmail: true });
    expect(await shown(waiting.invitationId)).toMatchObject({ delivery: "QUEUED", sentCount: 1, lastSentAt: expect.any(String) });
    await revoke([waiting.invitationId]);
    expect(await shown(waiting.invitationId)).toMatchObject({
      status: "REVOKED",
      delivery: "NOT_SENT",
      sentCount: 0,
      lastSentAt: null,
    });

    const sent = await house.invite("posted@acme.example", { sendEmail: true });
    await postAll();
    await house.write("UPDATE Invitation SET lastSentAt = '2020-01-01T00:00:00.000Z' WHERE id = ?", [sent.invitationId.slice(4)]);
    await house.act((work) => resendInvitations(work, { ids: [sent.invitationId] }));
    await revoke([sent.invitationId]);
    expect(await shown(sent.invitationId)).toMatchObject({ status: "REVOKED", delivery: "SENT" });
  });

  it("frees the seats, also of one that ran out", async () => {
    const { id: applicationId } = await house.application("wiki", { seatLimit: 1 });
    const { userId, invitationId } = await house.invite("seated@acme.example");
    await house.act((work) => giveAccess(work, { applicationId, userIds: [userId] }));
    await house.expire(invitationId);
    const report = await house.reportOf((work) => revokeInvitations(work, { ids: [invitationId] }));
    expect(report.seats).toEqual([{ applicationId: applicationId.slice(4), change: -1, usedAfter: 0 }]);
  });

  it("changes nothing twice, also where the user was invited anew since", async () => {
    const { userId, invitationId } = await house.invite("twice@acme.example");
    await revoke([invitationId]);
    const once = await house.everything();
    expect(await revoke([invitationId])).toEqual([invitationId.slice(4)]);
    expect(await house.everything()).toBe(once);
    await house.act((work) => activateUsers(work, { ids: [userId] }));
    const anew = await house.everything();
    await revoke([invitationId]);
    expect(await house.everything()).toBe(anew);
  });

  it("lets either the person in or the revocation win, when both come at the same moment", async () => {
    for (let round = 0; round < 4; round++) {
      const email = `raced${round}@acme.example`;
      const { token, invitationId } = await house.invite(email);
      const [accepted, revoked] = await Promise.allSettled([house.accept({ token }), revoke([invitationId])]);
      expect([accepted.status, revoked.status].sort()).toEqual(["fulfilled", "rejected"]);
      expect((await house.userAt(email)).status).toBe(accepted.status === "fulfilled" ? "ACTIVE" : "DEACTIVATED");
    }
  });

  it("changes nothing in a rehearsal", async () => {
    const { invitationId } = await house.invite("dry@acme.example", { sendEmail: true });
    const before = await house.everything();
    await revoke([invitationId], house.admin, { rehearsal: true });
    expect(await house.everything()).toBe(before);
  });
});

describe("what revoking refuses", () => {
  it("rule 1.1: the whole set for one that was accepted, or is not of this site", async () => {
    const open = await house.invite("open@acme.example");
    const used = await house.invite("used@acme.example");
    await house.accept({ token: used.token });
    const before = await house.everything();
    expect(await refusalOf(revoke([open.invitationId, used.invitationId]))).toEqual(["WRONG_STATE input.ids.1"]);
    const foreign = [open.invitationId, house.elsewhere.invitationId, publicId("Invitation", newId())];
    expect(await refusalOf(revoke(foreign))).toEqual(["NOT_FOUND input.ids.1", "NOT_FOUND input.ids.2"]);
    expect(await house.everything()).toBe(before);
  });

  it("rule 2.11: an admin's to a manager, and everybody's to who may not write users", async () => {
    const plain = await house.invite("plain@acme.example");
    const boss = await house.invite("boss@acme.example", { role: "MANAGER" });
    const before = await house.everything();
    expect(await refusalOf(revoke([plain.invitationId, boss.invitationId], house.manager))).toEqual(["FORBIDDEN input.ids.1"]);
    for (const actor of [house.member, house.hand, holderOf("USERS_READ")])
      expect(await refusalOf(revoke([plain.invitationId], actor))).toEqual(["FORBIDDEN input.ids.0"]);
    expect(await house.everything()).toBe(before);
  });
});
