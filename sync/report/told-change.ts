import type { FieldChange, SyncAction, SyncChangeBody, SyncChangeStatus } from "../../src/model/sync-change.ts";
import { cutTo, harmless } from "./terminal-text.ts";

/** A change as a report is given it. */
export interface ReportedChange {
  status: SyncChangeStatus;
  body: SyncChangeBody;
  /** Why it is held, disputed, failed or left alone. */
  failure?: string | null;
}

/** A line of a report: `+ Ada <ada@acme.example>  comes, joins Engineering`. */
export interface Told {
  sign: "+" | "~" | "-";
  who: string;
  says: (string | NameList)[];
}

/** `joins A, B and 2 more`: as many names as there is room for. */
export interface NameList {
  lead: string;
  names: string[];
}

/** `would` is said of what was not made. */
export type Mood = "does" | "would";

const going: readonly SyncAction[] = ["USER_DEACTIVATE", "USER_DELETE", "GROUP_DELETE", "MEMBER_REMOVE"];

/** Whether a change takes something away: an address that is taken from who left it, too. That somebody left takes nothing by itself. */
export function isGoing({ action, retires }: SyncChangeBody): boolean {
  return retires === true || going.includes(action);
}

/** A membership that is direct from now on, or is not any more, is there before and after. */
export function isRedirection({ action, changes }: SyncChangeBody): boolean {
  return action === "MEMBER_ADD" && changes.some(({ field }) => field === "direct");
}

const verbs: Partial<Record<SyncAction, Record<Mood, string>>> = {
  USER_CREATE: { does: "comes", would: "would come" },
  USER_ADOPT: { does: "is taken over", would: "would be taken over" },
  USER_ACTIVATE: { does: "is activated", would: "would be activated" },
  USER_DEACTIVATE: { does: "is deactivated", would: "would be deactivated" },
  USER_DELETE: { does: "is deleted", would: "would be deleted" },
  GROUP_CREATE: { does: "comes", would: "would come" },
  GROUP_ADOPT: { does: "is taken over", would: "would be taken over" },
  GROUP_DELETE: { does: "is deleted", would: "would be deleted" },
};

/** What a change of a user or a group says, in words; memberships are told by their groups. */
export function wordsFor(body: SyncChangeBody, mood: Mood, all: boolean): string[] {
  const verb = verbs[body.action]?.[mood];
  const why = body.action.endsWith("DEACTIVATE") || body.action.endsWith("DELETE") ? whyGone(body) : null;
  const isChange = body.action.endsWith("UPDATE") || body.action.endsWith("ADOPT");
  return [
    ...(verb ? [why ? `${verb}: ${why}` : verb] : []),
    ...(isChange ? body.changes.flatMap((change) => fieldInWords(change, body.action, all)) : []),
    ...(body.retires ? ["gives up the address to somebody else"] : []),
  ];
}

/** What a removal rests on (S12). */
function whyGone({ action, proof, changes }: SyncChangeBody): string | null {
  if (proof === "ABSENT") return "no longer in the directory";
  if (proof === "DELETED") return "deleted in the directory";
  if (proof === "NO_MEMBER") return "in none of the groups in scope";
  if (proof !== "RECORD") return null;
  if (action === "GROUP_DELETE") return "out of scope for 30 days, and empty";
  return changes.some(({ field, to }) => field === "suspended" && to === "true")
    ? "suspended in the directory"
    : "not in scope any more";
}

const fieldNames: Record<string, string> = {
  fullName: "name",
  email: "address",
  nested: "groups inside",
  listed: "brought by the directory",
  outOfScopeSince: "out of scope since",
};
const truths: Record<string, string> = { true: "yes", false: "no" };

/** Longer values are cut: `--all` and `--json` have them whole. */
const longestValue = 60;

function fieldInWords({ field, from, to }: FieldChange, action: SyncAction, all: boolean): string[] {
  // What somebody taken over did not have before, such as an id at the directory, is what being taken over means.
  if (action.endsWith("ADOPT") && (from === null || from === to)) return [];
  const value = (text: string | null) => {
    if (text === null) return "none";
    const whole = harmless(truths[text] && (field === "suspended" || field === "listed") ? truths[text] : text);
    return all ? whole : cutTo(longestValue, whole);
  };
  if (field === "nested" && from === null) return [`holds ${value(to)}`];
  return [`${fieldNames[field] ?? harmless(field)} ${value(from)} -> ${value(to)}`];
}
