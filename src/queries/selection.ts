import type { Row } from "./reader.ts";

/** One field that a caller selected, by the key it has in the answer. */
export interface SelectedField {
  /** Its alias, or its name. */
  key: string;
  name: string;
  /** With variables and defaults filled in. */
  args: Record<string, unknown>;
  /** The types for which it was selected; null for whatever type comes. */
  on: ReadonlySet<string> | null;
  selection: Selection;
}

/** What a caller selected of an object, fragments opened: known before anything is read, so that it is read at once. */
export type Selection = readonly SelectedField[];

/** What was selected of an object of this type. */
export function selectedOf(selection: Selection, type: string): Selection {
  return selection.filter((field) => field.on === null || field.on.has(type));
}

export function isSelected(selection: Selection, name: string): boolean {
  return selection.some((field) => field.name === name);
}

/** The fields under a path, as `["edges", "node"]`. */
export function below(selection: Selection, ...path: string[]): Selection {
  return path.reduce<Selection>(
    (fields, name) => fields.filter((field) => field.name === name).flatMap((field) => field.selection),
    selection,
  );
}

/** Where an object keeps what was read for a field: aliased fields apart, since their arguments may differ. */
export function slotOf(name: string, key: string): string {
  return name === key ? name : `${name}:${key}`;
}

/** True of a field without arguments and without fields of its own. */
export function isPlain({ args, selection }: SelectedField): boolean {
  return selection.length === 0 && Object.keys(args).length === 0;
}

/** Puts what was read for a field onto its object. A plain value is the same under every alias, and is looked for by its name. */
export function put(row: Row, field: SelectedField, value: unknown): void {
  row[isPlain(field) ? field.name : slotOf(field.name, field.key)] = value;
}

/** Puts the same onto every object. */
export function putOnAll(rows: readonly Row[], field: SelectedField, value: unknown): void {
  for (const row of rows) put(row, field, value);
}
