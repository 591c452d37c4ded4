import { createHash } from "node:crypto";
import { admin } from "@googleapis/admin";
import { JWT } from "google-auth-library";
import { type GoogleArea, type GoogleClient, googleScopes } from "./google-contract.ts";
import { probeGoogle } from "./google-probe.ts";
import { createGoogleReader } from "./google-reader.ts";
import { type Backoff, createRequester } from "./google-requester.ts";
import type { ListingCaps } from "./read-snapshot.ts";
import { readServiceAccountKey } from "./service-account-key.ts";
import type { DirectoryReader, RequestTally } from "./snapshot.ts";
import { type Clock, createThrottle, type Throttle } from "./throttle.ts";

export interface GoogleConnection {
  /** The JSON text of the key file. */
  serviceAccountKey: string;
  /** The administrator on whose behalf the directory is read. */
  adminEmail: string;
  /** Google's customer id, or `my_customer` for that of the administrator. */
  customerId: string;
  /** Where the API and the token endpoint are; null for Google's own. Set by the operator alone. */
  apiUrl: string | null;
  tokenUrl: string | null;
  /** Left out: Google's own limit. */
  queriesPerMinute?: number;
  /** The throttle of a quota that others take from, too; left out, this connection keeps to `queriesPerMinute` by itself. */
  throttleOf?(quota: string): Throttle;
  backoff?: Backoff;
  /** The longest that one request may take, its body included. */
  timeoutMs?: number;
  caps?: ListingCaps;
  clock?: Clock;
}

/** Google's client has this address built in, and it stays the audience of every assertion. */
const TOKEN_URL = "https://oauth2.googleapis.com/token";

/** Queries in a minute, for each administrator acted for and each Cloud project ("Directory API: Limits and Quotas"). */
const GOOGLES_LIMIT = 2400;

/** A page of 500 users has about 0.5 MB. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

const allAreas = Object.keys(googleScopes) as GoogleArea[]; // as: the keys of a record over `GoogleArea`

// A mask without `nextPageToken` ends a listing after its first page without any sign.
const personFields =
  "id,customerId,primaryEmail,name(fullName),organizations(title,primary),aliases,nonEditableAliases,orgUnitPath,suspended," +
  "archived,isGuestUser";
const userFields = `kind,nextPageToken,users(${personFields})`;
const deletedUserFields = "kind,nextPageToken,users(id)";
const groupFields = "kind,nextPageToken,groups(id,email,name,description,directMembersCount)";
const memberFields = "kind,nextPageToken,members(id,email,type)";
const domainFields = "kind,domains(domainName,verified,domainAliases(domainAliasName,verified))";

/** Opens a reader on a Google Workspace. Throws a `DirectoryFault` for a key that is none; nothing is requested yet. */
export function connectGoogle(connection: GoogleConnection): DirectoryReader {
  const { adminEmail, queriesPerMinute = GOOGLES_LIMIT, clock, caps } = connection;
  const { backoff = { firstMs: 1000, maxMs: 32_000, tries: 6 } } = connection;
  const { clientId, clientEmail } = readServiceAccountKey(connection.serviceAccountKey);
  const throttle = connection.throttleOf?.(quotaOf(clientEmail, adminEmail)) ?? createThrottle(queriesPerMinute, clock);
  const requests: RequestTally = { listing: 0, rereading: 0, proofs: 0, other: 0 };
  const requesterFor = (...areas: GoogleArea[]) =>
    createRequester({ open: () => openClient(connection, areas), throttle, backoff, requests, clock });

  const requester = requesterFor(...allAreas);
  const isOwnOrganization = connection.customerId === "my_customer";
  const reader = createGoogleReader({ requester, clientId, adminEmail, isOwnOrganization, caps });
  return Object.assign(reader, { probe: () => probeGoogle({ requesterFor, clientId, adminEmail }) });
}

/** What Google counts requests by: the project, which all its service accounts have behind the `@`, and who is acted for. */
function quotaOf(clientEmail: string, adminEmail: string): string {
  const account = clientEmail.toLowerCase();
  const [, project] = /@(.+)\.iam\.gserviceaccount\.com$/.exec(account) ?? [];
  const words = JSON.stringify([project ?? account, adminEmail.toLowerCase()]);
  return `google:${createHash("sha256").update(words).digest("base64url")}`;
}

/** Google's own client, with an access token for these areas that it requests with the first question. */
function openClient(connection: GoogleConnection, areas: GoogleArea[]): GoogleClient {
  const { customerId: customer, apiUrl, timeoutMs = 60_000 } = connection;
  const auth = openTokens(connection, areas, timeoutMs);
  const directory = admin({ version: "directory_v1", auth, ...(apiUrl === null ? {} : { rootUrl: apiUrl }) });
  const settings = (signal?: AbortSignal) => ({ retry: false, timeout: timeoutMs, maxContentLength: MAX_ANSWER_BYTES, signal });
  return {
    listUsers: ({ signal, ...page }) =>
      directory.users.list({ ...page, customer, projection: "basic", fields: userFields }, settings(signal)),
    listDeletedUsers: ({ signal, ...page }) =>
      directory.users.list({ ...page, customer, showDeleted: "true", fields: deletedUserFields }, settings(signal)),
    listGroups: ({ signal, ...page }) => directory.groups.list({ ...page, customer, fields: groupFields }, settings(signal)),
    listMembers: (groupKey, { signal, ...page }) =>
      directory.members.list({ ...page, groupKey, fields: memberFields }, settings(signal)),
    listDomains: ({ signal }) => directory.domains.list({ customer, fields: domainFields }, settings(signal)),
    listGroupsWith: (member, { signal, ...page }) =>
      directory.groups.list(
        "userKey" in member
          ? { ...page, userKey: member.userKey, fields: groupFields }
          : { ...page, customer, query: `memberKey=${member.customerId}`, fields: groupFields },
        settings(signal),
      ),
    getPerson: (userKey) => directory.users.get({ userKey, projection: "basic", fields: `kind,${personFields}` }, settings()),
    getUser: (userKey) => directory.users.get({ userKey, fields: "kind,id,suspended,archived" }, settings()),
    getGroup: (groupKey) => directory.groups.get({ groupKey, fields: "kind,id" }, settings()),
    hasMember: (groupKey, memberKey) => directory.members.hasMember({ groupKey, memberKey }, settings()),
  };
}

function openTokens({ serviceAccountKey, adminEmail, tokenUrl }: GoogleConnection, areas: GoogleArea[], timeout: number): JWT {
  const { clientEmail, privateKey } = readServiceAccountKey(serviceAccountKey);
  const scopes = areas.map((area) => googleScopes[area]);
  const tokens = new JWT({ email: clientEmail, key: privateKey, subject: adminEmail, scopes, transporterOptions: { timeout } });
  tokens.transporter.interceptors.request.add({
    resolved: async (request) => {
      if (request.url.href !== TOKEN_URL) return request;
      request.retryConfig = undefined; // The client would repeat a request for a token by a policy of its own.
      if (tokenUrl !== null) request.url = new URL(tokenUrl);
      return request;
    },
  });
  return tokens;
}
