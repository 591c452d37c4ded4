import type { Reader, Row } from "./reader.ts";
import { type SelectedField, type Selection, selectedOf } from "./selection.ts";

/** Reads one selected field of many objects at once, in a fixed number of statements, and puts it onto each. */
export type Edge = (reader: Reader, rows: Row[], field: SelectedField) => Promise<void> | void;

/** The fields of a type that take reading, or working out. */
export type Edges = Record<string, Edge>;

const edgesByType = new Map<string, Edges>();

/** Says how the edges of a type are read. Each noun's file does so once, when it is loaded. */
export function declareEdges(type: string, edges: Edges): void {
  edgesByType.set(type, edges);
}

/** Reads what was selected beyond the objects' own columns, for all of them at once. */
export async function expand(reader: Reader, type: string, rows: Row[], selection: Selection): Promise<void> {
  const edges = edgesByType.get(type);
  if (!edges || rows.length === 0) return;
  for (const field of selectedOf(selection, type)) await edges[field.name]?.(reader, rows, field);
}
