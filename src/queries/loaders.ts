import { compactId, type NodeType } from "../model/id.ts";
import { expand } from "./expand.ts";
import type { Reader, Row } from "./reader.ts";
import { put, type SelectedField, type Selection } from "./selection.ts";

/** Reads objects of one type by their compact ids, with the columns that were selected; those the actor may not see are left out. */
export type Loader = (reader: Reader, ids: readonly string[], selection: Selection) => Promise<Row[]>;

const loaders = new Map<NodeType, Loader>();

/** Says how objects of a type are read by id. Each noun's file does so once, when it is loaded. */
export function declareLoader(type: NodeType, load: Loader): void {
  loaders.set(type, load);
}

/** Objects of one type by their compact ids, with everything that was selected of them: one statement, and one an edge. */
export async function loadByIds(
  reader: Reader,
  type: NodeType,
  ids: readonly string[],
  selection: Selection,
): Promise<Map<string, Row>> {
  const load = loaders.get(type);
  if (!load || ids.length === 0) return new Map();
  const rows: Row[] = await load(reader, [...new Set(ids)], selection);
  await expand(reader, type, rows, selection);
  return new Map(rows.map((row) => [compactId(type, String(row.id)) ?? "", row]));
}

/** The same in the order of the ids; what is missing is left out. */
export async function listByIds(reader: Reader, type: NodeType, ids: readonly string[], selection: Selection): Promise<Row[]> {
  const found = await loadByIds(reader, type, ids, selection);
  return ids.map((id) => found.get(id)).filter((row) => row !== undefined);
}

/** The edge to one object whose compact id stands in a column of the row. */
export function toOne(type: NodeType, column: string) {
  return async (reader: Reader, rows: Row[], field: SelectedField): Promise<void> => {
    const ids = rows.map((row) => row[column]).filter((id): id is string => typeof id === "string" && id !== "");
    const found = await loadByIds(reader, type, ids, field.selection);
    for (const row of rows) put(row, field, found.get(String(row[column])) ?? null);
  };
}

const nounOfActor: Record<string, NodeType> = { user: "User", token: "ApiToken", directory: "Directory" };

/** The edge to whoever did something: kind and compact id stand in two columns of the row. */
export function toActor(kindColumn: string, idColumn: string) {
  return async (reader: Reader, rows: Row[], field: SelectedField): Promise<void> => {
    for (const row of rows) put(row, field, null);
    for (const [kind, type] of Object.entries(nounOfActor)) {
      const mine = rows.filter((row) => row[kindColumn] === kind && typeof row[idColumn] === "string");
      const found = await loadByIds(
        reader,
        type,
        mine.map((row) => String(row[idColumn])),
        field.selection,
      );
      for (const row of mine) put(row, field, found.get(String(row[idColumn])) ?? null);
    }
  };
}
