import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signIn } from "../../../src/actions/sessions/sign-in.ts";
import { signOut } from "../../../src/actions/sessions/sign-out.ts";
import { createApiToken } from "../../../src/actions/tokens/create-api-token.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newToken } from "../../../src/secrets/token.ts";
import { buildPeopleHouse, type PeopleHouse, stranger } from "../../support/people-house.ts";

let house: PeopleHouse;
beforeAll(async () => {
  house = await buildPeopleHouse();
});
afterAll(() => house.close());

const leave = (accessToken: string, actor: Actor) => house.act((work) => signOut(work, { accessToken }), actor);

describe("signing out", () => {
  it("ends this session and no other, and leaves a trail that is found by the user and holds no token", async () => {
    const ann = await house.joinByLink("ann@acme.example");
    const { session: other } = await house.act((work) => signIn(work, { ...ann, passwordHash: house.passwordHash }), stranger);
    await leave(ann.accessToken, ann);
    expect(await house.callerOf(ann.accessToken)).toBeNull();
    expect(await house.callerOf(other.accessToken)).toMatchObject({ kind: "user", userId: ann.userId });
    expect((await house.trail()).last).toEqual({
      action: "signOut",
      actor: "ann@acme.example",
      count: 1,
      subjects: ["ann@acme.example"],
      findable: [ann.userId],
    });
    expect(await house.everything()).not.toContain(ann.accessToken.slice(3, 40));
  });

  it("rule 9.3: ends the session on every site", async () => {
    const ann = await house.joinByLink("everywhere@acme.example");
    await house.joinElsewhere(ann);
    expect(await house.callerOf(ann.accessToken, house.elsewhere.siteId)).toMatchObject({ kind: "user" });
    await leave(ann.accessToken, ann);
    expect(await house.callerOf(ann.accessToken, house.elsewhere.siteId)).toBeNull();
  });

  it("does it once, however often and at whatever moment it is asked", async () => {
    const ann = await house.joinByLink("once@acme.example");
    const { size } = await house.trail();
    await Promise.all(Array.from({ length: 5 }, () => leave(ann.accessToken, ann)));
    await leave(ann.accessToken, ann);
    expect((await house.trail()).size).toBe(size + 1);
  });

  it("changes nothing for a token that is no session", async () => {
    const { secret } = await house.act((work) => createApiToken(work, { name: "Script", scopes: ["USERS_READ"] }));
    const before = await house.everything();
    for (const token of [secret, newToken("gs_").token, "", "gs_' OR 1=1"]) await leave(token, stranger);
    expect(await house.everything()).toBe(before);
    expect(await house.callerOf(secret)).not.toBeNull();
  });

  it("changes nothing in a rehearsal", async () => {
    const ann = await house.joinByLink("dry@acme.example");
    const before = await house.everything();
    await house.act((work) => signOut(work, ann), ann, { rehearsal: true });
    expect(await house.everything()).toBe(before);
  });
});
