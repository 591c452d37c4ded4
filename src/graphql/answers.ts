import type { NodeType } from "../model/id.ts";
import { listByIds } from "../queries/loaders.ts";
import type { Reader, Row } from "../queries/reader.ts";
import type { Selection } from "../queries/selection.ts";

/** Answers a payload's field with the objects that an action names by their compact ids. */
export function many(type: NodeType) {
  return (reader: Reader, ids: readonly string[], selection: Selection): Promise<Row[]> =>
    listByIds(reader, type, ids, selection);
}

/** Answers a payload's field with the one object that an action names; null when it is not there, as after a dry run. */
export function one(type: NodeType) {
  return async (reader: Reader, id: string, selection: Selection): Promise<Row | null> =>
    (await listByIds(reader, type, [id], selection))[0] ?? null;
}
