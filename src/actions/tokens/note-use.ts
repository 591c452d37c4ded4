import type { Work } from "../../work/work.ts";

/** Writes down that the API token of whoever asks is in use. It changes nothing that a person decided, so that it leaves no trail. */
export async function noteUse(work: Work): Promise<void> {
  const { actor } = work;
  if (actor.kind !== "token") throw new Error("Only an API token notes its use");
  const permit = work.permit("apiTokenUse", { noun: "token", id: actor.tokenId });
  await work.write("UPDATE ApiToken SET lastUsedAt = ? WHERE id = ?", [work.now, actor.tokenId]);
  work.unchanged(permit, undefined);
}
