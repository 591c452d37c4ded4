import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiToken, type NewApiToken } from "../../../src/actions/tokens/create-api-token.ts";
import { revokeApiToken } from "../../../src/actions/tokens/revoke-api-token.ts";
import { updateUser } from "../../../src/actions/users/update-user.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { scopes as everyScope, type UserRole } from "../../../src/model/scope.ts";
import { findCaller } from "../../../src/queries/callers.ts";
import { hashToken } from "../../../src/secrets/token.ts";
import { type AccessHouse, buildAccessHouse, refusalOf } from "../../support/access-house.ts";

let house: AccessHouse;
beforeAll(async () => {
  house = await buildAccessHouse();
});
afterAll(() => house.close());

const create = (more: Partial<NewApiToken> = {}, actor?: Actor) =>
  house.act((work) => createApiToken(work, { name: "Script", scopes: ["USERS_READ"], ...more }), actor);
const revoke = (tokenId: string, actor?: Actor) =>
  house.act((work) => revokeApiToken(work, { id: publicId("ApiToken", tokenId) }), actor);
const callerOf = (secret: string) =>
  house.door.look({ siteId: house.siteId, actor: house.operator }, (reader) => findCaller(reader, secret, null));

/** A token as the actor that its bearer is. */
async function holder(more: Partial<NewApiToken> = {}, maker?: Actor) {
  const { tokenId, secret } = await create({ name: "Maker", scopes: ["TOKENS_WRITE", "USERS_READ"], ...more }, maker);
  const actor = await callerOf(secret);
  if (!actor) throw new Error("The token is not valid");
  return { tokenId, actor };
}

describe("creating an API token", () => {
  it("rule 9.3: tells the secret once, keeps only its hash, and says nothing of it in the trail", async () => {
    const { tokenId, secret } = await create({ name: " Backup ", scopes: ["USERS_READ", "GROUPS_READ", "USERS_READ"] });
    expect(secret).toMatch(/^gh_/);
    const [row] = await house.rows("SELECT * FROM ApiToken WHERE id = ?", [tokenId]);
    expect(row).toMatchObject({
      name: "Backup",
      hint: secret.slice(0, 7),
      tokenHash: hashToken(secret),
      scopes: "USERS_READ GROUPS_READ",
      createdById: house.admin.userId,
      expiresAt: null,
      revokedAt: null,
    });
    const everything = JSON.stringify([row, await house.rows("SELECT * FROM AuditEvent")]);
    expect(everything).not.toContain(secret.slice(7));
    expect((await house.trail()).last).toMatchObject({
      action: "apiTokenCreate",
      subjects: ["Backup: scopes - > USERS_READ GROUPS_READ: application - > -: expiresAt - > -"],
    });
    expect(await callerOf(secret)).toMatchObject({ kind: "token", userId: house.admin.userId, label: "Backup" });
  });

  it("rule 9.5: gives no scope that its creator does not have", async () => {
    expect(await refusalOf(create({}, house.manager))).toEqual(["FORBIDDEN"]);
    const maker = await holder();
    const { tokenId } = await create({}, maker.actor);
    expect(await house.rows("SELECT createdById, createdByTokenId FROM ApiToken WHERE id = ?", [tokenId])).toEqual([
      { createdById: house.admin.userId, createdByTokenId: maker.tokenId },
    ]);
    const more: NewApiToken["scopes"] = ["USERS_READ", "USERS_WRITE", "TOKENS_WRITE", "AUDIT_READ"];
    expect(await refusalOf(create({ scopes: more }, maker.actor))).toEqual([
      "FORBIDDEN input.scopes.1",
      "FORBIDDEN input.scopes.3",
    ]);
  });

  it("rule 9.5: the operator may give any, to a token that stands alone", async () => {
    const { id } = await house.application("crm");
    const { tokenId, secret } = await create({ scopes: everyScope, applicationId: id }, house.operator);
    expect(await house.rows("SELECT createdById, applicationId FROM ApiToken WHERE id = ?", [tokenId])).toEqual([
      { createdById: null, applicationId: id.slice(4) },
    ]);
    expect((await callerOf(secret))?.scopes).toEqual(new Set(everyScope));
  });

  it("rule 9.5: CONTENT_WRITE is for one application, given by an admin, the operator, or its own token", async () => {
    const { id } = await house.application("wiki");
    const { id: other } = await house.application("other");
    await create({ scopes: ["CONTENT_WRITE"], applicationId: id });
    expect(await refusalOf(create({ scopes: ["CONTENT_WRITE"] }))).toEqual(["INVALID input.applicationId"]);
    expect(await refusalOf(create({ scopes: ["USERS_READ"], applicationId: id }))).toEqual(["INVALID input.applicationId"]);
    const unknown = publicId("Application", newId());
    expect(await refusalOf(create({ scopes: ["CONTENT_WRITE"], applicationId: unknown }))).toEqual([
      "NOT_FOUND input.applicationId",
    ]);
    expect(await refusalOf(create({ applicationId: "" }))).toEqual(["NOT_FOUND input.applicationId"]);
    const wanted = { scopes: ["CONTENT_WRITE" as const], applicationId: id };
    expect(await refusalOf(create(wanted, (await holder()).actor))).toEqual(["FORBIDDEN input.scopes.0"]);
    const { actor } = await holder({ scopes: ["TOKENS_WRITE", "CONTENT_WRITE"], applicationId: id });
    await create(wanted, actor);
    expect(await refusalOf(create({ ...wanted, applicationId: other }, actor))).toEqual(["FORBIDDEN input.scopes.0"]);
  });

  it("rule 9.5: CONTENT_WRITE ends for a token whose creator is no admin any more, and comes back with that", async () => {
    const { id } = await house.application("archive");
    const creator = await house.join("creator@acme.example", "ADMIN");
    const { secret } = await create({ scopes: ["CONTENT_WRITE", "USERS_READ"], applicationId: id }, creator);
    const scopesAs = async (role: UserRole) => {
      await house.act((work) => updateUser(work, { id: publicId("User", creator.userId), role }), house.operator);
      return [...((await callerOf(secret))?.scopes ?? [])];
    };
    expect(await scopesAs("MANAGER")).toEqual(["USERS_READ"]);
    expect(await scopesAs("MEMBER")).toEqual([]);
    expect(await scopesAs("ADMIN")).toEqual(["CONTENT_WRITE", "USERS_READ"]);
  });

  it("refuses everything that makes no sense at once", async () => {
    const past = "2020-01-01T00:00:00.000Z";
    expect(await refusalOf(create({ name: " ", scopes: [], expiresAt: past }))).toEqual([
      "INVALID input.expiresAt",
      "INVALID input.name",
      "INVALID input.scopes",
    ]);
    expect(await refusalOf(create({ name: "x".repeat(101), expiresAt: "tomorrow" }))).toEqual([
      "INVALID input.expiresAt",
      "INVALID input.name",
    ]);
    expect(await refusalOf(create({ expiresAt: "+010000-01-01T00:00:00.000Z" }))).toEqual(["INVALID input.expiresAt"]);
  });

  it("keeps the end in UTC, however it is written", async () => {
    const { tokenId } = await create({ expiresAt: "2999-12-31T23:30:00-01:00" });
    expect(await house.rows("SELECT expiresAt FROM ApiToken WHERE id = ?", [tokenId])).toEqual([
      { expiresAt: "3000-01-01T00:30:00.000Z" },
    ]);
  });
});

describe("a token that a token makes", () => {
  it("rule 9.5: ends with it at the latest", async () => {
    const expiresAt = "2999-06-01T00:00:00.000Z";
    const { actor } = await holder({ expiresAt });
    const endOf = async ({ tokenId }: { tokenId: string }) =>
      (await house.rows<{ expiresAt: string }>("SELECT expiresAt FROM ApiToken WHERE id = ?", [tokenId]))[0]?.expiresAt;
    expect(await endOf(await create({}, actor))).toBe(expiresAt);
    expect(await endOf(await create({ expiresAt: null }, actor))).toBe(expiresAt);
    expect(await endOf(await create({ expiresAt }, actor))).toBe(expiresAt);
    expect(await endOf(await create({ expiresAt: "2999-05-31T00:00:00Z" }, actor))).toBe("2999-05-31T00:00:00.000Z");
    expect(await refusalOf(create({ expiresAt: "2999-06-01T00:00:00.001Z" }, actor))).toEqual(["INVALID input.expiresAt"]);
  });

  it("rule 9.5: is revoked with it, and what that made too, also where the first stands alone", async () => {
    const first = await holder({}, house.operator);
    const second = await holder({ name: "Second" }, first.actor);
    const third = await create({ name: "Third" }, second.actor);
    const sibling = await create({ name: "Sibling" }, first.actor);
    const stranger = await create({ name: "Stranger" });
    await revoke(second.tokenId);
    expect(await callerOf(third.secret)).toBeNull();
    expect(await callerOf(sibling.secret)).toMatchObject({ kind: "token" });
    const { revokedAt } = (await house.rows("SELECT revokedAt FROM ApiToken WHERE id = ?", [third.tokenId]))[0] ?? {};
    await revoke(first.tokenId);
    expect(await callerOf(sibling.secret)).toBeNull();
    expect(await callerOf(stranger.secret)).toMatchObject({ kind: "token" });
    expect(await house.rows("SELECT revokedAt FROM ApiToken WHERE id = ?", [third.tokenId])).toEqual([{ revokedAt }]);
    const { last } = await house.trail();
    expect(last).toMatchObject({ action: "apiTokenRevoke", findable: [first.tokenId, sibling.tokenId].sort() });
  });

  it("is not made by one that was revoked while it asked", async () => {
    const { tokenId, actor } = await holder();
    await revoke(tokenId);
    expect(await refusalOf(create({}, actor))).toEqual(["FORBIDDEN"]);
  });

  it("never outlives its maker, however many are made at the moment when that is revoked", async () => {
    const { tokenId, actor } = await holder();
    const making = Array.from({ length: 10 }, () => create({}, actor));
    const results = await Promise.allSettled([
      ...making,
      revoke(tokenId),
      ...Array.from({ length: 10 }, () => create({}, actor)),
    ]);
    for (const result of results)
      if (result.status === "rejected") expect(await refusalOf(Promise.reject(result.reason))).toEqual(["FORBIDDEN"]);
    expect(results[10]).toMatchObject({ status: "fulfilled", value: tokenId });
    expect(await house.rows("SELECT id FROM ApiToken WHERE createdByTokenId = ? AND revokedAt IS NULL", [tokenId])).toEqual([]);
  });
});

describe("revoking an API token", () => {
  it("ends it from the next request on, and leaves a trail", async () => {
    const { tokenId, secret } = await create({ name: "Ending" });
    expect(await revoke(tokenId)).toBe(tokenId);
    expect(await callerOf(secret)).toBeNull();
    expect((await house.trail()).last).toMatchObject({ action: "apiTokenRevoke", findable: [tokenId] });
  });

  it("does it once, however often and at whatever moment it is asked", async () => {
    const { tokenId } = await create({ name: "Once" });
    const { size } = await house.trail();
    await Promise.all(Array.from({ length: 5 }, () => revoke(tokenId)));
    const [before] = await house.rows("SELECT revokedAt FROM ApiToken WHERE id = ?", [tokenId]);
    await revoke(tokenId);
    expect(await house.rows("SELECT revokedAt FROM ApiToken WHERE id = ?", [tokenId])).toEqual([before]);
    expect((await house.trail()).size).toBe(size + 1);
  });

  it("refuses who may not, and what is not there", async () => {
    const { tokenId } = await create({ name: "Guarded" });
    expect(await refusalOf(revoke(tokenId, house.manager))).toEqual(["FORBIDDEN"]);
    expect(await refusalOf(revoke(newId()))).toEqual(["NOT_FOUND input.id"]);
  });
});
