import { randomBytes } from "node:crypto";
import { holdRun, LostRun, type RunHold } from "../src/actions/directories/advance-run.ts";
import { type BegunRun, beginRun, leaseOf } from "../src/actions/directories/begin-run.ts";
import { finishRun, type RunEnd } from "../src/actions/directories/finish-run.ts";
import type { LeaseClaim } from "../src/actions/directories/hold-lease.ts";
import { lockedOut } from "../src/actions/directories/open-credentials.ts";
import { storePlan } from "../src/actions/directories/store-plan.ts";
import { proveDomains } from "../src/actions/domains/prove-domains.ts";
import type { Actor } from "../src/model/actor.ts";
import type { GoogleCredentials } from "../src/model/directory-settings.ts";
import type { SyncRunStatus } from "../src/model/entities.ts";
import { newId } from "../src/model/id.ts";
import { allScopes } from "../src/model/scope.ts";
import { unpackChanges } from "../src/model/sync-change.ts";
import { type RunSummary, readSummary } from "../src/model/sync-summary.ts";
import { readHeld } from "../src/queries/held.ts";
import { readBasis } from "../src/queries/held-basis.ts";
import { findRunToMake, type RunToMake, readHeldSteps } from "../src/queries/sync-runs-to-do.ts";
import type { Door, Place } from "../src/work/door.ts";
import { applySteps } from "./apply.ts";
import { flattenMembers } from "./flatten.ts";
import { followReading } from "./follow-reading.ts";
import { calmly } from "./in-pieces.ts";
import { giveBack, keepLease, type RunLog } from "./lease.ts";
import { packSteps, planSync } from "./plan.ts";
import type { ReadingProgress } from "./reading-progress.ts";
import { DirectoryFault, type DirectoryReader } from "./snapshot.ts";
import { thinkOfPerson } from "./think-of-person.ts";
import { watchCancel } from "./watch-cancel.ts";

/** What a runner is made of. `isOutage` knows when the database itself is the trouble: such a run is taken up again later. */
export interface RunnerOptions {
  door: Door;
  connect(credentials: GoogleCredentials): DirectoryReader;
  isOutage(error: unknown): boolean;
  log: RunLog;
  /** Told after every page that is read. */
  onReading?(runId: string, progress: ReadingProgress): void;
  /** How often a reading writes down how far it is. Milliseconds. */
  noteReadingEveryMs?: number;
}

/** Makes runs. */
export interface SyncRunner {
  /**
   * Makes a run, or goes on with one that was left behind, and answers how it ended; null when it has ended already or another
   * process has it. The directory's failures end the run and are told there; only the database's are thrown.
   */
  run(runId: string): Promise<SyncRunStatus | null>;
}

/** Reads across sites, and changes nothing. */
const everywhere: Place = {
  siteId: "",
  actor: { kind: "operator", label: "gatehouse", scopes: new Set(allScopes), ipAddress: null },
};

export function createSyncRunner(options: RunnerOptions): SyncRunner {
  const { door, log } = options;
  /** By run, leases that this process may hold. What an outage left behind is given back before the run is taken up again. */
  const owed = new Map<string, LeaseClaim>();
  return {
    async run(runId) {
      const found = await door.look(everywhere, (reader) => findRunToMake(reader, runId));
      if (!found) return null;
      const place = { siteId: found.siteId, actor: handOf(found, found.summary.approved) };
      const left = owed.get(runId);
      if (left) await giveBack(door, place, left, log);
      const claim: LeaseClaim = { name: leaseOf(found.directoryId), holder: newId() };
      owed.set(runId, claim);
      const begun = await door.act(place, (work) => beginRun(work, { runId, holder: claim.holder }));
      if (!begun) {
        owed.delete(runId);
        return null;
      }
      const lease = keepLease(door, place, claim, log);
      try {
        return await makeRun({ options, place, begun, found, lost: lease.lost });
      } catch (error) {
        if (!(error instanceof LostRun)) throw error;
        log.warn({ runId }, error.message);
        return null;
      } finally {
        if (await lease.release()) owed.delete(runId);
      }
    },
  };
}

/** The directory as an actor. */
function handOf({ directoryId, directoryName }: RunToMake, approved: boolean): Actor {
  return { kind: "directory", directoryId, approved, label: directoryName, scopes: new Set(allScopes), ipAddress: null };
}

interface Making {
  options: RunnerOptions;
  place: Place;
  begun: BegunRun;
  found: RunToMake;
  lost: AbortSignal;
}

async function makeRun(making: Making): Promise<SyncRunStatus> {
  const { begun, place, options } = making;
  const { run, fence } = begun;
  const summary = readSummary(run.summary);
  const spent = { requestCount: run.requestCount, waitedMs: run.waitedMs };
  const watch = watchCancel(options.door, place, run.id);
  let reader: DirectoryReader | null = null;
  const end = async (how: Pick<RunEnd, "status" | "failure"> & Partial<RunEnd>): Promise<SyncRunStatus> => {
    const heldCounts = { users: 0, addresses: 0, groups: 0, memberships: 0 };
    const requestCount = spent.requestCount + (reader?.requestCount ?? 0);
    const waitedMs = Math.round(spent.waitedMs + (reader?.waitedMs ?? 0));
    const base = { runId: run.id, fence, summary, heldCounts, credentialsRejected: false, distrusts: false };
    await options.door.act(place, (work) => finishRun(work, { ...base, requestCount, waitedMs, ...how }));
    options.log.info(
      { runId: run.id, directoryId: run.directoryId, status: how.status, failure: how.failure },
      "A sync run ended",
    );
    return how.status;
  };
  try {
    if (run.cancelled) return await end({ status: "CANCELLED", failure: null });
    if (!begun.credentials) return await end({ status: "FAILED", failure: lockedOut, credentialsRejected: true });
    reader = options.connect(begun.credentials);
    const hold: RunHold = { runId: run.id, fence, appliedSeq: run.appliedSeq };
    if (run.status === "PLANNING" || run.basis === null) {
      const plan = await makePlan(making, reader, hold, summary, AbortSignal.any([making.lost, watch.cancelled]));
      if (plan.waits) return await end({ status: "PLANNED", failure: plan.waits.reason, distrusts: plan.waits.isOther });
    }
    await proveItsDomains(making, hold, summary);
    const { directoryId, settings } = { directoryId: run.directoryId, settings: begun.settings };
    const { cancelled } = await applySteps({ door: options.door, place, hold, summary, directoryId, settings, reader });
    if (cancelled) return await end({ status: "CANCELLED", failure: null });
    return await end(await outcome(options.door, place, run.id, summary));
  } catch (error) {
    if (error instanceof LostRun || making.lost.aborted || options.isOutage(error))
      throw making.lost.aborted ? new LostRun() : error;
    if (watch.cancelled.aborted) return end({ status: "CANCELLED", failure: null });
    if (error instanceof DirectoryFault)
      return end({ status: "FAILED", failure: error.message, credentialsRejected: error.kind === "CREDENTIALS_REJECTED" });
    const reference = randomBytes(4).toString("hex");
    options.log.error({ err: error, runId: run.id, reference }, "A sync run failed on our side");
    return end({ status: "FAILED", failure: `Something went wrong on our side (ref ${reference}).` });
  } finally {
    watch.stop();
  }
}

// S14: neither of these is applied unless a person has seen what it would do.
const otherOrganization = "The credentials read another organization than before. Look at this plan before you apply it.";
const changedSettings = "The directory's settings changed after this run was started. Look at this plan before you apply it.";

/** Reads, thinks and stores. `waits` says that a person has to apply the plan, and why if that is news. */
async function makePlan(
  { options, place, begun, found: { lastCustomerId } }: Making,
  reader: DirectoryReader,
  hold: RunHold,
  summary: RunSummary,
  signal: AbortSignal,
) {
  const { door } = options;
  const { run, directory } = begun;
  // The hash first: what changes while the rest is read makes the plan expire, and not the other way round.
  const basis = await door.look(place, (look) => readBasis(look, directory.id));
  const { snapshot, plan } =
    summary.person === null
      ? await thinkOfAll({ options, place, begun, reader, hold, summary, signal })
      : await thinkOfPerson({ door, place, reader, directoryId: directory.id, settings: begun.settings }, summary.person);
  const isOther = lastCustomerId !== null && snapshot.customerId !== null && lastCustomerId !== snapshot.customerId;
  // An organization without anybody does not say which it is: the next one is compared with the last that did (S14).
  const customerId = snapshot.customerId ?? lastCustomerId;
  const { person } = summary;
  Object.assign(summary, plan.summary, { person, directoryVersion: directory.version, customerId });
  const applies = run.status === "APPLYING" && !isOther && directory.trusted;
  const steps = await calmly(packSteps(plan));
  const spent = {
    requestCount: run.requestCount + reader.requestCount,
    waitedMs: Math.round(run.waitedMs + reader.waitedMs),
  };
  await door.act(place, (work) => storePlan(work, hold, { steps, basis, summary, applies, ...spent }));
  const reason = isOther ? otherOrganization : run.status === "APPLYING" ? changedSettings : null;
  return { waits: applies ? null : { reason, isOther } };
}

interface Thinking extends Pick<Making, "options" | "place" | "begun"> {
  reader: DirectoryReader;
  hold: RunHold;
  summary: RunSummary;
  signal: AbortSignal;
}

/** Reads both sides whole, and compares them. */
async function thinkOfAll({ options, place, begun, reader, hold, summary, signal }: Thinking) {
  const { run, directory, settings } = begun;
  const { now, held } = await options.door.look(place, async (look) => ({
    now: look.now,
    held: await readHeld(look, directory.id),
  }));
  const heldGroupIds = new Set(
    [...held.groups.values()].filter(({ id }) => held.members.sizeOf(id) > 0).map(({ externalId }) => externalId ?? ""),
  );
  const reading = followReading({ options, place, run, held, reader, fence: hold.fence, summary });
  const { scope, groupEmails } = settings;
  const { onProgress } = reading;
  const snapshot = await reader.readSnapshot({ scope, groupEmails, heldGroupIds, onProgress, signal }).finally(reading.settled);
  const flat = flattenMembers(snapshot);
  const { approved } = summary;
  const plan = await calmly(planSync({ directoryId: directory.id, settings, snapshot, flat, held, now, approved }));
  return { snapshot, plan };
}

/**
 * Rule 8.4: the directory's word for its domains, once a person applies its plan. From then on for those that it did not list in the
 * run before, so that an organization that moves to another domain locks nobody out; what an admin removed here stays removed.
 */
async function proveItsDomains({ options, place, begun, found }: Making, hold: RunHold, summary: RunSummary): Promise<void> {
  const { directory, settings } = begun;
  const isNew = (domain: string) => found.lastDomains.length > 0 && !found.lastDomains.includes(domain);
  const listed = summary.approved ? summary.domains : summary.domains.filter(isNew);
  if (listed.length === 0) return;
  await options.door.act(place, async (work) => {
    await holdRun(work, hold);
    await proveDomains(work, { directoryId: directory.id, listed, named: settings.domains });
  });
}

async function outcome(door: Door, place: Place, runId: string, summary: RunSummary) {
  const { counts, bodies } = await door.look(place, (reader) => readHeldSteps(reader, runId));
  const of = (...actions: string[]) => actions.reduce((sum, action) => sum + (counts[action] ?? 0), 0);
  const heldCounts = {
    users: of("USER_DEACTIVATE", "USER_DELETE"),
    addresses: of("USER_UPDATE"),
    groups: of("GROUP_DELETE"),
    memberships: of("MEMBER_REMOVE"),
  };
  summary.held = heldCounts.users + heldCounts.addresses + heldCounts.groups + heldCounts.memberships;
  if (summary.held > 0) {
    const reasons = new Set([
      ...Object.values(summary.untrusted),
      ...bodies.flatMap((body) => unpackChanges(body).flatMap(({ failure }) => failure ?? [])),
    ]);
    return { status: "HELD" as const, failure: [...reasons].slice(0, 5).join(" ") || "Removals wait for approval.", heldCounts };
  }
  if (summary.failed === 0) return { status: "SUCCEEDED" as const, failure: null };
  const failure = `${summary.failed === 1 ? "1 change" : `${summary.failed} changes`} could not be made; each says why.`;
  return { status: "PARTIAL" as const, failure };
}
