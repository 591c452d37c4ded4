import { tellPatiently } from "../exit.ts";
import type { Imported, ImportProgress, SeatNeed, Telling } from "./import-users.ts";
import type { Outcome, Result } from "./invite-rows.ts";

const words: Record<Result, string> = {
  INVITED: "invited",
  RENEWED: "invited anew: the invitation had expired",
  ALREADY_INVITED: "invited already",
  ALREADY_ACTIVE: "active already",
  LEFT_OUT: "left out: deactivated in the file",
  REFUSED: "refused",
};

const number = (count: number) => count.toLocaleString("en-US");

/** Tells an import on standard output, in words or as lines of JSON. */
export function tellingOn({ json, dryRun }: { json: boolean; dryRun: boolean }): Telling {
  return {
    outcome: (outcome) => tellPatiently(json ? JSON.stringify({ type: "row", ...outcome, dryRun }) : lineOf(outcome, dryRun)),
    async seats(needs) {
      for (const need of needs) await tellPatiently(json ? seatsAsJson(need) : seatsInWords(need));
    },
  };
}

/** What stands in a file, without characters that a terminal would obey. */
function harmless(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}

/** What the file has and no import reads. */
export function unreadInWords(columns: readonly string[]): string {
  return harmless(`These columns are not read: ${columns.join(", ")}`);
}

/** A row's line. */
export function lineOf({ row, email, result, faults, warnings }: Outcome, dryRun: boolean): string {
  const would = dryRun && (result === "INVITED" || result === "RENEWED") ? "would be " : "";
  const why = faults.map(({ column, message }) => (column ? `${column}: ${message}` : message)).join(" ");
  const parts = [
    `row ${row}`,
    email,
    `${would}${words[result]}${why && ": "}${why}`,
    ...warnings.map((one) => `look twice: ${one}`),
  ];
  return harmless(parts.filter((part) => part !== "").join("  "));
}

function seatsAsJson({ application: { key, seatLimit, seatsUsed }, change, isEnough }: SeatNeed): string {
  return JSON.stringify({ type: "seats", application: key, change, used: seatsUsed, limit: seatLimit, enough: isEnough });
}

/** What an application's seats are used for, and whether there are enough. */
export function seatsInWords({ application: { name, seatLimit, seatsUsed }, change, isEnough }: SeatNeed): string {
  const limit = seatLimit === null ? "without a limit" : `of ${number(seatLimit)}`;
  const verdict = isEnough ? "" : ": not enough seats";
  return `${name}: ${number(change)} seats to take, ${number(seatsUsed)} taken ${limit}${verdict}`;
}

/** The last line. */
export function endOf({ counts, stopped, failed }: Imported, json: boolean): string {
  if (json) return JSON.stringify({ type: "import", changed: stopped === null, stopped, failed, counts });
  const would = stopped === null ? "" : " to be";
  const told = [
    `${number(counts.INVITED)}${would} invited`,
    ...(counts.RENEWED > 0 ? [`${number(counts.RENEWED)}${would} invited anew`] : []),
    `${number(counts.ALREADY_INVITED)} invited already`,
    `${number(counts.ALREADY_ACTIVE)} active already`,
    ...(counts.LEFT_OUT > 0 ? [`${number(counts.LEFT_OUT)} left out`] : []),
    `${number(counts.REFUSED)} refused`,
  ].join(", ");
  const why = {
    DRY_RUN: " Nothing was changed: this was a rehearsal.",
    FAULTY: " Nothing was changed: correct the rows refused, or leave them out with --skip-faulty.",
    NO_SEATS: " Nothing was changed: there are not enough seats.",
  };
  return `${told}.${stopped ? why[stopped] : ""}`;
}

/** How far an import is, in words. */
export function progressInWords({ stage, bytes, bytesInAll, rows }: ImportProgress, seconds: number): string {
  const share = bytesInAll > 0 ? Math.floor((100 * bytes) / bytesInAll) : 100;
  return `${stage === "CHECKING" ? "Checking" : "Inviting"} … ${share} % of the file, ${number(rows)} rows, ${seconds} s`;
}
