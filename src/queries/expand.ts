import type { Reader, Row } from "./reader.ts";
import { isPlain, type SelectedField, type Selection, selectedOf } from "./selection.ts";

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
  const plain = new Set<string>();
  for (const field of selectedOf(selection, type)) {
    // A plain value is the same under every alias: however many there are, it is read once.
    if (isPlain(field) && plain.has(field.name)) continue;
    if (isPlain(field)) plain.add(field.name);
    await edges[field.name]?.(reader, rows, field);
  }
}
