import type { Work } from "../../work/work.ts";

/** Writes a directory's row first, so that of two who change it at once, or start its runs, the second sees what the first did. */
export async function holdDirectory(work: Work, id: string): Promise<void> {
  await work.write("UPDATE Directory SET lastRunId = lastRunId WHERE id = ? AND siteId = ?", [id, work.siteId]);
}
