import { Session } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { newToken } from "../../secrets/token.ts";
import type { Work } from "../../work/work.ts";

/** How long a session lasts. Days. */
const sessionDays = 30;

/** What a signed-in person holds. The token is told this one time; only its hash is kept. */
export interface OpenedSession {
  accessToken: string;
  expiresAt: string;
}

/** Opens a session of an account, and notes the first visit to this site and the last. */
export async function openSession(
  work: Work,
  { accountId, userId }: { accountId: string; userId: string },
): Promise<OpenedSession> {
  const { token, hash } = newToken("gs_");
  const expiresAt = new Date(Date.parse(work.now) + sessionDays * 86_400_000).toISOString();
  await work.insert(Session, [{ id: newId(), accountId, tokenHash: hash, createdAt: work.now, expiresAt }]);
  await work.write("UPDATE Account SET signedInAt = ? WHERE id = ?", [work.now, accountId]);
  await work.write("UPDATE User SET joinedAt = COALESCE(joinedAt, ?), lastActiveAt = ? WHERE id = ?", [
    work.now,
    work.now,
    userId,
  ]);
  return { accessToken: token, expiresAt };
}
