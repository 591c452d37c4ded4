import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resendInvitations } from "../../../src/actions/invitations/resend-invitations.ts";
import { revokeInvitations } from "../../../src/actions/invitations/revoke-invitations.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { hashToken } from "../../../src/secrets/token.ts";
import { holderOf, refusalOf } from "../../support/access-house.ts";
import { buildPeopleHouse, type PeopleHouse, tokenIn } from "../../support/people-house.ts";

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterAll(() => house.close());

const resend = (ids: string[], actor?: Actor, options?: { rehearsal: boolean }) =>
  house.act((work) => resendInvitations(work, { ids }), actor, options);
const newestToken = async (email: string) => tokenIn((await house.lettersTo(email)).at(-1));
/** Lets the minute pass in which no other letter goes to the address. */
const rest = (invitationId: string) =>
  house.write("UPDATE Invitation SET lastSentAt = '2026-01-01T00:00:00.000Z' WHERE id = ?", [invitationId.slice(4)]);

describe("resending invitations", () => {
  it("rule 2.6: sends what was never sent, for a new period, with the old words, and leaves a trail", async () => {
    const { userId, invitationId, token } = await house.invite("first@acme.example", { message: "Welcome aboard." });
    await house.write("UPDATE Invitation SET expiresAt = '2999-01-01T00:00:00.000Z' WHERE id = ?", [invitationId.slice(4)]);
    expect(await resend([invitationId, invitationId], house.manager)).toEqual([invitationId.slice(4)]);
    const [invitation] = await house.invitationsOf(userId);
    expect(invitation).toMatchObject({ state: "PENDING", delivery: "QUEUED", sentCount: 1, invitedByLabel: house.manager.label });
    expect(Date.parse(invitation?.expiresAt ?? "") - Date.parse(invitation?.lastSentAt ?? "")).toBe(30 * 86_400_000);
    const letters = await house.lettersTo("first@acme.example");
    expect(letters).toHaveLength(1);
    expect(letters[0]?.text).toContain("Welcome aboard.");
    expect(tokenIn(letters[0])).not.toBe(token);
    expect((await house.trail()).last).toEqual({
      action: "invitationResend",
      actor: "manager@acme.example",
      count: 1,
      subjects: [`first@acme.example: expiresAt 2999-01-01T00:00:00.000Z > ${invitation?.expiresAt}`],
      findable: [userId, invitationId].map((id) => id.slice(4)).sort(),
    });
  });

  it("rule 2.6: voids every older link and the letter that still waits, and keeps only a hash of the new one", async () => {
    const { userId, invitationId, token } = await house.invite("again@acme.example", { sendEmail: true });
    await rest(invitationId);
    await resend([invitationId]);
    expect(await refusalOf(house.accept({ token }))).toEqual(["BAD_CREDENTIALS input.token"]);
    expect((await house.lettersTo("again@acme.example")).map(({ state }) => state)).toEqual(["VOID", "QUEUED"]);
    const fresh = await newestToken("again@acme.example");
    expect(await house.invitationsOf(userId)).toMatchObject([{ sentCount: 2, tokenHash: hashToken(fresh) }]);
    expect(await house.everything()).not.toContain(fresh.slice(3, 40));
    await house.accept({ token: fresh });
  });

  it("revives one that ran out", async () => {
    const { invitationId } = await house.invite("late@acme.example", { sendEmail: true });
    await rest(invitationId);
    await house.expire(invitationId);
    await resend([invitationId]);
    await house.accept({ token: await newestToken("late@acme.example") });
    expect(await house.userAt("late@acme.example")).toMatchObject({ status: "ACTIVE" });
  });

  it("changes nothing in a rehearsal, and nothing for nobody", async () => {
    const { invitationId } = await house.invite("dry@acme.example");
    const before = await house.everything();
    await resend([invitationId], house.admin, { rehearsal: true });
    expect(await resend([])).toEqual([]);
    expect(await house.everything()).toBe(before);
  });
});

describe("what resending refuses", () => {
  it("section 12: a second letter to an address within a minute, by whatever invitation", async () => {
    const one = await house.invite("busy@acme.example", { sendEmail: true });
    const two = await house.invite("idle@acme.example");
    const before = await house.everything();
    expect(await refusalOf(resend([two.invitationId, one.invitationId]))).toEqual(["RATE_LIMITED input.ids.1"]);
    expect(await house.everything()).toBe(before);
    await house.act((work) => revokeInvitations(work, { ids: [one.invitationId] }));
    await house.write("UPDATE Invitation SET emailKey = 'busy@acme.example', email = 'busy@acme.example' WHERE id = ?", [
      two.invitationId.slice(4),
    ]);
    expect(await refusalOf(resend([two.invitationId]))).toEqual(["RATE_LIMITED input.ids.0"]);
  });

  it("rule 2.6: all but one of many who send the same at the same moment", async () => {
    const { invitationId } = await house.invite("raced@acme.example");
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => resend([invitationId])));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected")
        expect(await refusalOf(Promise.reject(result.reason))).toEqual(["RATE_LIMITED input.ids.0"]);
    expect(await house.lettersTo("raced@acme.example")).toHaveLength(1);
  });

  it("rule 2.7: to send to anybody who joined or was revoked, also at the same moment", async () => {
    const used = await house.invite("used@acme.example");
    await house.accept({ token: used.token });
    const gone = await house.invite("gone@acme.example");
    await house.act((work) => revokeInvitations(work, { ids: [gone.invitationId] }));
    const fine = await house.invite("fine@acme.example");
    const before = await house.everything();
    expect(await refusalOf(resend([fine.invitationId, used.invitationId, gone.invitationId]))).toEqual([
      "WRONG_STATE input.ids.1",
      "WRONG_STATE input.ids.2",
    ]);
    expect(await house.everything()).toBe(before);
    const [accepted, resent] = await Promise.allSettled([house.accept({ token: fine.token }), resend([fine.invitationId])]);
    expect([accepted.status, resent.status].sort()).toEqual(["fulfilled", "rejected"]);
    expect((await house.lettersTo("fine@acme.example")).map(({ state }) => state)).toEqual(
      resent.status === "fulfilled" ? ["QUEUED"] : [],
    );
  });

  it("rule 2.11: to a manager what is for an admin, and to anybody without the scope", async () => {
    const boss = await house.invite("boss@acme.example", { role: "ADMIN" });
    const plain = await house.invite("plain@acme.example");
    const before = await house.everything();
    const ids = [plain.invitationId, plain.invitationId, boss.invitationId];
    expect(await refusalOf(resend(ids, house.manager))).toEqual(["FORBIDDEN input.ids.2"]);
    for (const actor of [house.member, house.hand, holderOf("USERS_READ")])
      expect(await refusalOf(resend([plain.invitationId], actor))).toEqual(["FORBIDDEN input.ids.0"]);
    expect(await house.everything()).toBe(before);
  });

  it("rule 1.1: an invitation of another site, like one that never was", async () => {
    const before = await house.everything();
    const ids = [house.elsewhere.invitationId, publicId("Invitation", newId()), house.elsewhere.userId];
    expect(await refusalOf(resend(ids))).toEqual([0, 1, 2].map((n) => `NOT_FOUND input.ids.${n}`));
    expect(await house.everything()).toBe(before);
  });
});
