import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiToken, type NewApiToken } from "../../../src/actions/tokens/create-api-token.ts";
import { revokeApiToken } from "../../../src/actions/tokens/revoke-api-token.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import { allScopes, scopes as everyScope } from "../../../src/model/scope.ts";
import { findCaller } from "../../../src/queries/callers.ts";
import { hashToken } from "../../../src/secrets/token.ts";
import { type AccessHouse, buildAccessHouse, holderOf, refusalOf } from "../../support/access-house.ts";

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
    const holder = { ...holderOf("TOKENS_WRITE", "USERS_READ"), userId: house.admin.userId };
    const { tokenId } = await create({}, holder);
    expect(await house.rows("SELECT createdById FROM ApiToken WHERE id = ?", [tokenId])).toEqual([
      { createdById: house.admin.userId },
    ]);
    expect(await refusalOf(create({ scopes: ["USERS_READ", "USERS_WRITE", "TOKENS_WRITE", "AUDIT_READ"] }, holder))).toEqual([
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
    expect(await refusalOf(create({ scopes: ["CONTENT_WRITE"], applicationId: id }, holderOf(...allScopes)))).toEqual([
      "FORBIDDEN input.scopes.0",
    ]);
    const holder = { ...holderOf("TOKENS_WRITE", "CONTENT_WRITE"), applicationId: id.slice(4) };
    await create({ scopes: ["CONTENT_WRITE"], applicationId: id }, holder);
    expect(await refusalOf(create({ scopes: ["CONTENT_WRITE"], applicationId: other }, holder))).toEqual([
      "FORBIDDEN input.scopes.0",
    ]);
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
