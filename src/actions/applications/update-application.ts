import { Application } from "../../model/entities.ts";
import { Problems } from "../../model/refusal.ts";
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
  /** Null removes the limit. */
  seatLimit?: number | null;
}

type Next = Pick<Application, "name" | "url" | "grantedToNewUsers" | "seatLimit">;

/** Changes an application. A limit below the seats used is refused. Answers the compact id. */
export async function updateApplication(work: Work, input: ApplicationUpdate): Promise<string> {
  // While the site is held nobody takes a seat, so what is compared with the new limit is still so when it is written.
  await holdSite(work);
  const application = await findOrRefuse(work, Application, "Application", input.id, ["input", "id"]);
  const permit = work.permit("applicationUpdate", { noun: "application", id: application.id });
  const next = readUpdate(application, input);
  const fields = (Object.keys(next) as (keyof Next)[]).filter((field) => next[field] !== application[field]); // as: the keys of Next
  if (fields.length === 0) return work.unchanged(permit, application.id);

  await work.write("UPDATE Application SET name = ?, url = ?, grantedToNewUsers = ?, seatLimit = ? WHERE id = ? AND siteId = ?", [
    next.name,
    next.url,
    next.grantedToNewUsers,
    next.seatLimit,
    application.id,
    work.siteId,
  ]);
  const changes = Object.fromEntries(fields.map((field) => [field, [application[field], next[field]] as const]));
  await work.record(permit, [{ type: "Application", id: application.id, label: application.key, changes }]);
  return application.id;
}

/** Reads every field, and refuses with all faults at once. */
function readUpdate(application: Application, input: ApplicationUpdate): Next {
  const problems = new Problems();
  for (const field of ["name", "grantedToNewUsers"] as const)
    if (input[field] === null) problems.add("INVALID", "This cannot be taken away.", ["input", field]);
  const next = {
    name: typeof input.name === "string" ? readApplicationName(input.name, problems) : application.name,
    url: input.url === undefined ? application.url : readApplicationUrl(input.url, problems),
    grantedToNewUsers: input.grantedToNewUsers ?? application.grantedToNewUsers,
    seatLimit: input.seatLimit === undefined ? application.seatLimit : readSeatLimit(input.seatLimit, problems),
  };
  const { seatsUsed } = application;
  if (next.seatLimit !== null && next.seatLimit >= 1 && next.seatLimit < seatsUsed)
    problems.add("INVALID", `${seatsUsed} seats of ${application.name} are taken: its limit cannot be ${next.seatLimit}.`, [
      "input",
      "seatLimit",
    ]);
  problems.refuseIfAny();
  return next;
}
