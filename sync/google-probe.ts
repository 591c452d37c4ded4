import { faultFor } from "./google-advice.ts";
import { type GoogleArea, type GoogleClient, googleScopes, isListOf } from "./google-contract.ts";
import type { GoogleFailure } from "./google-failure.ts";
import type { Requester } from "./google-requester.ts";
import type { ProbeResult } from "./snapshot.ts";

export interface ProbeOptions {
  /** A requester whose access tokens open one area alone, so that a missing scope is told from the others. */
  requesterFor(area: GoogleArea): Requester<GoogleClient>;
  clientId: string;
  adminEmail: string;
}

const maxResults = 1;

const smallestRequest: Record<GoogleArea, (client: GoogleClient, groupKey: string) => Promise<{ data: object }>> = {
  users: (client) => client.listUsers({ maxResults }),
  groups: (client) => client.listGroups({ maxResults }),
  members: (client, groupKey) => client.listMembers(groupKey, { maxResults }),
  domains: (client) => client.listDomains({}),
};

/**
 * Asks each scope for its smallest answer (S23). Scopes that are refused alike have one advice, which names them all: so it can be
 * followed at once. Throws a `DirectoryFault` when Google does not answer at all.
 */
export async function probeGoogle({ requesterFor, clientId, adminEmail }: ProbeOptions): Promise<ProbeResult[]> {
  const refused = new Map<string, { failure: GoogleFailure; scopes: string[] }>();
  const scopes: { scope: string; refusal: string | null }[] = [];
  // Without any group, members are asked of an address that is none: that it is not found shows that the scope is granted.
  let groupKey = adminEmail;
  for (const area of ["users", "groups", "members", "domains"] as const) {
    const scope = googleScopes[area];
    const answer = await requesterFor(area).ask({
      purpose: "other",
      what: `page of ${area}`,
      send: (client) => smallestRequest[area](client, groupKey),
      isSound: (body) => isListOf(area, body),
    });
    if ("failure" in answer && answer.failure.act !== "GONE") {
      const { failure } = answer;
      const fault = faultFor(failure, { clientId, adminEmail, scopes: [scope] });
      if (fault.kind === "UNAVAILABLE") throw fault;
      const refusal = [failure.act, ...failure.reasons, failure.message].join(" ");
      const alike = refused.get(refusal) ?? { failure, scopes: [] };
      refused.set(refusal, { failure, scopes: [...alike.scopes, scope] });
      scopes.push({ scope, refusal });
    } else {
      scopes.push({ scope, refusal: null });
      if ("data" in answer && area === "groups") groupKey = firstGroupId(answer.data) ?? groupKey;
    }
  }
  return scopes.map(({ scope, refusal }) => {
    const alike = refusal === null ? undefined : refused.get(refusal);
    if (!alike) return { scope, granted: true, advice: null };
    return { scope, granted: false, advice: faultFor(alike.failure, { clientId, adminEmail, scopes: alike.scopes }).message };
  });
}

function firstGroupId(body: object): string | undefined {
  const { groups = [] }: { groups?: { id?: string }[] } = body;
  return groups[0]?.id;
}
