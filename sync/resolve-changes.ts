import type { SyncChangeBody } from "../src/model/sync-change.ts";
import { marks, type Reader } from "../src/queries/reader.ts";
import type { Change } from "./make-changes.ts";

/** The changes of a step that can be made, and those whose subject or group is not here, because bringing it failed. */
export interface Resolved {
  changes: Change[];
  missing: { position: number; label: string }[];
}

/** The directory's ids with ours behind them, as far as they were asked for. One for each run: nobody else brings its objects. */
export interface KnownIds {
  users: Map<string, string>;
  groups: Map<string, string>;
}

/** Finds our ids for what the plan knew only by the directory's: two questions for a step, fewer as more is known. */
export async function resolveChanges(
  reader: Reader,
  directoryId: string,
  bodies: readonly SyncChangeBody[],
  known: KnownIds,
): Promise<Resolved> {
  await learn(
    reader,
    "User",
    directoryId,
    known.users,
    bodies.flatMap((body) => (body.subjectType === "User" && !body.subjectId ? (body.externalId ?? []) : [])),
  );
  await learn(
    reader,
    "Group",
    directoryId,
    known.groups,
    bodies.flatMap((body) => [
      ...(body.subjectType === "Group" && !body.subjectId && body.externalId ? [body.externalId] : []),
      ...(body.groupExternalId && !body.groupId ? [body.groupExternalId] : []),
      ...(body.nested ?? []),
    ]),
  );
  const resolved: Resolved = { changes: [], missing: [] };
  for (const [position, body] of bodies.entries()) {
    const ids = body.subjectType === "User" ? known.users : known.groups;
    const subjectId = body.subjectId ?? ids.get(body.externalId ?? "") ?? "";
    const groupId = body.groupId ?? known.groups.get(body.groupExternalId ?? "") ?? "";
    const nestedIds = (body.nested ?? []).flatMap((id) => known.groups.get(id) ?? []);
    const comes = body.action === "USER_CREATE" || body.action === "GROUP_CREATE";
    if (!comes && subjectId === "") resolved.missing.push({ position, label: body.subjectLabel });
    else if (body.groupExternalId && groupId === "")
      resolved.missing.push({ position, label: body.groupLabel ?? body.groupExternalId });
    else resolved.changes.push({ body, position, subjectId, groupId, nestedIds });
  }
  return resolved;
}

async function learn(
  reader: Reader,
  table: "User" | "Group",
  directoryId: string,
  known: Map<string, string>,
  externalIds: readonly string[],
): Promise<void> {
  const unknown = [...new Set(externalIds)].filter((id) => !known.has(id));
  for (let from = 0; from < unknown.length; from += 500) {
    const part = unknown.slice(from, from + 500);
    const rows = await reader.rows<{ id: string; externalId: string | Buffer }>(
      `SELECT id, externalId FROM \`${table}\` WHERE siteId = ? AND directoryId = ? AND externalId IN (${marks(part)})`,
      [reader.siteId, directoryId, ...part],
    );
    for (const row of rows) known.set(String(row.externalId), row.id);
  }
}
