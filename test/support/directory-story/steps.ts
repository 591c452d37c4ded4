import fc from "fast-check";
import type { PlannedFault } from "../../../sync/sample/fault.ts";
import type { MethodName } from "../../../sync/sample/methods.ts";

// Numbers stand for people, addresses, groups and names by their place, going round: whatever a step names is there, so that a
// story stays a story when it is made shorter.

/** What an administrator does at Google. */
export type DirectoryEdit =
  | { at: "google"; do: "join"; address: number }
  | { at: "google"; do: "rename"; who: number; address: number }
  | { at: "google"; do: "leave" | "restore" | "reuse" | "suspend" | "archive" | "reactivate" | "guest"; who: number }
  | { at: "google"; do: "swap"; who: number; other: number }
  | { at: "google"; do: "chain"; who: number; other: number; address: number }
  | { at: "google"; do: "call"; who: number; name: number; title: number }
  | { at: "google"; do: "move"; who: number; unit: number }
  | { at: "google"; do: "makeGroup"; name: number; members: readonly number[] }
  | { at: "google"; do: "renameGroup"; group: number; name: number }
  | { at: "google"; do: "emptyGroup" | "endGroup" | "remakeGroup"; group: number }
  | { at: "google"; do: "addPerson"; group: number; who: number }
  | { at: "google"; do: "addGroup"; group: number; inner: number }
  | { at: "google"; do: "addEveryone" | "addOutsider"; group: number }
  | { at: "google"; do: "dropMember"; group: number; member: number };

/** What people do here. */
export type SiteEdit =
  | { at: "site"; do: "invite" | "join"; address: number; role: "MEMBER" | "MANAGER" | "ADMIN" }
  | { at: "site"; do: "deactivate" | "activate" | "delete"; who: number }
  | { at: "site"; do: "title"; who: number; title: number }
  | { at: "site"; do: "makeGroup"; name: number; members: readonly number[] }
  | { at: "site"; do: "endGroup"; group: number }
  | { at: "site"; do: "settings"; settings: StorySettings };

/** A process that dies before, or after, its n-th transaction. */
export interface Crash {
  transaction: number;
  committed: boolean;
}

/** A run, by a person who looks at the plan first or as the schedule makes it, with what goes wrong meanwhile. */
export interface StoryRun {
  at: "run";
  by: "person" | "schedule";
  approveRemovals: boolean;
  faults: PlannedFault[];
  crashes: Crash[];
  /** What happens at Google between the plan, or a crash, and what follows it. */
  meanwhile: DirectoryEdit[];
}

export interface StorySettings {
  scope: "EVERYONE" | "GROUPS";
  onLeave: "DEACTIVATE" | "KEEP";
  onMatch: "ADOPT" | "REPORT";
  maxRemovals: number;
  /** The third address is left alone. */
  ignores: boolean;
  /** Only those of one organizational unit are brought. */
  oneUnit: boolean;
}

export type Step = DirectoryEdit | SiteEdit | StoryRun;

/** A company and a site, and what happens to them. */
export interface Story {
  settings: StorySettings;
  people: number;
  groups: { name: number; members: readonly number[] }[];
  /** It begins with everything brought in. */
  brought: boolean;
  steps: Step[];
}

const place = fc.nat({ max: 11 });
const few = fc.nat({ max: 3 });
const members = fc.array(place, { maxLength: 6 });
const group = few;
const at = fc.constant("google" as const);
const doing = <const T extends string>(...names: T[]) => fc.constantFrom(...names);

const directoryEdit: fc.Arbitrary<DirectoryEdit> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ at, do: doing("join"), address: place }) },
  { weight: 3, arbitrary: fc.record({ at, do: doing("rename"), who: place, address: place }) },
  { weight: 5, arbitrary: fc.record({ at, do: doing("leave", "reuse", "restore"), who: place }) },
  { weight: 4, arbitrary: fc.record({ at, do: doing("suspend", "archive", "reactivate", "guest"), who: place }) },
  { weight: 2, arbitrary: fc.record({ at, do: doing("swap"), who: place, other: place }) },
  { weight: 2, arbitrary: fc.record({ at, do: doing("chain"), who: place, other: place, address: place }) },
  { weight: 1, arbitrary: fc.record({ at, do: doing("call"), who: place, name: few, title: few }) },
  { weight: 1, arbitrary: fc.record({ at, do: doing("move"), who: place, unit: few }) },
  { weight: 3, arbitrary: fc.record({ at, do: doing("makeGroup"), name: few, members }) },
  { weight: 2, arbitrary: fc.record({ at, do: doing("renameGroup"), group, name: few }) },
  { weight: 3, arbitrary: fc.record({ at, do: doing("emptyGroup", "endGroup", "remakeGroup"), group }) },
  { weight: 2, arbitrary: fc.record({ at, do: doing("addPerson"), group, who: place }) },
  { weight: 3, arbitrary: fc.record({ at, do: doing("addGroup"), group, inner: few }) },
  { weight: 1, arbitrary: fc.record({ at, do: doing("addEveryone", "addOutsider"), group }) },
  { weight: 2, arbitrary: fc.record({ at, do: doing("dropMember"), group, member: place }) },
);

const settings: fc.Arbitrary<StorySettings> = fc.record({
  scope: fc.constantFrom("EVERYONE", "EVERYONE", "GROUPS"),
  onLeave: fc.constantFrom("DEACTIVATE", "DEACTIVATE", "KEEP"),
  onMatch: fc.constantFrom("ADOPT", "ADOPT", "REPORT"),
  maxRemovals: fc.constantFrom(1000, 5, 1),
  ignores: fc.constantFrom(false, false, true),
  oneUnit: fc.constantFrom(false, false, true),
});

const here = fc.constant("site" as const);
const role = fc.constantFrom("MEMBER" as const, "MANAGER" as const, "ADMIN" as const);
const siteEdit: fc.Arbitrary<SiteEdit> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ at: here, do: doing("invite", "join"), address: place, role }) },
  { weight: 3, arbitrary: fc.record({ at: here, do: doing("deactivate", "activate", "delete"), who: place }) },
  { weight: 1, arbitrary: fc.record({ at: here, do: doing("title"), who: place, title: few }) },
  { weight: 2, arbitrary: fc.record({ at: here, do: doing("makeGroup"), name: few, members }) },
  { weight: 1, arbitrary: fc.record({ at: here, do: doing("endGroup"), group }) },
  { weight: 1, arbitrary: fc.record({ at: here, do: doing("settings"), settings }) },
);

const lists: readonly MethodName[] = ["users.list", "groups.list", "members.list", "domains.list"];
const proofs: readonly MethodName[] = ["users.get", "groups.get", "members.hasMember"];
const times = fc.constantFrom(1, 2, 3, undefined);
/** A 404 to the question for one object is no fault of a list: it is the proof itself. */
const refusals = [
  "forbidden",
  "insufficientPermissions",
  "accessNotConfigured",
  "rateLimitExceeded",
  "userRateLimitExceeded",
  "quotaExceeded",
  "tooManyRequests",
  "backendError",
  "unavailable",
  "authError",
  "badRequest",
] as const;

const fault: fc.Arbitrary<PlannedFault> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("drop" as const),
      part: fc.constantFrom(0.1, 0.3, 0.5, 0.8, 1),
      method: fc.constantFrom(...lists),
      times,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("empty" as const, "duplicate" as const, "end" as const, "loop" as const),
      method: fc.constantFrom(...lists),
      times,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("cut" as const, "html" as const, "reset" as const, "revokeToken" as const),
      method: fc.constantFrom(...lists, ...proofs),
      times,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("refuse" as const),
      error: fc.constantFrom(...refusals),
      method: fc.constantFrom(...lists, ...proofs),
      times,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("refuse" as const),
      error: fc.constantFrom("notFound" as const, "conditionNotMet" as const),
      method: fc.constantFrom(...lists),
      times,
    }),
  },
);

const crash: fc.Arbitrary<Crash> = fc.record({ transaction: fc.integer({ min: 1, max: 14 }), committed: fc.boolean() });
const run: fc.Arbitrary<StoryRun> = fc.record({
  at: fc.constant("run" as const),
  by: fc.constantFrom("person", "schedule"),
  approveRemovals: fc.boolean(),
  faults: fc.array(fault, { maxLength: 3 }),
  crashes: fc.array(crash, { maxLength: 2 }),
  meanwhile: fc.oneof(
    { weight: 4, arbitrary: fc.constant<DirectoryEdit[]>([]) },
    { weight: 1, arbitrary: fc.array(directoryEdit, { maxLength: 2 }) },
  ),
});

/** Any company of at most twelve people and four groups, any changes of it and of the site, any faults and crashes between. */
export const anyStory: fc.Arbitrary<Story> = fc.record({
  settings,
  people: fc.nat({ max: 11 }),
  groups: fc.array(fc.record({ name: few, members }), { maxLength: 4 }),
  brought: fc.constantFrom(false, true, true, true),
  steps: fc.array(
    fc.oneof({ weight: 6, arbitrary: directoryEdit }, { weight: 2, arbitrary: siteEdit }, { weight: 3, arbitrary: run }),
    { maxLength: 20 },
  ),
});
