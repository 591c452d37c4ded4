import type { Group } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { nameKey } from "../../model/name-key.ts";
import type { Work } from "../../work/work.ts";
import { externalKeyOf } from "../users/provision-users.ts";
import type { GroupWords } from "./read-group-words.ts";

/** What a directory knows of a group that it brings. `directoryId` is compact. */
export interface GroupOrigin {
  directoryId?: string | null;
  externalId?: string | null;
  email?: string | null;
  fingerprint?: string | null;
}

/** The row of a group that is not there yet, without members. */
export function newGroup(work: Work, { name, description }: GroupWords, origin: GroupOrigin = {}): Group {
  const { directoryId = null, externalId = null, email = null, fingerprint = null } = origin;
  return {
    id: newId(),
    siteId: work.siteId,
    name,
    nameKey: nameKey(name),
    description,
    email,
    directoryId,
    externalId,
    externalKey: directoryId !== null && externalId !== null ? externalKeyOf(directoryId, externalId) : null,
    fingerprint,
    outOfScopeSince: null,
    memberCount: 0,
    createdAt: work.now,
    version: 1,
  };
}
