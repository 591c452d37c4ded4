import type { ContentKind } from "../model/entities.ts";
import { declareEdges, type Edge, expand } from "./expand.ts";
import { groupBy } from "./group-by.ts";
import { toOne } from "./loaders.ts";
import { marks, maySee, ofSite, type Reader, type Row } from "./reader.ts";
import { put, putOnAll } from "./selection.ts";

/** What an application has reported of a user, with the application's name. */
export interface ReportedContent {
  userId: string;
  applicationId: string;
  application: string;
  kind: ContentKind;
  count: number;
}

/** What applications have reported of these users, by compact id. */
export async function contentOf(reader: Reader, userIds: readonly string[]): Promise<ReportedContent[]> {
  if (userIds.length === 0) return [];
  return reader.rows(
    `SELECT c.userId, c.applicationId, a.name AS application, c.kind, c.\`count\` FROM ContentCount c
     JOIN Application a ON a.id = c.applicationId
     WHERE ${ofSite("a")} AND c.userId IN (${marks(userIds)}) ORDER BY c.userId, c.applicationId, c.kind`,
    [reader.siteId, ...userIds],
  );
}

/** The content of users. Nothing can be told of it without its application: none of it, without scope ACCESS_READ. */
export const contentOfUsers: Edge = async (reader, users, field) => {
  if (!maySee(reader, "ACCESS_READ")) return putOnAll(users, field, []);
  const found = await contentOf(
    reader,
    users.map((user) => String(user.compactId)),
  );
  const rows = found.map(({ userId, applicationId, kind, count }): Row => ({ userId, applicationId, kind, count }));
  await expand(reader, "ContentCount", rows, field.selection);
  const byUser = groupBy(rows, ({ userId }) => userId);
  for (const user of users) put(user, field, byUser.get(user.compactId) ?? []);
};

declareEdges("ContentCount", { application: toOne("Application", "applicationId") });
