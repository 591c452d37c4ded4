import { shareTexts } from "../src/model/shared-texts.ts";
import { faultFor } from "./google-advice.ts";
import {
  type GoogleArea,
  type GoogleClient,
  type GroupMember,
  googleScopes,
  isKind,
  isListOf,
  largestPage,
} from "./google-contract.ts";
import { groupFrom, memberFrom, userFrom, verifiedDomainsFrom } from "./google-facts.ts";
import type { GoogleFailure } from "./google-failure.ts";
import type { Requester } from "./google-requester.ts";
import { type FetchPage, readListing, unavailable } from "./listing.ts";
import { type DirectoryPages, type ListingCaps, readPages } from "./read-snapshot.ts";
import type {
  DirectoryFault,
  DirectoryGroup,
  DirectoryReader,
  DirectoryUser,
  Listing,
  ReadOptions,
  Snapshot,
} from "./snapshot.ts";

/** A connection to a Google Workspace. */
export interface Google {
  requester: Requester<GoogleClient>;
  clientId: string;
  adminEmail: string;
  /** Whether the administrator is one of the people who are read, and not somebody of another organization. */
  isOwnOrganization: boolean;
  caps?: ListingCaps;
}

/** Reads a Google Workspace: its listings into a snapshot, and one object at a time as a proof of absence. */
export function createGoogleReader(google: Google): Omit<DirectoryReader, "probe"> {
  const { requests } = google.requester;
  return {
    requests,
    get requestCount() {
      return Object.values(requests).reduce((sum, count) => sum + count, 0);
    },
    get waitedMs() {
      return google.requester.waitedMs();
    },
    readSnapshot: (options) => readSnapshot(google, options),
    isUserPresent: (id) => isUserPresent(google, id),
    isGroupPresent: (id) => isGroupPresent(google, id),
    isMember: (groupId, memberId) => isMember(google, groupId, memberId),
    findPerson: (key) => findPerson(google, key),
    findGroupId: (email) => findGroupId(google, email),
    groupsWith: (member) => groupsWith(google, member),
    verifiedDomains: () => readVerifiedDomains(google),
  };
}

async function readSnapshot(google: Google, options: ReadOptions): Promise<Snapshot> {
  const { requests, waitedMs } = google.requester;
  const before = { ...requests };
  const waitedBefore = waitedMs();
  // The first failure ends the requests that are under way at the same time.
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const pages = openPages(google, signal);
  try {
    const reading = await readPages(pages, options, google.caps);
    return {
      ...reading,
      users: google.isOwnOrganization ? doubtWithout(google.adminEmail, reading.users) : reading.users,
      customerId: pages.customerId(),
      requests: {
        listing: requests.listing - before.listing,
        rereading: requests.rereading - before.rereading,
        proofs: requests.proofs - before.proofs,
        other: requests.other - before.other,
      },
      waitedMs: waitedMs() - waitedBefore,
    };
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}

/** Whoever reads a directory is in it: a list of its people without them leaves people out, and an empty one most of all. */
function doubtWithout(adminEmail: string, users: Listing<DirectoryUser>): Listing<DirectoryUser> {
  if (users.state !== "complete") return users;
  const wanted = adminEmail.toLowerCase();
  const isListed = users.items.some(
    ({ email, aliases }) => email.toLowerCase() === wanted || aliases.some((alias) => alias.toLowerCase() === wanted),
  );
  if (isListed) return users;
  return { ...users, state: "partial", reason: `It leaves out ${adminEmail}, on whose behalf it was read.` };
}

/** The pages of one reading. The customer's id is known once users were read: it stands in each of them. */
function openPages(google: Google, signal: AbortSignal): DirectoryPages & { customerId(): string | null } {
  let customerId: string | null = null;
  const share = shareTexts();
  const pagesOf = <Body extends ListBody, T>(question: PageQuestion<Body, T>) => fetchPages(google, signal, question);
  return {
    customerId: () => customerId,
    verifiedDomains: () => readVerifiedDomains(google, signal),
    users: pagesOf({
      area: "users",
      send: (client, pageToken) => client.listUsers({ pageToken, maxResults: largestPage.users, signal }),
      read: ({ users = [] }) => {
        customerId ??= users[0]?.customerId ?? null;
        return users.map((user) => {
          const read = userFrom(user);
          return Object.assign(read, { title: share(read.title), orgUnit: share(read.orgUnit) });
        });
      },
    }),
    deletedUserIds: pagesOf({
      area: "users",
      send: (client, pageToken) => client.listDeletedUsers({ pageToken, maxResults: largestPage.users, signal }),
      read: ({ users = [] }) => users.map((user) => user.id ?? ""),
    }),
    groups: pagesOf({
      area: "groups",
      send: (client, pageToken) => client.listGroups({ pageToken, maxResults: largestPage.groups, signal }),
      read: ({ groups = [] }) => groups.map(groupFrom),
    }),
    membersOf: (groupId) =>
      pagesOf({
        area: "members",
        send: (client, pageToken) => client.listMembers(groupId, { pageToken, maxResults: largestPage.members, signal }),
        read: ({ members = [] }) => members.map((member) => memberFrom(member, customerId)),
      }),
  };
}

type ListBody = { nextPageToken?: string | null };

interface PageQuestion<Body extends ListBody, T> {
  area: GoogleArea;
  send(client: GoogleClient, pageToken: string | undefined): Promise<{ data: Body }>;
  read(body: Body): T[];
}

function fetchPages<Body extends ListBody, T>(
  google: Google,
  signal: AbortSignal,
  question: PageQuestion<Body, T>,
): FetchPage<T> {
  const { area, send, read } = question;
  return async (pageToken, purpose) => {
    const answer = await google.requester.ask({
      purpose,
      signal,
      what: `page of ${area}`,
      send: (client) => send(client, pageToken ?? undefined),
      isSound: (body) => isListOf(area, body),
    });
    if ("data" in answer) return { page: { items: read(answer.data), nextPageToken: answer.data.nextPageToken || null } };
    // Of a page token that it no longer accepts Google says what it says of any bad request.
    if (pageToken !== null && answer.failure.act === "BAD_REQUEST") return { stale: answer.failure.message };
    if (area !== "members") throw faultOf(google, area, answer.failure);
    return { unavailable: reasonOrFault(google, area, answer.failure) };
  };
}

async function readVerifiedDomains(google: Google, signal?: AbortSignal): Promise<Listing<string>> {
  const answer = await google.requester.ask({
    purpose: "listing",
    signal,
    what: "list of domains",
    send: (client) => client.listDomains({ signal }),
    isSound: (body) => isListOf("domains", body),
  });
  if ("data" in answer) {
    const { domains = [] } = answer.data;
    if (domains.length === 0) return { state: "partial", reason: "It is empty, and every organization has a domain.", items: [] };
    return { state: "complete", reason: null, items: verifiedDomainsFrom(domains) };
  }
  // An administrator may be allowed to read people and groups and yet not domains.
  if (answer.failure.act === "FORBIDDEN") return unavailable(answer.failure.message);
  throw faultOf(google, "domains", answer.failure);
}

async function isUserPresent(google: Google, id: string): Promise<"present" | "absent" | "suspended" | "unknown"> {
  const answer = await google.requester.ask({
    purpose: "proofs",
    what: "user",
    send: (client) => client.getUser(id),
    isSound: (body) => isKind("user", body),
  });
  if ("failure" in answer) return isGone(google, "users", answer.failure) ? "absent" : "unknown";
  if (answer.data.id !== id) return "unknown";
  return answer.data.suspended || answer.data.archived ? "suspended" : "present";
}

async function isGroupPresent(google: Google, id: string): Promise<"present" | "absent" | "unknown"> {
  const answer = await google.requester.ask({
    purpose: "proofs",
    what: "group",
    send: (client) => client.getGroup(id),
    isSound: (body) => isKind("group", body),
  });
  if ("failure" in answer) return isGone(google, "groups", answer.failure) ? "absent" : "unknown";
  return answer.data.id === id ? "present" : "unknown";
}

async function isMember(google: Google, groupId: string, memberId: string): Promise<"present" | "absent" | "unknown"> {
  const answer = await google.requester.ask({
    purpose: "proofs",
    what: "membership",
    send: (client) => client.hasMember(groupId, memberId),
    isSound: (body) => typeof body?.isMember === "boolean",
  });
  if ("failure" in answer) return isGone(google, "members", answer.failure) ? "absent" : "unknown";
  return answer.data.isMember ? "present" : "absent";
}

/**
 * Whether a failed question about one object proves that it is not there: 404, and for users 412, which is said of one that is
 * not made yet. Throws when the failure concerns the whole directory.
 */
function isGone(google: Google, area: GoogleArea, failure: GoogleFailure): boolean {
  reasonOrFault(google, area, failure);
  return failure.act === "GONE" && (failure.status === 404 || area === "users");
}

/** What a failed question about one object says of that object. Throws when it concerns the whole directory. */
function reasonOrFault(google: Google, area: GoogleArea, failure: GoogleFailure): string {
  const isOfOneObject = ["FORBIDDEN", "GONE", "BAD_REQUEST"].includes(failure.act);
  if (isOfOneObject || (failure.act === "WAIT" && !google.requester.isOutage())) return failure.message;
  throw faultOf(google, area, failure);
}

function faultOf({ clientId, adminEmail }: Google, area: GoogleArea, failure: GoogleFailure): DirectoryFault {
  return faultFor(failure, { clientId, adminEmail, scopes: [googleScopes[area]] });
}

async function findPerson(google: Google, key: string): Promise<{ user: DirectoryUser; customerId: string | null } | null> {
  const body = await findOne(
    google,
    "users",
    (client) => client.getPerson(key),
    (answer) => isKind("user", answer),
  );
  return body && { user: userFrom(body), customerId: body.customerId ?? null };
}

async function findGroupId(google: Google, email: string): Promise<string | null> {
  const body = await findOne(
    google,
    "groups",
    (client) => client.getGroup(email),
    (answer) => isKind("group", answer),
  );
  return body?.id ?? null;
}

/** One object, or null when it is proven not to be there. Throws when the directory does not say. */
async function findOne<Body extends object>(
  google: Google,
  area: GoogleArea,
  send: (client: GoogleClient) => Promise<{ data: Body }>,
  isSound: (body: Body) => boolean,
): Promise<Body | null> {
  const answer = await google.requester.ask({ purpose: "other", what: `one of the ${area}`, send, isSound });
  if ("data" in answer) return answer.data;
  if (isGone(google, area, answer.failure)) return null;
  throw faultOf(google, area, answer.failure);
}

function groupsWith(google: Google, member: GroupMember): Promise<Listing<DirectoryGroup>> {
  const { signal } = new AbortController();
  const pages = fetchPages(google, signal, {
    area: "groups",
    send: (client, pageToken) => client.listGroupsWith(member, { pageToken, maxResults: largestPage.groups, signal }),
    read: ({ groups = [] }) => groups.map(groupFrom),
  });
  return readListing<DirectoryGroup>(pages, { ...google.caps, keyOf: ({ id }) => id || null, purpose: "other" });
}
