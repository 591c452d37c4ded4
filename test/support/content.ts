import type { ReportedItem } from "../../src/actions/applications/read-content-report.ts";
import { reportContent } from "../../src/actions/applications/report-content.ts";
import type { Actor } from "../../src/model/actor.ts";
import { type AccessHouse, holderOf } from "./access-house.ts";

/** A token with which the application of this public id reports. */
export function speakerOf(applicationId: string): Actor {
  return { ...holderOf("CONTENT_WRITE"), applicationId: applicationId.slice(4) };
}

/** What an application says of users, with a token of its own. */
export function report(
  house: AccessHouse,
  { id, key }: { id: string; key: string },
  items: ReportedItem[],
  actor = speakerOf(id),
): Promise<number> {
  return house.act((work) => reportContent(work, { applicationKey: key, items }), actor);
}

/** Every count that is kept of a user, as `application kind count`. */
export async function contentAt(house: AccessHouse, userId: string): Promise<string[]> {
  const rows = await house.rows<{ key: string; kind: string; n: number }>(
    "SELECT a.`key`, c.kind, c.`count` AS n FROM ContentCount c JOIN Application a ON a.id = c.applicationId WHERE c.userId = ?",
    [userId.slice(4)],
  );
  return rows.map(({ key, kind, n }) => `${key} ${kind} ${n}`).sort();
}
