import { ApiToken, Application } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { cleanText } from "../../model/name-key.ts";
import { Problems } from "../../model/refusal.ts";
import type { Scope } from "../../model/scope.ts";
import { newToken } from "../../secrets/token.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";

export interface NewApiToken {
  name: string;
  scopes: readonly Scope[];
  /** Public id; with, and only with, CONTENT_WRITE. */
  applicationId?: string | null;
  expiresAt?: string | null;
}

/** A token's compact id, and its secret: told this one time. */
export interface CreatedApiToken {
  tokenId: string;
  secret: string;
}

/** Makes a credential for scripts. It never gets more than its creator has now (rule 9.5), and only its hash is kept. */
export async function createApiToken(work: Work, input: NewApiToken): Promise<CreatedApiToken> {
  const permit = work.permit("apiTokenCreate", { noun: "site", id: work.siteId });
  const problems = new Problems();
  const name = cleanText(input.name, { max: 100 });
  if ("fault" in name || name.text === "")
    problems.add("INVALID", "fault" in name ? name.fault : "A token needs a name.", ["input", "name"]);
  readScopes(work, input, problems);
  if (input.expiresAt && input.expiresAt <= work.now) problems.add("INVALID", "This moment has passed.", ["input", "expiresAt"]);
  const application = input.applicationId
    ? await findOrRefuse(work, Application, "Application", input.applicationId, ["input", "applicationId"])
    : null;
  problems.refuseIfAny();

  const { token, hash, hint } = newToken("gh_");
  const tokenId = newId();
  const creator = work.actor.kind === "user" || work.actor.kind === "token" ? work.actor.userId : null;
  const scopes = [...new Set(input.scopes)];
  const label = "text" in name ? name.text : "";
  await work.insert(ApiToken, [
    {
      id: tokenId,
      siteId: work.siteId,
      name: label,
      hint,
      tokenHash: hash,
      scopes: scopes.join(" "),
      applicationId: application?.id ?? null,
      createdById: creator,
      createdAt: work.now,
      expiresAt: input.expiresAt ?? null,
    },
  ]);
  await work.record(permit, [
    { type: "ApiToken", id: tokenId, label, changes: { scopes: [null, scopes.join(" ")], expiresAt: [null, input.expiresAt] } },
  ]);
  return { tokenId, secret: token };
}

function readScopes({ actor }: Work, { scopes, applicationId }: NewApiToken, problems: Problems): void {
  const path = ["input", "scopes"];
  if (scopes.length === 0) problems.add("INVALID", "A token needs at least one scope.", path);
  for (const [index, scope] of scopes.entries()) {
    const holds =
      actor.kind === "operator" ||
      actor.scopes.has(scope) ||
      (scope === "CONTENT_WRITE" && actor.kind === "user" && actor.role === "ADMIN");
    if (!holds) problems.add("FORBIDDEN", `You cannot give ${scope}, since you do not have it.`, [...path, String(index)]);
  }
  const writesContent = scopes.includes("CONTENT_WRITE");
  if (writesContent && !applicationId)
    problems.add("INVALID", "CONTENT_WRITE is for one application: name it.", ["input", "applicationId"]);
  if (!writesContent && applicationId)
    problems.add("INVALID", "Only CONTENT_WRITE is for one application.", ["input", "applicationId"]);
}
