import { ApiToken, Application } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { cleanText } from "../../model/name-key.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import type { Scope } from "../../model/scope.ts";
import { newToken } from "../../secrets/token.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";
import { holdSite } from "../keep-counts.ts";

/** A token to be made. */
export interface NewApiToken {
  name: string;
  scopes: readonly Scope[];
  /** Public id; with, and only with, CONTENT_WRITE. */
  applicationId?: string | null;
  /** RFC 3339; null for no end of its own. */
  expiresAt?: string | null;
}

/** A token's compact id, and its secret: told this one time. */
export interface CreatedApiToken {
  tokenId: string;
  secret: string;
}

/**
 * Makes a credential for scripts, of which only a hash is kept. It gets no scope that its creator does not have now, and belongs to
 * that person (rule 9.5). The operator may give any, and such a token stands alone. What a token makes ends with it at the latest.
 */
export async function createApiToken(work: Work, input: NewApiToken): Promise<CreatedApiToken> {
  const permit = work.permit("apiTokenCreate", { noun: "site", id: work.siteId });
  const maker = await findMaker(work);
  const applicationId = input.applicationId ?? null;
  const application =
    applicationId === null
      ? null
      : await findOrRefuse(work, Application, "Application", applicationId, ["input", "applicationId"]);
  const { name, scopes, expiresAt } = readToken(work, input, { application, maker });
  const { token, hash, hint } = newToken("gh_");
  const tokenId = newId();
  await work.insert(ApiToken, [
    {
      id: tokenId,
      siteId: work.siteId,
      name,
      hint,
      tokenHash: hash,
      scopes: scopes.join(" "),
      applicationId: application?.id ?? null,
      createdById: work.actor.kind === "user" || work.actor.kind === "token" ? work.actor.userId : null,
      createdByTokenId: maker?.id ?? null,
      createdAt: work.now,
      expiresAt,
    },
  ]);
  const changes = {
    scopes: [null, scopes.join(" ")],
    application: [null, application?.key],
    expiresAt: [null, expiresAt],
  } as const;
  await work.record(permit, [{ type: "ApiToken", id: tokenId, label: name, changes }]);
  return { tokenId, secret: token };
}

/** The token that makes this one; null for a person or the operator. Its end and this beginning wait for each other. */
async function findMaker(work: Work): Promise<ApiToken | null> {
  if (work.actor.kind !== "token") return null;
  await holdSite(work);
  const [maker] = await work.byIds(ApiToken, [work.actor.tokenId]);
  if (!maker || maker.revokedAt !== null) throw new Refusal("FORBIDDEN", "This token was revoked, so it makes no other.");
  return maker;
}

/** Reads every field, and refuses with all faults at once. */
function readToken(
  work: Work,
  input: NewApiToken,
  { application, maker }: { application: Application | null; maker: ApiToken | null },
) {
  const problems = new Problems();
  const name = cleanText(input.name, { max: 100 });
  if ("fault" in name || name.text === "")
    problems.add("INVALID", "fault" in name ? name.fault : "A token needs a name.", ["input", "name"]);
  const scopes = [...new Set(input.scopes)];
  if (scopes.length === 0) problems.add("INVALID", "A token needs at least one scope.", ["input", "scopes"]);
  for (const scope of scopes)
    if (!mayGive(work, scope, application))
      problems.add("FORBIDDEN", `You cannot give ${scope}, since you do not have it.`, [
        "input",
        "scopes",
        String(input.scopes.indexOf(scope)),
      ]);
  if (scopes.includes("CONTENT_WRITE") !== (application !== null))
    problems.add("INVALID", "CONTENT_WRITE is for one application, which must be named, and nothing else is.", [
      "input",
      "applicationId",
    ]);
  const expiresAt = readExpiry(work, input.expiresAt ?? null, maker?.expiresAt ?? null, problems);
  problems.refuseIfAny();
  return { name: "text" in name ? name.text : "", scopes, expiresAt };
}

/**
 * Rule 9.5. CONTENT_WRITE is never among the scopes of a person, since it is for one application: an admin, who may do everything
 * (9.4), may give it for any, and a token that has it for its own.
 */
function mayGive({ actor }: Work, scope: Scope, application: Application | null): boolean {
  if (actor.kind === "operator") return true;
  if (scope !== "CONTENT_WRITE") return actor.scopes.has(scope);
  if (actor.kind === "user") return actor.role === "ADMIN";
  return actor.kind === "token" && actor.scopes.has(scope) && actor.applicationId === (application?.id ?? null);
}

/** The last moment that the database's 24 characters can hold. */
const lastMoment = Date.parse("9999-12-31T23:59:59.999Z");

/** Reads when a token ends: at a moment to come, and not after `latest`, which holds for one without an end of its own. */
function readExpiry({ now }: Work, expiresAt: string | null, latest: string | null, problems: Problems): string | null {
  if (expiresAt === null) return latest;
  const time = Date.parse(expiresAt);
  const isToCome = time > Date.parse(now) && time <= lastMoment;
  if (isToCome && (latest === null || time <= Date.parse(latest))) return new Date(time).toISOString();
  const fault = isToCome ? `The token that makes this one ends at ${latest}.` : "A token expires at a moment to come, or never.";
  problems.add("INVALID", fault, ["input", "expiresAt"]);
  return null;
}
