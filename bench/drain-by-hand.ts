import { createSign } from "node:crypto";
import { admin } from "@googleapis/admin";
import { OAuth2Client } from "google-auth-library";
import type { SampleAddress } from "./sample-process.ts";

/** What was read: how many of each. */
export interface Drained {
  users: number;
  groups: number;
  memberships: number;
}

// The masks and page sizes of `sync/google.ts`: the same bytes come over the line.
const userFields =
  "kind,nextPageToken,users(id,customerId,primaryEmail,name(fullName),organizations(title,primary),aliases," +
  "nonEditableAliases,orgUnitPath,suspended,archived,isGuestUser)";
const groupFields = "kind,nextPageToken,groups(id,email,name,description,directMembersCount)";
const memberFields = "kind,nextPageToken,members(id,email,type)";
const scopes = ["user", "group", "group.member", "domain"].map(
  (noun) => `https://www.googleapis.com/auth/admin.directory.${noun}.readonly`,
);

/** The body of a list, by the path of its method and its parameters. */
type Ask = (path: string, query: Record<string, string>) => Promise<Body>;
type Body = { nextPageToken?: string } & Record<string, { id: string }[] | undefined>;

/** With `fetch` alone. */
export async function askByHand(sample: SampleAddress): Promise<Ask> {
  const headers = { authorization: `Bearer ${await requestToken(sample)}` };
  return async (path, query) => {
    const response = await fetch(`${sample.url}admin/directory/v1/${path}?${new URLSearchParams(query)}`, { headers });
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}`);
    return (await response.json()) as Body; // as: the bodies of the lists that are asked for
  };
}

/** With Google's own client, which every sync asks through. */
export async function askByClient(sample: SampleAddress): Promise<Ask> {
  const auth = new OAuth2Client();
  auth.setCredentials({ access_token: await requestToken(sample), expiry_date: Date.now() + 3_600_000 });
  const directory = admin({ version: "directory_v1", auth, rootUrl: sample.url });
  const lists: Record<string, (query: object) => Promise<{ data: unknown }>> = {
    users: (query) => directory.users.list(query),
    groups: (query) => directory.groups.list(query),
    members: (query) => directory.members.list(query),
    domains: (query) => directory.domains.list(query),
  };
  return async (path, query) => {
    const [, owner, noun = path] = /^(?:groups|customer)\/(.+)\/(.+)$/.exec(path) ?? [];
    const list = lists[noun];
    if (!list) throw new Error(`Nothing lists ${path}`);
    const { data } = await list({ ...query, ...(noun === "members" ? { groupKey: owner } : { customer: "my_customer" }) });
    return data as Body; // as: the bodies of the lists that are asked for
  };
}

/**
 * Reads the whole Workspace as a script would, with nothing of Gatehouse's: every page is fetched, parsed and counted, in the same order
 * and with as many requests at a time as the sync has. It keeps nothing and checks nothing.
 */
export async function drain(ask: Ask): Promise<Drained> {
  const drainList = async (
    path: string,
    name: string,
    query: Record<string, string>,
    take: (items: { id: string }[]) => void,
  ) => {
    for (let pageToken: string | undefined; ; ) {
      const page = await ask(path, pageToken ? { ...query, pageToken } : query);
      take(page[name] ?? []);
      pageToken = page.nextPageToken;
      if (!pageToken) return;
    }
  };
  const drained: Drained = { users: 0, groups: 0, memberships: 0 };
  const groupIds: string[] = [];
  const customer = "my_customer";
  await ask("customer/my_customer/domains", {
    fields: "kind,domains(domainName,verified,domainAliases(domainAliasName,verified))",
  });
  await drainList("groups", "groups", { customer, maxResults: "200", fields: groupFields }, (groups) => {
    for (const { id } of groups) groupIds.push(id);
  });
  drained.groups = groupIds.length;
  await drainList("users", "users", { customer, projection: "basic", maxResults: "500", fields: userFields }, (users) => {
    drained.users += users.length;
  });
  const deleted = { customer, showDeleted: "true", maxResults: "500", fields: "kind,nextPageToken,users(id)" };
  await drainList("users", "users", deleted, () => undefined);
  const reader = async () => {
    for (let id = groupIds.pop(); id !== undefined; id = groupIds.pop())
      await drainList(`groups/${id}/members`, "members", { maxResults: "200", fields: memberFields }, (members) => {
        drained.memberships += members.length;
      });
  };
  await Promise.all(Array.from({ length: 8 }, reader));
  return drained;
}

async function requestToken({ tokenUrl, serviceAccountKey, adminEmail }: SampleAddress): Promise<string> {
  const key = JSON.parse(serviceAccountKey) as { client_email: string; private_key: string }; // as: the sample's own key file
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: key.client_email, sub: adminEmail, scope: scopes.join(" "), aud: "https://oauth2.googleapis.com/token" };
  const unsigned = `${part({ alg: "RS256", typ: "JWT" })}.${part({ ...claims, iat: now, exp: now + 3600 })}`;
  const signature = createSign("RSA-SHA256").update(unsigned).sign(key.private_key, "base64url");
  const body = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: `${unsigned}.${signature}`,
  });
  const response = await fetch(tokenUrl, { method: "POST", body });
  const { access_token: token } = (await response.json()) as { access_token?: string }; // as: an answer of a token endpoint
  if (!token) throw new Error("The sample Workspace gave no access token.");
  return token;
}
