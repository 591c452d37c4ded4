import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Company, sampleCompany } from "../../sync/sample/company.ts";
import * as edit from "../../sync/sample/edit.ts";
import { hasPageToken, type PlannedFault } from "../../sync/sample/fault.ts";
import { newPrivateKey, type SampleDirectory, startSampleDirectory } from "../../sync/sample/sample-directory.ts";
import { buildSyncedHouse, type SyncedHouse } from "../support/synced-house.ts";
import { changes, type FaultRow, lies, members, outages, people, refusals, twofold } from "./sample/fault-rows.ts";
import { syncByHand, syncBySchedule } from "./sample/faulty-workspace.ts";

// Whatever goes wrong with Google, read by the real reader into a site that holds all of Acme: what the snapshot says of it, how the
// run ends, and that nobody loses anything by it.

const onCall = "on-call@acme.example";
const security = "security@acme.example";
const privateKey = newPrivateKey();

/** Acme, of whose people there are fifteen pages, and of its groups, and of the members of the largest ones, two. */
async function withAcme<T>(use: (sample: SampleDirectory) => Promise<T>, before: (company: Company) => void = () => undefined) {
  const company = sampleCompany();
  before(company);
  const sample = await startSampleDirectory({ company, privateKey, longestPage: 20 });
  try {
    return await use(sample);
  } finally {
    await sample.close();
  }
}

describe("a site that holds all of Acme", () => {
  let house: SyncedHouse;
  beforeAll(async () => {
    house = await buildSyncedHouse();
    expect(await withAcme((sample) => syncByHand(house, sample))).toBe("SUCCEEDED");
  });
  afterAll(() => house.close());

  async function expectNothingLost([, faults, says, run, because = ""]: FaultRow, timeoutMs?: number) {
    const outcome = await withAcme((sample) => {
      sample.faults.push(...faults.map((fault) => ({ ...fault })));
      return syncBySchedule(house, sample, timeoutMs);
    });
    const lines = outcome.says.split("\n");
    expect(lines).toEqual([says].flat().map((line) => expect.stringMatching(new RegExp(`^${line}`))));
    expect({ run: outcome.run, failure: outcome.failure ?? "" }).toEqual({ run, failure: expect.stringContaining(because) });
    expect(outcome.lost).toEqual([]);
  }

  describe.each([
    ["lies", lies],
    ["a change while it is read", changes],
    ["an outage", outages],
    ["a refusal", refusals],
    ["lies that are not found out", twofold],
  ])("loses nothing by %s", (_, rows) => {
    it.each(rows)("%s", async (...row) => expectNothingLost(row));
  });

  it("loses nothing by a drip that takes longer than a request may", async () => {
    const drip = people({ kind: "drip", pieces: 1000, everyMs: 20 });
    await expectNothingLost(["", [drip], "UNAVAILABLE: ", "FAILED"], 500);
  });

  it("loses who really left, once nothing goes wrong", async () => {
    const { id } = sampleCompany().users[40] ?? { id: "" };
    const leaves = (company: Company) => edit.deleteUser(company, id);
    const { says, run, lost } = await withAcme((sample) => syncBySchedule(house, sample), leaves);
    expect({ says, run, lost }).toEqual({ says: "complete", run: "SUCCEEDED", lost: [`user ${id}`] });
  });
});

describe("a site that holds the people of some groups", () => {
  const onCallId = edit.groupOf(sampleCompany(), onCall).id;
  const securityId = edit.groupOf(sampleCompany(), security).id;
  const ofOnCall = { where: (url: URL) => url.pathname.includes(onCallId) };

  /** Somebody is in the group by name and by the group inside it, which is the last of its members. */
  function join({ groups }: Company): void {
    const { members: inside = [] } = groups.find(({ id }) => id === securityId) ?? {};
    groups.find(({ id }) => id === onCallId)?.members.unshift(...inside.slice(0, 2));
  }

  const fromFirst = (url: URL) => ofOnCall.where(url) && hasPageToken(url);
  const leaves = "The members of a group in scope were not completely listed.";
  it.each<[what: string, fault: PlannedFault, says: string, because: string]>([
    ["is left out", members({ kind: "drop", part: 1 }, { where: fromFirst }), "complete", "leave out what is there"],
    ["is behind a page that leads to itself", members({ kind: "loop" }, ofOnCall), "on-call partial: ", leaves],
    ["is in a list that nobody may see", members({ kind: "refuse", error: "forbidden" }, ofOnCall), "on-call unav", leaves],
  ])("lets nobody go out of a group within them that %s", async (_, fault, says, because) => {
    const house = await buildSyncedHouse({ scope: "GROUPS", groupEmails: [onCall] });
    expect(await withAcme((sample) => syncByHand(house, sample), join)).toBe("SUCCEEDED");
    const { lost, run, ...outcome } = await withAcme((sample) => {
      sample.faults.push(fault);
      return syncBySchedule(house, sample);
    }, join);
    expect({ lost, run }).toEqual({ lost: [], run: "HELD" });
    expect(outcome.says).toContain(says);
    expect(outcome.failure).toContain(because);
    await house.close();
  });

  it("lets people go out of a group that is within them no longer, having asked about that group once", async () => {
    const house = await buildSyncedHouse({ scope: "GROUPS", groupEmails: [onCall], maxRemovals: 20 });
    expect(await withAcme((sample) => syncByHand(house, sample), join)).toBe("SUCCEEDED");
    const { requests, outcome } = await withAcme(
      async (sample) => ({ outcome: await syncBySchedule(house, sample), requests: sample.requests.get("members.hasMember") }),
      (company) => {
        join(company);
        edit.removeMember(company, onCallId, securityId);
      },
    );
    expect(outcome).toMatchObject({ says: "complete", run: "SUCCEEDED" });
    const [one, other, ...rest] = edit.groupOf(sampleCompany(), securityId).members.map(({ id }) => id);
    const gone = [`${one} in ${securityId}`, `${other} in ${securityId}`, ...rest.map((id) => `user ${id}`)];
    expect(outcome.lost.toSorted()).toEqual(gone.toSorted());
    expect(requests).toBe(1 + rest.length);
    await house.close();
  });
});
