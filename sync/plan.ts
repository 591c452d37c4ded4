import type { PackedStep } from "../src/actions/directories/store-plan.ts";
import { packChanges, type SyncChangeBody } from "../src/model/sync-change.ts";
import { countOfAction, emptySummary, type RunSummary } from "../src/model/sync-summary.ts";
import { type Draft, type PlanInput, phases } from "./draft.ts";
import { guardRemovals, liveOf } from "./guard.ts";
import { atOnce, type InPieces } from "./in-pieces.ts";
import { type Person, readPeople } from "./people.ts";
import { type GroupPlan, planGroups, takeGroups } from "./plan-groups.ts";
import { joiningBodies, planMembers } from "./plan-members.ts";
import { planUsers } from "./plan-users.ts";
import { addressMatcher, type GroupScope, readScope } from "./scope.ts";

/** Changes in one step at most: one transaction. Only addresses that move together may exceed it. */
const stepSize = 500;

/** A step before it is packed. All of its changes have its action and its status. */
export interface PlannedStep {
  action: SyncChangeBody["action"];
  status: Draft["status"];
  changes: SyncChangeBody[];
}

export interface Plan {
  /** Made as they are walked through: all at once they may be larger than the memory. */
  steps: Iterable<PlannedStep>;
  summary: RunSummary;
  /** Why removals are held, each reason once. */
  holds: string[];
}

/**
 * Compares what a directory says with what we hold: the steps that make them agree, in the order in which they are made (S16), with
 * the guard's word on every removal. Pure (S9). The plan of an unchanged directory has no steps but reports.
 */
export function planSync(input: PlanInput): InPieces<Plan> {
  return planWith(input, (scope) => planGroups(input, scope), liveOf(input.held));
}

/**
 * The same for a few people alone, at once: the snapshot and what is held know of nobody else, and groups are taken as they are here.
 * `live` is what the whole directory has, by which removals are limited.
 */
export function planPeople(input: PlanInput, live: ReturnType<typeof liveOf>): Plan {
  return atOnce(planWith(input, (scope) => takeGroups(input, scope), live));
}

function* planWith(
  input: PlanInput,
  groupsBy: (scope: GroupScope) => GroupPlan,
  live: ReturnType<typeof liveOf>,
): InPieces<Plan> {
  const scope = readScope(input.snapshot, input.flat, input.settings);
  const people = yield* readPeople(input.snapshot, input.settings, scope);
  const users = yield* planUsers(input, people, scope);
  const groups = groupsBy(scope);
  yield;
  const members = yield* planMembers(input, groups, livePeople(input, people, users));
  const guarded = guardRemovals([...users, ...groups.drafts, ...members.drafts], input, live);
  const absent = notComing(guarded);
  yield;
  const drafts = leaveAlone(guarded, input);
  drafts.sort((one, other) => one.phase - other.phase);
  const summary = summarize(drafts, input, scope.rootIds ?? []);
  for (const { people } of members.joining) summary.membersToAdd += people.filter(({ id }) => !absent.has(id)).length;
  const holds = drafts.flatMap(({ status, body }) => (status === "HELD" && body.failure ? body.failure : []));
  const steps = {
    *[Symbol.iterator]() {
      yield* intoSteps(drafts.filter(({ phase }) => phase < phases.membersIn));
      yield* joiningSteps(joiningBodies(input, members.joining, absent));
      yield* intoSteps(drafts.filter(({ phase }) => phase >= phases.membersIn));
    },
  };
  return { steps, summary, holds: [...new Set(holds)] };
}

/** What a person decided to leave alone is no question any more. */
function leaveAlone(drafts: readonly Draft[], { held }: PlanInput): Draft[] {
  const failure = "A person decided to leave this alone.";
  return drafts.map((draft): Draft => {
    const { subjectType, externalId } = draft.body;
    const isSettled = draft.status === "DISPUTED" && held.leftAlone.has(`${subjectType}:${externalId}`);
    return isSettled ? { ...draft, status: "SKIPPED", body: { ...draft.body, failure } } : draft;
  });
}

/** People in scope and active who are here, or come with this very plan. Whom the settings ignore at either address is not touched (S15). */
function livePeople(
  { held, settings }: PlanInput,
  people: ReadonlyMap<string, Person>,
  users: readonly Draft[],
): Map<string, Person> {
  const coming = new Set(
    users.filter(({ status, body }) => status === "PLANNED" && body.externalId !== null).map(({ body }) => body.externalId),
  );
  const isIgnored = addressMatcher(settings.ignore);
  const isLive = (person: Person) => {
    const user = held.users.get(person.id);
    return person.verdict === "IN" && person.active && (user ? !isIgnored(user.email) : coming.has(person.id));
  };
  return new Map([...people].filter(([, person]) => isLive(person)));
}

/** Newcomers who do not come after all, because the address they wait for is not given up: by the directory's ids. */
function notComing(drafts: readonly Draft[]): Set<string> {
  const waiting = drafts.filter(({ status, body }) => status === "DISPUTED" && body.action === "USER_CREATE");
  return new Set(waiting.map(({ body }) => body.externalId ?? ""));
}

function summarize(drafts: readonly Draft[], { approved, snapshot }: PlanInput, scopeGroups: string[]): RunSummary {
  const summary: RunSummary = {
    ...emptySummary(),
    approved,
    customerId: snapshot.customerId,
    domains: snapshot.verifiedDomains.items,
    scopeGroups,
  };
  for (const { status, body } of drafts) {
    if (status === "PLANNED" || status === "HELD") summary[countOfAction[body.action]]++;
    if (status === "HELD") summary.held++;
  }
  return summary;
}

function intoSteps(drafts: readonly Draft[]): PlannedStep[] {
  const steps: PlannedStep[] = [];
  let last: { step: PlannedStep; phase: number } | null = null;
  for (const parts of inChains(drafts)) {
    const [first] = parts;
    if (!first) continue;
    const { phase, status, body } = first;
    const fits =
      last &&
      last.phase === phase &&
      last.step.status === status &&
      last.step.action === body.action &&
      last.step.changes.length + parts.length <= stepSize;
    if (!last || !fits) {
      last = { step: { action: body.action, status, changes: [] }, phase };
      steps.push(last.step);
    }
    for (const part of parts) last.step.changes.push(part.body);
  }
  return steps;
}

function* joiningSteps(bodies: Iterable<SyncChangeBody>): Generator<PlannedStep> {
  let changes: SyncChangeBody[] = [];
  for (const body of bodies) {
    changes.push(body);
    if (changes.length < stepSize) continue;
    yield { action: "MEMBER_ADD", status: "PLANNED", changes };
    changes = [];
  }
  if (changes.length > 0) yield { action: "MEMBER_ADD", status: "PLANNED", changes };
}

/** Changes that have to go through together, each set as one; the rest one by one. */
function inChains(drafts: readonly Draft[]): Draft[][] {
  const chains = new Map<string, Draft[]>();
  const parts: Draft[][] = [];
  for (const draft of drafts) {
    const chain = draft.together && draft.status === "PLANNED" ? chains.get(draft.together) : undefined;
    if (chain) {
      chain.push(draft);
      continue;
    }
    const fresh = [draft];
    parts.push(fresh);
    if (draft.together && draft.status === "PLANNED") chains.set(draft.together, fresh);
  }
  return parts;
}

/** The steps as they are stored. */
export function* packSteps({ steps }: Plan): InPieces<PackedStep[]> {
  const packed: PackedStep[] = [];
  for (const { action, status, changes } of steps) {
    packed.push({ action, status, size: changes.length, body: packChanges(changes) });
    yield;
  }
  return packed;
}
