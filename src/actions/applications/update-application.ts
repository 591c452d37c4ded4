import { Application } from "../../model/entities.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { findOrRefuse } from "../find-or-refuse.ts";
import { holdSite } from "../keep-counts.ts";
import { readApplicationName, readApplicationUrl, readSeatLimit } from "./read-application.ts";

/** What to change; what is left out stays. */
export interface ApplicationUpdate {
  id: string;
  name?: string | null;
  url?: string | null;
  grantedToNewUsers?: boolean | null;
  seatLimit?: number | null;
}

/** Changes an application. A limit below the seats used is refused; null removes the limit. Answers the compact id. */
export async function updateApplication(work: Work, input: ApplicationUpdate): Promise<string> {
  await holdSite(work);
  const application = await findOrRefuse(work, Application, "Application", input.id, ["input", "id"]);
  const permit = work.permit("applicationUpdate", { noun: "application", id: application.id });
  const problems = new Problems();
  if (input.name === null) problems.add("INVALID", "An application needs a name.", ["input", "name"]);
  const next = {
    name: typeof input.name === "string" ? readApplicationName(input.name, problems) : application.name,
    url: input.url === undefined ? application.url : readApplicationUrl(input.url, problems),
    grantedToNewUsers: input.grantedToNewUsers ?? application.grantedToNewUsers,
    seatLimit: input.seatLimit === undefined ? application.seatLimit : readSeatLimit(input.seatLimit, problems),
  };
  if (next.seatLimit !== null && next.seatLimit < application.seatsUsed)
    problems.add("INVALID", `${application.seatsUsed} seats are taken: the limit cannot be ${next.seatLimit}.`, [
      "input",
      "seatLimit",
    ]);
  problems.refuseIfAny();
  const fields = (Object.keys(next) as (keyof typeof next)[]).filter((field) => next[field] !== application[field]); // as: the keys of next
  if (fields.length === 0) return work.unchanged(permit, application.id);

  const changed = await work.write(
    `UPDATE Application SET name = ?, url = ?, grantedToNewUsers = ?, seatLimit = ?
     WHERE id = ? AND siteId = ? AND (? IS NULL OR seatsUsed <= ?)`,
    [next.name, next.url, next.grantedToNewUsers, next.seatLimit, application.id, work.siteId, next.seatLimit, next.seatLimit],
  );
  if (changed === 0) throw new Refusal("INVALID", "More seats are taken than that.", ["input", "seatLimit"]);
  const changes = Object.fromEntries(fields.map((field) => [field, [application[field], next[field]] as const]));
  await work.record(permit, [{ type: "Application", id: application.id, label: application.key, changes }]);
  return application.id;
}
