/**
 * What was asked for. `complete`: the whole of it, so that absence means something. `partial`: some of it is missing.
 * `unavailable`: the directory would not say, and `items` is empty. Removals are derived from complete listings only.
 */
export type Listing<T> = { state: "complete" | "partial" | "unavailable"; reason: string | null; items: T[] };

/** A person as the directory describes them. The `id` is their identity; the address and the name are attributes. */
export interface DirectoryUser {
  id: string;
  /** The primary address as the directory writes it; not normalised. */
  email: string;
  fullName: string;
  title: string | null;
  /** Other addresses of this person that the directory vouches for. Self-declared ones are never among them. */
  aliases: string[];
  /** The path of the organizational unit, `/` for the top. */
  orgUnit: string;
  suspended: boolean;
  archived: boolean;
  guest: boolean;
}

/** A group as the directory describes it. */
export interface DirectoryGroup {
  id: string;
  email: string;
  name: string;
  description: string | null;
  /** How many direct members the directory counts; it may lag. Null when it does not say. */
  directMembersCount: number | null;
}

/** A direct member of a group. `EVERYONE` stands for every user of the directory, `OTHER` for what is neither of the rest. */
export interface DirectMember {
  id: string | null;
  /** Only kept where there is no id to go by, or for `OTHER`: a million memberships are held at once. */
  email: string | null;
  type: "USER" | "GROUP" | "EVERYONE" | "OTHER";
}

/** What tells one member of a group from another; null when nothing does. */
export function memberKey({ id, email, type }: DirectMember): string | null {
  return id ?? email?.toLowerCase() ?? (type === "EVERYONE" ? "EVERYONE" : null);
}

/** What a request was for. `other` has the probes and every request that repeats a failed one. */
export type RequestPurpose = "listing" | "rereading" | "proofs" | "other";

/** HTTP requests made, by purpose. Requests for tokens are not counted. */
export type RequestTally = Record<RequestPurpose, number>;

/** Everything that a directory said in one reading. */
export interface Snapshot {
  /** The organization's own id at the provider. A change of it means that this is another organization. */
  customerId: string | null;
  /** In lower case. */
  verifiedDomains: Listing<string>;
  /** Everybody who is not deleted; suspended, archived and guest users included. */
  users: Listing<DirectoryUser>;
  /** Users deleted so recently that the directory still lists them as such. */
  deletedUserIds: Listing<string>;
  /** Every group, also those out of scope. */
  groups: Listing<DirectoryGroup>;
  /** Direct members by group id: of every group, or in scope `GROUPS` of those in scope and of those nested in them. */
  members: Map<string, Listing<DirectMember>>;
  requests: RequestTally;
  /** Milliseconds spent waiting for the rate limit or for the directory to recover, added up over parallel requests. */
  waitedMs: number;
}

export interface ReadOptions {
  scope: "EVERYONE" | "GROUPS";
  /** The groups in scope `GROUPS`, by address; upper and lower case are alike. */
  groupEmails: string[];
  /** Groups that somebody is held in: their members are read even when the directory counts none. */
  heldGroupIds: ReadonlySet<string>;
  /**
   * Told after every page of a part: the number of items so far and, for the last two, how many there will be as far as the directory
   * has said. `members` counts the groups whose members are read, `memberships` the members themselves.
   */
  onProgress?(part: "groups" | "users" | "deletedUsers" | "members" | "memberships", done: number, of?: number): void;
  signal?: AbortSignal;
}

/** Whether one scope is granted, and if not, what to do about it. */
export interface ProbeResult {
  scope: string;
  granted: boolean;
  /** What to grant to which client id; null when granted. */
  advice: string | null;
}

/**
 * The reader that every directory provider offers. It changes nothing at the provider. Each method throws a `DirectoryFault`
 * when the directory as a whole does not answer; what one object's own answer does not settle is `unknown`.
 */
export interface DirectoryReader {
  readSnapshot(options: ReadOptions): Promise<Snapshot>;
  /** Proof of absence (S12): asks for this one user. `suspended` is also said of archived users. */
  isUserPresent(id: string): Promise<"present" | "absent" | "suspended" | "unknown">;
  isGroupPresent(id: string): Promise<"present" | "absent" | "unknown">;
  /** Of a user or of a group. Nested membership counts. */
  isMember(groupId: string, memberId: string): Promise<"present" | "absent" | "unknown">;
  /** One person's whole record, by id or address; null when there is none. `customerId` is the organization's. */
  findPerson(key: string): Promise<{ user: DirectoryUser; customerId: string | null } | null>;
  /** The id of a group by its address; null when there is none. */
  findGroupId(email: string): Promise<string | null>;
  /** The groups that a user or a group, by id, is a direct member of; with `customerId`, those that everyone is in. */
  groupsWith(member: { userKey: string } | { customerId: string }): Promise<Listing<DirectoryGroup>>;
  verifiedDomains(): Promise<Listing<string>>;
  /** One small request for each scope that reading needs. */
  probe(): Promise<ProbeResult[]>;
  /** All requests so far, by purpose and together. */
  readonly requests: Readonly<RequestTally>;
  readonly requestCount: number;
  /** Milliseconds spent waiting so far, as in a snapshot. */
  readonly waitedMs: number;
}

/** A failure of the directory as a whole. The message is a sentence for an administrator and says what to do. */
export class DirectoryFault extends Error {
  constructor(
    readonly kind: "CREDENTIALS_REJECTED" | "UNAVAILABLE",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "DirectoryFault";
  }
}
