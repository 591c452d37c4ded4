import { faultFor } from "./google-advice.ts";
import { type GoogleArea, type GoogleClient, googleScopes, isListOf } from "./google-contract.ts";
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

/** Asks each scope for its smallest answer (S23). Throws a `DirectoryFault` when Google does not answer at all. */
export async function probeGoogle({ requesterFor, clientId, adminEmail }: ProbeOptions): Promise<ProbeResult[]> {
  const results: ProbeResult[] = [];
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
      const fault = faultFor(answer.failure, { clientId, adminEmail, scopes: [scope] });
      if (fault.kind === "UNAVAILABLE") throw fault;
      results.push({ scope, granted: false, advice: fault.message });
    } else {
      results.push({ scope, granted: true, advice: null });
      if ("data" in answer && area === "groups") groupKey = firstGroupId(answer.data) ?? groupKey;
    }
  }
  return results;
}

function firstGroupId(body: object): string | undefined {
  const { groups = [] }: { groups?: { id?: string }[] } = body;
  return groups[0]?.id;
}
