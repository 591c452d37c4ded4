/** What a spreadsheet may take for the beginning of a formula. Quote signs before it are counted, so that none is ever lost. */
const formula = /^'*[=+\-@\t\r]/;
const guarded = /^'+[=+\-@\t\r]/;

/** A cell that no spreadsheet runs: one more quote sign stands before what looks like a formula. */
export function guardCell(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** What was guarded, as it was. */
export function unguardCell(cell: string): string {
  return guarded.test(cell) ? cell.slice(1) : cell;
}

/** Names in one cell, separated by semicolons; one that is part of a name has a backslash before it. */
export function joinNames(names: readonly string[]): string {
  return names.map((name) => name.replace(/[\\;]/g, "\\$&")).join(";");
}

/** The names of a cell, trimmed; empty ones are left out. A backslash before anything but a semicolon or a backslash is itself. */
export function splitNames(cell: string): string[] {
  const names = [""];
  for (const [part, escaped] of cell.matchAll(/\\([\\;])|[\s\S]/gu)) {
    if (part === ";") names.push("");
    else names[names.length - 1] += escaped ?? part;
  }
  return names.map((name) => name.trim()).filter((name) => name !== "");
}
