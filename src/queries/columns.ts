import { idPrefixes, type NodeType } from "../model/id.ts";
import { type Selection, selectedOf } from "./selection.ts";

/** The SQL of each field that a table answers by itself, and of what its edges need. */
export type Columns = Record<string, string>;

/** The public id, made where it is read. */
export function publicIdSql(type: NodeType, column: string): string {
  return `CONCAT('${idPrefixes[type]}_', ${column})`;
}

/** The columns to select: those of the selected fields, those that selected edges need, and the id always. */
export function columnsFor(
  type: string,
  columns: Columns,
  needs: Record<string, readonly string[]>,
  selection: Selection,
): string {
  const wanted = new Set(["id"]);
  for (const { name } of selectedOf(selection, type)) {
    if (name in columns) wanted.add(name);
    for (const need of needs[name] ?? []) wanted.add(need);
  }
  return [...wanted].map((name) => `${columns[name]} AS \`${name}\``).join(", ");
}
