import { inviteUsers } from "../../actions/users/invite-users.ts";
import { User } from "../../model/entities.ts";
import type { Problem } from "../../model/refusal.ts";
import { type Door, type Place, RefusalWithReport } from "../../work/door.ts";
import type { Report, Work } from "../../work/work.ts";
import type { ChosenRow } from "./choose-for-rows.ts";
import type { Column } from "./columns.ts";
import type { RowFault } from "./read-row.ts";

/** What becomes of a row. */
export type Result = "INVITED" | "RENEWED" | "ALREADY_INVITED" | "ALREADY_ACTIVE" | "LEFT_OUT" | "REFUSED";

export interface Outcome {
  row: number;
  email: string;
  result: Result;
  faults: RowFault[];
  /** What to look at twice. */
  warnings: string[];
}

/** What becomes of rows, and the seats they take by compact id of the application. */
export interface Invited {
  outcomes: Outcome[];
  seats: Report["seats"];
}

/** As many as one invitation takes. */
export const mostInBatch = 100;

/** Rows with the same choices, at most so many together. */
export function batchesOf(rows: readonly ChosenRow[]): ChosenRow[][] {
  const alike = new Map<string, ChosenRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.role, [...row.groupIds].sort(), row.applicationIds && [...row.applicationIds].sort()]);
    const known = alike.get(key);
    if (known) known.push(row);
    else alike.set(key, [row]);
  }
  return [...alike.values()].flatMap((rowsAlike) =>
    Array.from({ length: Math.ceil(rowsAlike.length / mostInBatch) }, (_, n) =>
      rowsAlike.slice(n * mostInBatch, (n + 1) * mostInBatch),
    ),
  );
}

/** Invites a batch in one transaction; without those who are refused, if some are, in another. */
export async function inviteBatch(
  door: Door,
  place: Place,
  batch: readonly ChosenRow[],
  options: { sendEmail: boolean; rehearsal: boolean },
): Promise<Invited> {
  const refused: Outcome[] = [];
  for (let left = batch; ; ) {
    if (left.length === 0) return { outcomes: refused, seats: [] };
    try {
      const invited = await door.act(place, (work) => inviteAlike(work, left, options.sendEmail), options);
      return { outcomes: [...refused, ...invited.outcomes], seats: invited.seats };
    } catch (error) {
      if (!(error instanceof RefusalWithReport)) throw error;
      const faultsAt = faultsByPlace(error.problems);
      const wholly = error.problems.filter(({ path }) => path[1] !== "invitees").map(asFault);
      // Too few seats are told of the whole file, when it is rehearsed.
      const isFull = options.rehearsal && wholly.length > 0 && wholly.every(({ code }) => code === "NO_SEATS");
      if (isFull)
        return { outcomes: [...refused, ...left.map((row) => outcomeOf(row, planned(row)))], seats: error.report.seats };
      for (const [place, row] of left.entries()) {
        const faults = [...(faultsAt.get(place) ?? []), ...wholly];
        if (faults.length > 0) refused.push({ ...outcomeOf(row, "REFUSED"), faults });
      }
      left = wholly.length > 0 ? [] : left.filter((_, place) => !faultsAt.has(place));
    }
  }
}

function outcomeOf({ row, email }: ChosenRow, result: Result): Outcome {
  return { row, email, result, faults: [], warnings: [] };
}

/** What would become of a row by what is known of the person. */
function planned({ status }: ChosenRow): Result {
  return status === "ACTIVE" ? "ALREADY_ACTIVE" : status === "INVITED" ? "ALREADY_INVITED" : "INVITED";
}

/** Rows whose choices are the same. */
async function inviteAlike(work: Work, rows: readonly ChosenRow[], sendEmail: boolean): Promise<Invited> {
  const { role, groupIds, applicationIds } = rows[0] ?? { role: "MEMBER", groupIds: [], applicationIds: [] };
  const { userIds, tokens } = await inviteUsers(work, { invitees: rows, role, groupIds, applicationIds, sendEmail });
  const users = new Map((await work.byIds(User, userIds)).map((user) => [user.id, user]));
  const warnings = work.report.warnings.filter(({ path }) => path[1] === "invitees");
  const outcomes = rows.map((row, place): Outcome => {
    const user = users.get(userIds[place] ?? "");
    const isNew = tokens.has(user?.id ?? "");
    const invited = isNew ? (row.status === "INVITED" ? "RENEWED" : "INVITED") : "ALREADY_INVITED";
    const result = user?.status === "ACTIVE" ? "ALREADY_ACTIVE" : invited;
    const told = result === "INVITED" ? warnings.filter(({ path }) => path[2] === String(place)) : [];
    return { ...outcomeOf(row, result), warnings: told.map(({ message }) => message) };
  });
  return { outcomes, seats: work.report.seats };
}

const columnOf: Record<string, Column> = {
  email: "email",
  username: "username",
  fullName: "full name",
  role: "role",
  groupIds: "groups",
  applicationIds: "applications",
};

function asFault({ code, message, path }: Problem): RowFault {
  return { column: columnOf[(path[1] === "invitees" ? path[3] : path[1]) ?? ""] ?? null, code, message };
}

/** Problems of single invitees, by their place in the batch. */
function faultsByPlace(problems: readonly Problem[]): Map<number, RowFault[]> {
  const faults = new Map<number, RowFault[]>();
  for (const problem of problems) {
    if (problem.path[1] !== "invitees" || problem.path[2] === undefined) continue;
    const place = Number(problem.path[2]);
    faults.set(place, [...(faults.get(place) ?? []), asFault(problem)]);
  }
  return faults;
}
