import { connectDirectory } from "../../../src/actions/directories/connect-directory.ts";
import type { SettingsInput } from "../../../src/actions/directories/read-settings.ts";
import { startApply } from "../../../src/actions/directories/start-apply.ts";
import { startSync } from "../../../src/actions/directories/start-sync.ts";
import { addMembers } from "../../../src/actions/groups/add-members.ts";
import { createGroups } from "../../../src/actions/groups/create-groups.ts";
import { provisionUsers } from "../../../src/actions/users/provision-users.ts";
import { isOutage } from "../../../src/database/dialect.ts";
import type { Actor } from "../../../src/model/actor.ts";
import type { SyncRun } from "../../../src/model/entities.ts";
import { publicId } from "../../../src/model/id.ts";
import { Refusal } from "../../../src/model/refusal.ts";
import { allScopes } from "../../../src/model/scope.ts";
import { unpackChanges } from "../../../src/model/sync-change.ts";
import type { Door } from "../../../src/work/door.ts";
import type { Work } from "../../../src/work/work.ts";
import { connectGoogle } from "../../../sync/google.ts";
import { createSyncRunner } from "../../../sync/run.ts";
import type { Company } from "../../../sync/sample/company.ts";
import { newPrivateKey, type SampleDirectory, startSampleDirectory } from "../../../sync/sample/sample-directory.ts";
import type { TestDatabase } from "../database.ts";
import { buildHouse, type House } from "../house.ts";
import { quiet } from "../synced-house.ts";
import { editCompany, newStoryCompany } from "./edit-company.ts";
import type { Crash, Story, StoryRun, StorySettings } from "./steps.ts";

/** A run by a person with nothing in its way, removals included. */
export const undisturbed: StoryRun = { at: "run", by: "person", approveRemovals: true, faults: [], crashes: [], meanwhile: [] };

/** A site of its own in a shared database, and the Workspace that it is connected to. */
export interface StorySite extends House {
  domain: string;
  sample: SampleDirectory;
  /** Public. */
  directoryId: string;
  /** Another directory's, which has a user and a group here. Compact. */
  otherDirectoryId: string;
  settings: StorySettings;
  /** What the runner told the operator of bugs. */
  told: string[];
  act<T>(change: (work: Work) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const privateKey = newPrivateKey();
let made = 0;

/** The settings as the site's administrator gives them. */
export function settingsIn(domain: string, settings: StorySettings): SettingsInput {
  const { scope, onLeave, onMatch, maxRemovals, ignores, oneUnit } = settings;
  return {
    scope,
    groupEmails: scope === "GROUPS" ? [`g0@${domain}`] : [],
    onLeave,
    onMatch,
    maxRemovals,
    ignore: ignores ? ["p2@*", "g1@*"] : [],
    orgUnits: oneUnit ? ["/Staff"] : [],
    schedule: null,
  };
}

/** Makes the site of a story, with people and groups at Google and nothing synced yet. */
export async function openStorySite(database: TestDatabase, { settings, people, groups }: Story): Promise<StorySite> {
  const domain = `c${++made}.example`;
  const house = await buildHouse({ siteKey: `site-${made}`, adminEmail: `owner@${domain}`, database });
  const company = newStoryCompany(domain, people);
  for (const { name, members } of groups) editCompany(company, domain, { at: "google", do: "makeGroup", name, members });
  const sample = await startSampleDirectory({ company, privateKey });
  const act: StorySite["act"] = (change) => house.door.act({ siteId: house.siteId, actor: house.admin }, change);
  const credentials = { googleWorkspace: { serviceAccountKey: sample.serviceAccountKey, adminEmail: `boss@${domain}` } };
  const id = await act((work) =>
    connectDirectory(work, { name: "Workspace", credentials, settings: settingsIn(domain, settings) }),
  );
  const otherDirectoryId = await act((work) =>
    connectDirectory(work, { name: "Other", credentials, settings: { schedule: null } }),
  );
  await bringByOther(house, domain, otherDirectoryId);
  const directoryId = publicId("Directory", id);
  const site: StorySite = {
    ...house,
    domain,
    sample,
    directoryId,
    otherDirectoryId,
    settings,
    told: [],
    act,
    close: () => site.sample.close(),
  };
  return site;
}

/** Goes on with the same company at another place: requests of a run that was broken off still come in at the old one. */
export async function moveSample(site: StorySite): Promise<void> {
  const { company } = site.sample;
  await site.sample.close();
  site.sample = await startSampleDirectory({ company, privateKey });
}

/** Somebody and a group whom another directory owns: at an address and with a name that the first may come upon. */
async function bringByOther({ door, siteId }: House, domain: string, directoryId: string): Promise<void> {
  const actor: Actor = {
    kind: "directory",
    directoryId,
    approved: true,
    label: "Other",
    scopes: new Set(allScopes),
    ipAddress: null,
  };
  const place = { siteId, actor };
  const person = { externalId: "other-1", email: `p8@${domain}`, fullName: "Other Person", title: null, fingerprint: "other" };
  const [userId = ""] = await door.act(place, (work) =>
    provisionUsers(work, { directoryId, people: [person], applicationIds: [], sendWelcome: false }),
  );
  const [groupId = ""] = await door.act(place, (work) =>
    createGroups(work, [{ name: "Crew", directoryId, externalId: "other-g", email: `crew@${domain}`, fingerprint: "other" }]),
  );
  await door.act(place, (work) =>
    addMembers(work, { groupId: publicId("Group", groupId), members: [{ userId: publicId("User", userId), direct: true }] }),
  );
}

/** Makes a run through its crashes to its end; null when it may not be started. */
export async function makeStoryRun(site: StorySite, step: StoryRun): Promise<{ runId: string; companies: Company[] } | null> {
  const { sample, domain, directoryId } = site;
  const crashes = [...step.crashes];
  const companies: Company[] = [];
  const meanwhile = [...step.meanwhile];
  const goOn = async (runId: string) => {
    for (let tries = 0; tries < 8; tries++) {
      companies.push(structuredClone(sample.company));
      if (await makeThrough(site, runId, crashes.shift())) return;
      const edit = meanwhile.shift();
      if (edit) editCompany(sample.company, domain, edit);
      await expireLeases(site);
    }
    throw new Error("The run does not end.");
  };
  sample.faults.splice(0, sample.faults.length, ...step.faults.map((fault) => ({ ...fault })));
  try {
    const runId = await orNull(() =>
      site.act((work) => (step.by === "person" ? startSync(work, { directoryId }) : startApply(work, { directoryId }))),
    );
    if (runId === null) return null;
    await goOn(runId);
    if ((await statusOf(site, runId)) === "PLANNED" && step.by === "person") {
      for (const edit of meanwhile.splice(0)) editCompany(sample.company, domain, edit);
      const { approveRemovals } = step;
      const applied = await orNull(() =>
        site.act((work) => startApply(work, { runId: publicId("SyncRun", runId), approveRemovals })),
      );
      if (applied !== null) await goOn(runId);
    }
    return { runId, companies };
  } finally {
    sample.faults.splice(0, sample.faults.length);
  }
}

/** False when the process died on the way. */
async function makeThrough(site: StorySite, runId: string, crash: Crash | undefined): Promise<boolean> {
  const { sample, door } = site;
  const connect = ({
    serviceAccountKey,
    adminEmail,
    customerId,
  }: Parameters<Parameters<typeof createSyncRunner>[0]["connect"]>[0]) =>
    connectGoogle({
      serviceAccountKey,
      adminEmail,
      customerId,
      apiUrl: sample.url,
      tokenUrl: sample.tokenUrl,
      queriesPerMinute: 1e9,
      backoff: { firstMs: 0, maxMs: 0, tries: 3 },
    });
  const log = { ...quiet, error: (fields: object) => void site.told.push(String(Reflect.get(fields, "err")?.stack)) };
  const runner = createSyncRunner({ door: crash ? dying(door, crash) : door, connect, isOutage, log });
  try {
    await runner.run(runId);
    return !["PLANNING", "APPLYING"].includes((await statusOf(site, runId)) ?? "");
  } catch (error) {
    if (crash && isOutage(error)) return false;
    throw error;
  }
}

/** A door behind which the process dies: nothing goes through any more, and what was told to the dead is lost. */
function dying(door: Door, { transaction, committed }: Crash): Door {
  let acts = 0;
  const gone = () => Promise.reject(Object.assign(new Error("The process died"), { code: "ECONNREFUSED" }));
  return {
    look: (place, see) => (acts >= transaction ? gone() : door.look(place, see)),
    async act(place, change, options) {
      if (++acts < transaction) return door.act(place, change, options);
      if (acts === transaction && committed) await door.act(place, change, options);
      return gone();
    },
  };
}

/** The leases of processes that died run out. */
async function expireLeases({ database, directoryId }: StorySite): Promise<void> {
  const transaction = await database.ground.begin();
  await transaction.write("UPDATE Lease SET expiresAt = '' WHERE name = ?", [`sync:${directoryId.slice(4)}`]);
  await transaction.commit();
}

async function statusOf({ rows }: StorySite, runId: string): Promise<string | undefined> {
  return (await rows<{ status: string }>("SELECT status FROM SyncRun WHERE id = ?", [runId]))[0]?.status;
}

/** What a change answers; null when it is refused. */
export async function orNull<T>(change: () => Promise<T>): Promise<T | null> {
  try {
    return await change();
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** A run as it is stored, and its changes as `STATUS ACTION label: why`, those of exceptions with theirs. */
export async function readRun({ rows }: House, runId: string): Promise<{ run: SyncRun; changes: string[] }> {
  const [run] = await rows<SyncRun>("SELECT * FROM SyncRun WHERE id = ?", [runId]);
  if (!run) throw new Error(`There is no run ${runId}.`);
  const steps = await rows<{ seq: number; status: string; body: Buffer }>(
    "SELECT seq, status, body FROM SyncStep WHERE runId = ?",
    [runId],
  );
  const exceptions = await rows<{ seq: number; position: number; status: string; failure: string }>(
    "SELECT seq, position, status, failure FROM SyncException WHERE runId = ?",
    [runId],
  );
  const changes = steps.flatMap(({ seq, status, body }) =>
    unpackChanges(body).map(({ action, subjectLabel, groupLabel, failure }, at) => {
      const other = exceptions.find((exception) => exception.seq === seq && exception.position === at);
      const why = other?.failure ?? failure;
      return `${other?.status ?? status} ${action} ${subjectLabel}${groupLabel ? ` in ${groupLabel}` : ""}${why ? `: ${why}` : ""}`;
    }),
  );
  return { run, changes };
}
