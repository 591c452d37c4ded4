import type { SyncAction } from "./sync-change.ts";

/** How many changes a run found and made. The public contract's `SyncSummary`. */
export interface SyncSummary {
  usersToCreate: number;
  usersToUpdate: number;
  usersToRemove: number;
  groupsToCreate: number;
  groupsToUpdate: number;
  groupsToRemove: number;
  membersToAdd: number;
  membersToRemove: number;
  applied: number;
  held: number;
  failed: number;
}

/** What is kept in `SyncRun.summary`: the counts, and what applying needs to know besides the steps. */
export interface RunSummary extends SyncSummary {
  /** How the run moved the applications' seats so far. */
  seats: { applicationId: string; change: number; usedAfter: number }[];
  /** The address of the one person whom the run is about; null of a run about everybody. */
  person: string | null;
  /** A person applied this plan: only such a plan touches admins and managers (S15). */
  approved: boolean;
  /** A person approved its held removals besides (S13). */
  removalsApproved: boolean;
  /** The organization that was read. Another one than before needs a new plan (S14). */
  customerId: string | null;
  /** The domains that the directory lists as verified (rule 8.4). */
  domains: string[];
  /** By the groups' ids at the directory: membership of one of these is what scope `GROUPS` means. */
  scopeGroups: string[];
  /** The part of the directory that is read, from 0 to 1, while it is read; as far as that can be told. */
  reading: number;
  /** The directory's version when the plan was made: later settings are not what a person approved (S14). */
  directoryVersion: number;
  /** By number, the steps in which somebody lacked a seat: they are tried once more at the end (S16). */
  seatless: number[];
  /** Why no removals of a kind are made in this run: its list left out what is there (S12). */
  untrusted: { users?: string; groups?: string; memberships?: string };
}

/** A run that has found nothing yet. */
export function emptySummary(): RunSummary {
  return {
    usersToCreate: 0,
    usersToUpdate: 0,
    usersToRemove: 0,
    groupsToCreate: 0,
    groupsToUpdate: 0,
    groupsToRemove: 0,
    membersToAdd: 0,
    membersToRemove: 0,
    applied: 0,
    held: 0,
    failed: 0,
    seats: [],
    person: null,
    approved: false,
    removalsApproved: false,
    customerId: null,
    domains: [],
    scopeGroups: [],
    reading: 0,
    directoryVersion: 0,
    seatless: [],
    untrusted: {},
  };
}

/** The count that a change belongs to. */
export const countOfAction = {
  USER_CREATE: "usersToCreate",
  USER_ADOPT: "usersToUpdate",
  USER_UPDATE: "usersToUpdate",
  USER_ACTIVATE: "usersToUpdate",
  USER_DEACTIVATE: "usersToRemove",
  USER_DELETE: "usersToRemove",
  GROUP_CREATE: "groupsToCreate",
  GROUP_ADOPT: "groupsToUpdate",
  GROUP_UPDATE: "groupsToUpdate",
  GROUP_DELETE: "groupsToRemove",
  MEMBER_ADD: "membersToAdd",
  MEMBER_REMOVE: "membersToRemove",
} as const satisfies Record<SyncAction, keyof SyncSummary>;

/** What `SyncRun.summary` holds. */
export function readSummary(text: string): RunSummary {
  return { ...emptySummary(), ...(JSON.parse(text) as Partial<RunSummary>) }; // as: nothing but a run's own actions write it
}
