import type { SyncChangeStatus } from "../../src/model/sync-change.ts";
import { number, type Paint } from "./terminal-text.ts";
import { isGoing, isRedirection, type ReportedChange } from "./told-change.ts";

export const countedKinds = ["people", "groups", "memberships"] as const;
type Kind = (typeof countedKinds)[number];

/** What became of a change, or will. `unmade`: the run ended before it. */
export const fates = ["come", "change", "go", "held", "disputed", "failed", "unmade", "leftAlone"] as const;
export type Fate = (typeof fates)[number];

export type Counts = Record<Kind, Record<Fate, number>>;

const fateOfStatus: Partial<Record<SyncChangeStatus, Fate>> = {
  HELD: "held",
  DISPUTED: "disputed",
  FAILED: "failed",
  SKIPPED: "leftAlone",
};

/** What became of a change. In a run that has ended, what is still PLANNED was not made. */
export function fateOf({ status, body }: ReportedChange, isPlan: boolean): Fate {
  const other = fateOfStatus[status];
  if (other) return other;
  if (status === "PLANNED" && !isPlan) return "unmade";
  if (isGoing(body)) return "go";
  if (isRedirection(body)) return "change";
  return body.action === "USER_CREATE" || body.action === "GROUP_CREATE" || body.action === "MEMBER_ADD" ? "come" : "change";
}

function kindOf({ action }: ReportedChange["body"]): Kind {
  if (action.startsWith("MEMBER")) return "memberships";
  return action.startsWith("GROUP") ? "groups" : "people";
}

export function countChanges(changes: readonly ReportedChange[], isPlan: boolean): Counts {
  const none = (): Record<Fate, number> => ({
    come: 0,
    change: 0,
    go: 0,
    held: 0,
    disputed: 0,
    failed: 0,
    unmade: 0,
    leftAlone: 0,
  });
  const counts: Counts = { people: none(), groups: none(), memberships: none() };
  const fresh = new Set(changes.map(({ body }) => (body.action === "GROUP_CREATE" ? body.externalId : null)));
  for (const change of changes) {
    // What is inside a group that comes is part of its coming.
    if (change.body.nested && change.body.externalId !== null && fresh.has(change.body.externalId)) continue;
    counts[kindOf(change.body)][fateOf(change, isPlan)]++;
  }
  return counts;
}

const always: readonly Fate[] = ["come", "change", "go", "held"];

const titles: Record<Fate, string> = {
  come: "come",
  change: "change",
  go: "go",
  held: "held",
  disputed: "disputed",
  failed: "failed",
  unmade: "not made",
  leftAlone: "left alone",
};

/** The counts as an aligned table. What there is none of, of any kind, has no column, unless everybody looks for it. */
export function tableOfCounts(counts: Counts, paint: Paint): string[] {
  const shown = fates.filter((fate) => always.includes(fate) || countedKinds.some((kind) => counts[kind][fate] > 0));
  const colour: Partial<Record<Fate, Paint["come"]>> = {
    come: paint.come,
    change: paint.change,
    go: paint.go,
    held: paint.loud,
    failed: paint.loud,
  };
  const widths = shown.map((fate) =>
    Math.max(7, titles[fate].length, ...countedKinds.map((kind) => number(counts[kind][fate]).length)),
  );
  const row = (head: string, cells: readonly string[], of: (fate: Fate, cell: string) => string) =>
    head.padEnd(11) + shown.map((fate, at) => of(fate, (cells[at] ?? "").padStart((widths[at] ?? 0) + 2))).join("");
  return [
    row(
      "",
      shown.map((fate) => titles[fate]),
      (_, cell) => paint.quiet(cell),
    ),
    ...countedKinds.map((kind) =>
      row(
        kind,
        shown.map((fate) => number(counts[kind][fate])),
        (fate, cell) => (counts[kind][fate] > 0 ? (colour[fate] ?? String)(cell) : paint.quiet(cell)),
      ),
    ),
  ];
}
