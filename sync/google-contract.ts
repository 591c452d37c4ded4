/** What a request is about. Each area has a scope of its own. */
export type GoogleArea = "users" | "groups" | "members" | "domains";

/** The least that reading needs. Source: the discovery document of the Directory API, `auth.oauth2.scopes`. */
export const googleScopes: Readonly<Record<GoogleArea, string>> = {
  users: "https://www.googleapis.com/auth/admin.directory.user.readonly",
  groups: "https://www.googleapis.com/auth/admin.directory.group.readonly",
  members: "https://www.googleapis.com/auth/admin.directory.group.member.readonly",
  domains: "https://www.googleapis.com/auth/admin.directory.domain.readonly",
};

/** The largest pages that Google gives. Source: the discovery document, `maxResults`. */
export const largestPage = { users: 500, groups: 200, members: 200 } as const;

// Of Google's resources what is read. A field is absent where it would be empty. Source: the discovery document, `schemas`.

export interface GoogleUser {
  id?: string | null;
  customerId?: string | null;
  primaryEmail?: string | null;
  name?: { fullName?: string | null };
  organizations?: unknown;
  aliases?: string[] | null;
  nonEditableAliases?: string[] | null;
  orgUnitPath?: string | null;
  suspended?: boolean | null;
  archived?: boolean | null;
  isGuestUser?: boolean | null;
}

export interface GoogleGroup {
  id?: string | null;
  email?: string | null;
  name?: string | null;
  description?: string | null;
  /** An integer in a string. */
  directMembersCount?: string | null;
}

export interface GoogleMember {
  id?: string | null;
  email?: string | null;
  type?: string | null;
}

export interface GoogleDomain {
  domainName?: string | null;
  verified?: boolean | null;
  domainAliases?: { domainAliasName?: string | null; verified?: boolean | null }[];
}

interface Body {
  kind?: string | null;
}

interface ListBody extends Body {
  nextPageToken?: string | null;
}

interface PageRequest extends RequestSettings {
  pageToken?: string;
  maxResults: number;
}

interface RequestSettings {
  signal?: AbortSignal;
}

type Response<T> = Promise<{ data: T }>;

/** Whose groups are asked for: a user or a group by id or address, or the whole customer by its id. */
export type GroupMember = { userKey: string } | { customerId: string };

/** The requests that are made of Google: each method makes exactly one. An answer's body is what its type says only once checked. */
export interface GoogleClient {
  listUsers(request: PageRequest): Response<ListBody & { users?: GoogleUser[] }>;
  listDeletedUsers(request: PageRequest): Response<ListBody & { users?: GoogleUser[] }>;
  listGroups(request: PageRequest): Response<ListBody & { groups?: GoogleGroup[] }>;
  listMembers(groupKey: string, request: PageRequest): Response<ListBody & { members?: GoogleMember[] }>;
  listDomains(request: RequestSettings): Response<Body & { domains?: GoogleDomain[] }>;
  /** The groups that somebody or some group is directly in, or that the whole customer is. */
  listGroupsWith(member: GroupMember, request: PageRequest): Response<ListBody & { groups?: GoogleGroup[] }>;
  /** What the proof of absence asks for. */
  getUser(userKey: string): Response<Body & GoogleUser>;
  /** The whole record, as a listing gives it. */
  getPerson(userKey: string): Response<Body & GoogleUser>;
  getGroup(groupKey: string): Response<Body & GoogleGroup>;
  /** Counts nested members. */
  hasMember(groupKey: string, memberKey: string): Response<{ isMember?: boolean | null }>;
}

/** True of an object of this kind. A body that was cut off arrives as a text, which looks like an empty list. */
export function isKind(kind: string, body: unknown): boolean {
  return typeof body === "object" && body !== null && Reflect.get(body, "kind") === `admin#directory#${kind}`;
}

/** True of a list of this area: its items may be absent, but are not anything else. */
export function isListOf(area: GoogleArea, body: object): boolean {
  const items: unknown = isKind(area, body) ? Reflect.get(body, area) : null;
  return items === undefined || Array.isArray(items);
}
