import { compactId } from "../model/id.ts";
import { expand } from "../queries/expand.ts";
import { listByIds, loadByIds } from "../queries/loaders.ts";
import type { Reader, Row } from "../queries/reader.ts";
import { put, type SelectedField, type Selection, slotOf } from "../queries/selection.ts";
import type { Report } from "../work/work.ts";

/** What a change may end; public ids. */
export interface Ending {
  type: "User" | "Application";
  ids: readonly string[];
}

/** What was read, before it ended, for a field of `accessLost`: by compact id. */
export type Keepsakes = ReadonlyMap<SelectedField, ReadonlyMap<string, Row>>;

/** The field of `AccessLoss` that shows what ends. */
const fieldOf = { User: "users", Application: "application" } as const;

/** Reads what a payload shows of whom or what loses access, as long as it is there. */
export async function keepInMind(reader: Reader, { type, ids }: Ending, selection: Selection): Promise<Keepsakes> {
  const keepsakes = new Map<SelectedField, Map<string, Row>>();
  const compact = ids.flatMap((id) => compactId(type, id) ?? []);
  for (const { name, selection: shown } of selection)
    if (name === "accessLost")
      for (const field of shown)
        if (field.name === fieldOf[type]) keepsakes.set(field, await loadByIds(reader, type, compact, field.selection));
  return keepsakes;
}

/** Adds what the change means for others, where it was selected. */
export async function withReport(
  reader: Reader,
  payload: Row,
  selection: Selection,
  report: Report,
  keepsakes: Keepsakes,
): Promise<Row> {
  for (const field of selection) {
    if (field.name === "warnings") put(payload, field, report.warnings);
    if (field.name === "blockers") put(payload, field, await listByIds(reader, "User", report.blockerIds, field.selection));
    const type = { seats: "SeatChange", accessLost: "AccessLoss" }[field.name];
    if (!type) continue;
    const rows = (field.name === "seats" ? report.seats : report.accessLost).map((row): Row => ({ ...row }));
    await expand(reader, type, rows, field.selection);
    for (const shown of field.selection) putKept(rows, shown, keepsakes);
    // What the reader may not see of it is left out whole: its application is what it is about.
    put(
      payload,
      field,
      rows.filter((row) => !field.selection.some(({ name, key }) => name === "application" && row[slotOf(name, key)] === null)),
    );
  }
  return payload;
}

/** Of what has ended, what was read before stands in its place. */
function putKept(rows: readonly Row[], field: SelectedField, keepsakes: Keepsakes): void {
  const kept = keepsakes.get(field);
  if (!kept) return;
  for (const row of rows)
    if (field.name === "application") put(row, field, kept.get(String(row.applicationId)) ?? null);
    else
      put(
        row,
        field,
        (row.userIds as string[]).flatMap((id) => kept.get(id) ?? []), // as: a report's own ids
      );
}
