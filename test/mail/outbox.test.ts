import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { claimLetters } from "../../src/actions/letters/claim-letters.ts";
import { inviteUsers } from "../../src/actions/users/invite-users.ts";
import type { Letter } from "../../src/model/entities.ts";
import { buildPeopleHouse, type PeopleHouse } from "../support/people-house.ts";
import { openPostOffice, type PostOffice } from "../support/post-office.ts";

let house: PeopleHouse;
let office: PostOffice;
beforeEach(async () => {
  house = await buildPeopleHouse();
  office = await openPostOffice(house);
});
afterEach(async () => {
  await office.close();
  await house.close();
});

/** Waits until the letter to someone is as told. */
const until = (recipient: string, expected: Partial<Letter>) =>
  vi.waitFor(
    async () => {
      const [letter] = await house.rows<Letter>("SELECT * FROM Letter WHERE recipient = ?", [recipient]);
      expect(letter).toMatchObject(expected);
      return letter as Letter; // as: it matched
    },
    { timeout: 10_000, interval: 50 },
  );
const becomeDue = () => house.write("UPDATE Letter SET nextTryAt = '2020-01-01T00:00:00.000Z' WHERE state = 'QUEUED'");
const deliveryOf = async (userId: string) => {
  const [invitation] = await house.invitationsOf(userId);
  return { delivery: invitation?.delivery, why: invitation?.deliveryFailure };
};

describe("the outbox", () => {
  it("rule 2.9: posts a letter, says so on its invitation, and wipes the link", async () => {
    const { userId, token } = await house.invite("ada@far.example", { sendEmail: true });
    expect(await deliveryOf(userId)).toMatchObject({ delivery: "QUEUED" });
    office.post();
    const [letter] = await office.mail.waitFor("ada@far.example");
    expect(letter?.text).toContain(`http://127.0.0.1:4000/join#${token}\n`);
    expect((await until("ada@far.example", { state: "SENT" })).sealed).toBe("");
    expect(await deliveryOf(userId)).toEqual({ delivery: "SENT", why: null });
  });

  it("rule 2.9: keeps what the mail server puts off, says why, and posts it later", async () => {
    const { userId } = await house.invite("late@far.example", { sendEmail: true });
    office.mail.refuse(() => ({ code: 451, text: "Come back later" }));
    office.post();
    const waiting = await until("late@far.example", { state: "QUEUED", failure: expect.stringContaining("Come back later") });
    expect(waiting.nextTryAt > waiting.createdAt).toBe(true);
    expect(await deliveryOf(userId)).toMatchObject({ delivery: "QUEUED" });
    office.mail.refuse(() => null);
    await becomeDue();
    await office.mail.waitFor("late@far.example");
    await until("late@far.example", { state: "SENT", tries: 2 });
    expect(office.mail.letters).toHaveLength(1);
  });

  it("rule 2.9: gives up what is refused for good, and shows the mail server's reason", async () => {
    const { userId } = await house.invite("gone@far.example", { sendEmail: true });
    office.mail.refuse(() => ({ code: 550, text: "No such mailbox" }));
    office.post();
    await until("gone@far.example", { state: "FAILED", sealed: "" });
    expect(await deliveryOf(userId)).toEqual({ delivery: "FAILED", why: expect.stringContaining("No such mailbox") });
  });

  it("rule 2.9: posts each letter once, however many processes post", async () => {
    const invitees = Array.from({ length: 30 }, (_, n) => ({ email: `p${n}@far.example` }));
    await house.act((work) => inviteUsers(work, { invitees, role: "MEMBER", groupIds: [], sendEmail: true }));
    for (let process = 0; process < 3; process++) office.post();
    await Promise.all(invitees.map(({ email }) => until(email, { state: "SENT", tries: 1 })));
    const recipients = office.mail.letters.map(({ envelope }) => envelope.to.join());
    expect(recipients.sort()).toEqual(invitees.map(({ email }) => email).sort());
  });

  it("rule 2.9: takes over what a process had in hand when it died", async () => {
    await house.invite("orphan@far.example", { sendEmail: true });
    const claimed = await house.act((work) => claimLetters(work, { most: 5 }), house.operator);
    expect(claimed).toHaveLength(1);
    expect(await house.act((work) => claimLetters(work, { most: 5 }), house.operator)).toEqual([]);
    await becomeDue();
    office.post();
    await office.mail.waitFor("orphan@far.example");
  });

  it("rule 2.9: stops after twenty tries", async () => {
    await house.invite("never@far.example", { sendEmail: true });
    await house.write("UPDATE Letter SET tries = 19");
    office.mail.refuse(() => ({ code: 451, text: "Not today" }));
    office.post();
    await until("never@far.example", { state: "FAILED", failure: expect.stringMatching(/^Tried 20 times\. .*Not today/) });
  });
});
