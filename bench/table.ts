/** A line of a table: what it is about, then its values. */
export type TableLine = readonly [string, ...(string | number)[]];

/** A table as plain text: the first column aligned to the left, the others to the right. */
export function table(lines: readonly TableLine[]): string {
  const cells = lines.map((line) => line.map((cell) => (typeof cell === "number" ? grouped(cell) : cell)));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const aligned = (cell: string, column: number) => {
    const width = widths[column] ?? 0;
    return column === 0 ? cell.padEnd(width) : cell.padStart(width);
  };
  return cells.map((line) => line.map(aligned).join("  ").trimEnd()).join("\n");
}

/** `100,000`, and no more than two places behind the point. */
export function grouped(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 2 });
}
