import type { TestDatabase } from "../database.ts";
import { editCompany } from "./edit-company.ts";
import { editSite } from "./edit-site.ts";
import type { Site } from "./expected-people.ts";
import { listingRequests } from "./expected-requests.ts";
import { removalFaults } from "./removal-faults.ts";
import { siteFaults } from "./site-faults.ts";
import { countFaults, readSite, type SiteState, textOf } from "./site-state.ts";
import type { Step, Story, StoryRun } from "./steps.ts";
import { makeStoryRun, moveSample, openStorySite, readRun, type StorySite, undisturbed } from "./story-site.ts";
import { readTruth } from "./truth.ts";

/** What a directory starts with. */
const removalPercent = 10;

/** Lets a story happen, ends it with a run that nothing disturbs, and says all that was not as it has to be. */
export async function tellStory(database: TestDatabase, story: Story): Promise<string[]> {
  const site = await openStorySite(database, story);
  const ownTitles = new Set<string>();
  try {
    const steps = story.brought ? [undisturbed, ...story.steps] : story.steps;
    for (const [at, step] of steps.entries()) {
      const faults = await takeStep(site, step, ownTitles);
      if (faults.length > 0) return [`step ${at}`, ...faults];
    }
    return [...(await endStory(site, ownTitles)), ...site.told];
  } finally {
    await site.close();
  }
}

async function takeStep(site: StorySite, step: Step, ownTitles: Set<string>): Promise<string[]> {
  if (step.at === "google") editCompany(site.sample.company, site.domain, step);
  else if (step.at === "site") await editSite(site, step, ownTitles);
  else return (await watchRun(site, step, ownTitles)).faults;
  return [];
}

/** Makes a run and looks at what it did. */
async function watchRun(site: StorySite, step: StoryRun, ownTitles: Set<string>) {
  const { domain, settings } = site;
  const directoryId = site.directoryId.slice(4);
  const before = await readSite(site);
  const made = await makeStoryRun(site, step);
  const after = await readSite(site);
  if (made === null)
    return { before, after, made, faults: textOf(after) === textOf(before) ? [] : ["A refused run changed the site"] };
  for (const { id } of before.users.filter((user) => user.directoryId === null))
    if (after.users.some((user) => user.id === id && user.directoryId === directoryId)) ownTitles.add(String(id));
  const truths = made.companies.map((company) => readTruth(company, domain, settings));
  const approved = step.by === "person";
  const effect = {
    directoryId,
    before,
    after,
    truths,
    approved,
    removalsApproved: approved && step.approveRemovals,
    removalPercent,
  };
  return { before, after, made, faults: [...removalFaults(effect), ...countFaults(after)] };
}

/** An undisturbed run, and what is true after it; and one more, which has nothing to do. */
async function endStory(site: StorySite, ownTitles: Set<string>): Promise<string[]> {
  let state: SiteState | null = null;
  for (let runs = 1; ; runs++) {
    await moveSample(site);
    const { before, after, made, faults } = await watchRun(site, undisturbed, ownTitles);
    if (made === null) return ["The undisturbed run was refused"];
    const { run, changes } = await readRun(site, made.runId);
    const truth = readTruth(site.sample.company, site.domain, site.settings);
    const told: Site = { directoryId: site.directoryId.slice(4), before, ownTitles };
    const more = [...faults, ...requestFaults(site, run.requestCount, before)];
    const waits = changes.some((change) => change.includes("until that change is approved"));
    if (!waits) more.push(...siteFaults(truth, told, after));
    if (more.length > 0) return [`run ${runs}: ${run.status} ${run.failure ?? ""}`, ...more, ...changes];
    state = after;
    // Rule 1.6: what the last admin keeps is tried again in every run.
    if (changes.some((change) => change.includes("without an active admin"))) return [];
    if (!waits) break;
    if (runs === 3) return ["What waits for an approval still waits after three", ...changes];
  }
  const { after, made } = await watchRun(site, { ...undisturbed, by: "schedule" }, ownTitles);
  if (made === null) return ["The schedule may not run after an applied plan"];
  const { run, changes } = await readRun(site, made.runId);
  // With the group that the settings name nothing can be proven: what it would take away is held in every run.
  const { isScopeLost } = readTruth(site.sample.company, site.domain, site.settings);
  const needless = changes.filter((change) => !/^(SKIPPED|DISPUTED)/.test(change) && !(isScopeLost && change.startsWith("HELD")));
  if (run.status !== (changes.some((change) => change.startsWith("HELD")) ? "HELD" : "SUCCEEDED"))
    return [`The second run ended ${run.status}: ${run.failure}`, ...changes];
  if (needless.length > 0) return ["The second run had something to do", ...needless];
  return textOf(after) === textOf(state) ? [] : ["The second run wrote rows"];
}

function requestFaults(site: StorySite, said: number, before: SiteState): string[] {
  const { requests, company } = site.sample;
  const made = (...names: string[]) => names.reduce((sum, name) => sum + (requests.get(name) ?? 0), 0);
  const listing = made("users.list", "groups.list", "members.list", "domains.list");
  const expected = listingRequests(readTruth(company, site.domain, site.settings), company, before, site.directoryId.slice(4));
  const all = listing + made("users.get", "groups.get", "members.hasMember");
  return [
    ...(listing === expected ? [] : [`${listing} requests for lists were made, and ${expected} is what they cost`]),
    ...(said === all ? [] : [`${all} requests were made, and the run says ${said}`]),
  ];
}
