import { createHash } from "node:crypto";
import type { Reader } from "./reader.ts";

/**
 * What a plan rests on, as one hash (S9): the directory's settings, and the users and groups that it holds here, by their versions
 * and counts. Any change of one of these gives another hash.
 */
export async function readBasis(reader: Reader, directoryId: string): Promise<string> {
  const ofDirectory = [reader.siteId, directoryId];
  const [directory] = await reader.rows<{ version: number }>(
    "SELECT version FROM Directory WHERE siteId = ? AND id = ?",
    ofDirectory,
  );
  const users = await reader.rows<Record<string, unknown>>(
    "SELECT COUNT(*) AS n, SUM(version) AS versions, MAX(id) AS newest FROM User WHERE siteId = ? AND directoryId = ?",
    ofDirectory,
  );
  const groups = await reader.rows<Record<string, unknown>>(
    "SELECT COUNT(*) AS n, SUM(version) AS versions, MAX(id) AS newest, SUM(memberCount) AS members FROM `Group` WHERE siteId = ? AND directoryId = ?",
    ofDirectory,
  );
  // The databases give sums as numbers or as text.
  const numbers = [...users, ...groups].flatMap(({ n, versions, newest, members }) =>
    [n, versions, newest, members].map((value) => String(value ?? 0)),
  );
  return createHash("sha256")
    .update(JSON.stringify([directory?.version, numbers]))
    .digest("hex")
    .slice(0, 40);
}
