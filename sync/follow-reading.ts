import { noteReading } from "../src/actions/directories/note-reading.ts";
import type { SyncRun } from "../src/model/entities.ts";
import type { RunSummary } from "../src/model/sync-summary.ts";
import type { Held } from "../src/queries/held.ts";
import type { Door, Place } from "../src/work/door.ts";
import { type ReadingProgress, type ReadingTracker, trackReading } from "./reading-progress.ts";
import type { DirectoryReader } from "./snapshot.ts";

/** A reading that somebody follows. */
export interface FollowedReading extends Pick<ReadingTracker, "onProgress"> {
  /** Waits until nothing is being written any more. */
  settled(): Promise<void>;
}

interface Following {
  options: {
    door: Door;
    onReading?(runId: string, progress: ReadingProgress): void;
    noteReadingEveryMs?: number;
  };
  place: Place;
  run: SyncRun;
  held: Held;
  reader: DirectoryReader;
  fence: number;
  summary: RunSummary;
}

/** Tells how far a reading is: at once whoever made the runner, and every few seconds, under the fence (S19), whoever polls the run. */
export function followReading({ options, place, run, held, reader, fence, summary }: Following): FollowedReading {
  const { door, onReading, noteReadingEveryMs = 5000 } = options;
  const memberships = [...held.members.values()].reduce((sum, members) => sum + members.size, 0);
  const former = { users: held.users.size, groups: held.groups.size, memberships };
  const tracker = trackReading(former, () => reader.requestCount);
  const notes = sparingly(noteReadingEveryMs, () => {
    const { part, requests } = tracker.now();
    const noted = { summary: { ...summary, reading: part ?? 0 }, requestCount: run.requestCount + requests };
    return door.act(place, (work) => noteReading(work, { runId: run.id, fence }, noted));
  });
  return {
    onProgress(...progress) {
      tracker.onProgress(...progress);
      onReading?.(run.id, tracker.now());
      notes.call();
    },
    settled: notes.settled,
  };
}

/** Writes no more often than every so many milliseconds, one after the other. A run does not fail because it could not be watched. */
function sparingly(everyMs: number, write: () => Promise<void>) {
  let last = performance.now();
  let writing: Promise<void> | null = null;
  return {
    call() {
      if (writing || performance.now() - last < everyMs) return;
      writing = write()
        .catch(() => undefined)
        .finally(() => {
          last = performance.now();
          writing = null;
        });
    },
    settled: async () => {
      await writing;
    },
  };
}
