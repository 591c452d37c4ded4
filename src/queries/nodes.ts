import { compactId, type NodeType, typeOfId } from "../model/id.ts";
import { Refusal } from "../model/refusal.ts";
import { expand } from "./expand.ts";
import { loadByIds } from "./loaders.ts";
import type { Reader, Row } from "./reader.ts";
import type { Selection } from "./selection.ts";
import { findChange } from "./sync-changes.ts";

/** The most ids of one question. */
const mostNodes = 100;

/** The objects with these public ids, in their order, null for each that is missing or may not be seen: one statement for each type. */
export async function findNodes(reader: Reader, ids: readonly string[], selection: Selection): Promise<(Row | null)[]> {
  if (ids.length > mostNodes)
    throw new Refusal("LIMIT_EXCEEDED", `At most ${mostNodes} ids at once; these are ${ids.length}.`, ["ids"]);
  const byType = new Map<NodeType, string[]>();
  for (const id of ids) {
    const type = typeOfId(id);
    const compact = type && compactId(type, id);
    if (type && compact) byType.set(type, [...(byType.get(type) ?? []), compact]);
  }
  const found = new Map<string, Row>();
  for (const [type, compact] of byType)
    for (const row of (await loadByIds(reader, type, compact, selection)).values()) found.set(String(row.id), row);
  for (const id of ids.filter((one) => typeOfId(one) === "SyncChange")) {
    const change = await findChange(reader, id);
    if (!change) continue;
    await expand(reader, "SyncChange", [change], selection);
    found.set(id, change);
  }
  return ids.map((id) => found.get(id) ?? null);
}
