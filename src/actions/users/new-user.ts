import type { User } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { nameKey } from "../../model/name-key.ts";
import type { Work } from "../../work/work.ts";

/** The row of a new user of the site. What is not said of one is empty. */
export function newUser(
  work: Work,
  given: Pick<User, "email" | "username" | "fullName" | "role" | "status"> & Partial<User>,
): User {
  return {
    id: newId(),
    siteId: work.siteId,
    accountId: null,
    emailKey: given.email,
    usernameKey: nameKey(given.username),
    nameKey: nameKey(given.fullName),
    title: null,
    directoryId: null,
    externalId: null,
    externalKey: null,
    fingerprint: null,
    directorySuspended: false,
    leftDirectoryAt: null,
    createdAt: work.now,
    joinedAt: null,
    lastActiveAt: "",
    deactivatedAt: null,
    deactivatedByKind: null,
    deactivatedById: null,
    deactivationNote: null,
    replacedById: null,
    version: 1,
    ...given,
  };
}
