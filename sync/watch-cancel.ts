import type { Door, Place } from "../src/work/door.ts";

/** How often a run that reads looks whether somebody cancelled it. Milliseconds. */
const everyMs = 2000;

/** Watches for a run's cancelling, so that a directory that hangs need not be waited for. `stop` it in the end. */
export function watchCancel(door: Door, place: Place, runId: string): { cancelled: AbortSignal; stop(): void } {
  const cancelled = new AbortController();
  const look = async () => {
    const [run] = await door.look(place, (reader) =>
      reader.rows<{ cancelled: number }>("SELECT cancelled FROM SyncRun WHERE id = ?", [runId]),
    );
    if (run?.cancelled === 1) cancelled.abort(new Error("The run was cancelled"));
  };
  // A database that does not answer just now says it at the next look, or to the run itself.
  const timer = setInterval(() => void look().catch(() => undefined), everyMs);
  timer.unref();
  return { cancelled: cancelled.signal, stop: () => clearInterval(timer) };
}
