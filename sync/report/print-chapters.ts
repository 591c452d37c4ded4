import { failureOf } from "../../src/model/sync-change.ts";
import type { Counts, Fate } from "./count-changes.ts";
import { fateOf } from "./count-changes.ts";
import { type PrintOptions, printLines, printSentence, printTitle, type Sign } from "./print-lines.ts";
import { type TellOptions, tellChanges } from "./tell-changes.ts";
import { counted, harmless, number } from "./terminal-text.ts";
import { isGoing, type Mood, type ReportedChange, type Told } from "./told-change.ts";

export interface ChapterOptions extends PrintOptions {
  all: boolean;
  names: TellOptions["names"];
  /** The run waits to be applied: what is PLANNED is to come. */
  isPlan: boolean;
  /** Why the run as a whole holds removals, for those that do not say it themselves. */
  failure: string | null;
}

/** The chapters of a report. `cut`: some lines were left out, and said so. */
export interface Chapters {
  lines: string[];
  cut: boolean;
}

/** So many lines of a chapter are shown. What goes, is held or has failed is looked at twice: of that there are more. */
const fewLines = 40;
const manyLines = 400;

/** What was not made, in the order of being missed least: a title, the sign of its lines, and how many are shown. */
const unmade: readonly { fate: Fate; title: string; sign: Sign; most: number }[] = [
  { fate: "leftAlone", title: "Left alone", sign: "=", most: fewLines },
  { fate: "unmade", title: "Not made: the run ended before", sign: "=", most: fewLines },
  { fate: "disputed", title: "Disputed: these need a decision", sign: "?", most: manyLines },
  { fate: "failed", title: "FAILED", sign: "!", most: manyLines },
];

/** The changes in chapters: who and what comes or changes, what was not made, and last what goes and what is held. */
export function printChapters(changes: readonly ReportedChange[], counts: Counts, options: ChapterOptions): Chapters {
  const byFate = new Map<Fate, ReportedChange[]>();
  for (const change of changes) {
    const fate = fateOf(change, options.isPlan);
    const others = byFate.get(fate);
    if (others) others.push(change);
    else byFate.set(fate, [change]);
  }
  const of = (...fates: Fate[]) => fates.flatMap((fate) => byFate.get(fate) ?? []);
  const book = openBook(options);

  const { people, groups } = tell(of("come", "change"), "does", options);
  book.chapter("People", options.paint.title, people, fewLines);
  book.chapter("Groups", options.paint.title, groups, fewLines);
  for (const { fate, title, sign, most } of unmade) book.byReason(title, of(fate), { sign, most });
  const gone = tell(of("go"), "does", options);
  book.chapter(`REMOVALS: ${sumOf(counts, "go")}`, options.paint.loud, [...gone.people, ...gone.groups], manyLines);
  book.byReason(`HELD until a person approves: ${sumOf(counts, "held")}`, of("held"), { most: manyLines, isLoud: true });
  return book.chapters;
}

function tell(changes: readonly ReportedChange[], mood: Mood, { all, names }: ChapterOptions) {
  return tellChanges(
    changes.map(({ body }) => body),
    { mood, all, names },
  );
}

/** `2 people, 1 group, 14 memberships`. */
export function sumOf(counts: Counts, fate: Fate): string {
  const told = [
    counts.people[fate] > 0 ? counted(counts.people[fate], "person", "people") : null,
    counts.groups[fate] > 0 ? counted(counts.groups[fate], "group") : null,
    counts.memberships[fate] > 0 ? counted(counts.memberships[fate], "membership") : null,
  ];
  return told.filter((part) => part !== null).join(", ");
}

interface ReasonOptions {
  sign?: Sign;
  most: number;
  isLoud?: boolean;
}

function openBook(options: ChapterOptions) {
  const { all, paint } = options;
  const chapters: Chapters = { lines: [], cut: false };
  const put = (lines: readonly string[]) => {
    for (const line of lines) chapters.lines.push(line);
  };
  const shorten = (lines: readonly Told[], most: number, indent: string, sign?: Sign) => {
    const shown = all || lines.length <= most ? lines : lines.slice(0, most);
    const printed = printLines(shown, { ...options, width: options.width - indent.length }, sign);
    put(printed.lines.map((line) => indent + line));
    chapters.cut ||= printed.cut;
    if (shown.length === lines.length) return;
    chapters.cut = true;
    put([`${indent}  and ${number(lines.length - shown.length)} more; --all shows them`]);
  };
  return {
    chapters,
    chapter(title: string, paintTitle: typeof paint.title, lines: readonly Told[], most: number) {
      if (lines.length === 0) return;
      put(printTitle(title, options, paintTitle));
      shorten(lines, most, "");
    },
    /** A reason that many changes have is told once, with them under it. */
    byReason(title: string, changes: readonly ReportedChange[], { sign, most, isLoud }: ReasonOptions) {
      if (changes.length === 0) return;
      const reasons = new Map<string, ReportedChange[]>();
      for (const change of changes) {
        const reason = failureOf(change.status, change.body, change.failure) || (isLoud ? options.failure : null) || "";
        reasons.set(reason, [...(reasons.get(reason) ?? []), change]);
      }
      put(printTitle(title, options, isLoud || sign === "!" ? paint.loud : paint.title));
      for (const [reason, alike] of reasons) {
        if (reason) put(printSentence(harmless(reason), options, 2));
        const [goes, stays] = [alike.filter(({ body }) => isGoing(body)), alike.filter(({ body }) => !isGoing(body))];
        const told = [stays, goes]
          .map((part) => tell(part, "would", options))
          .flatMap(({ people, groups }) => [...people, ...groups]);
        shorten(told, most, reason ? "    " : "", sign);
      }
    },
  };
}
