import type { SyncRunStatus } from "../../../src/model/entities.ts";
import { type Company, sampleCompany } from "../../../sync/sample/company.ts";
import * as edit from "../../../sync/sample/edit.ts";
import { type Fault, hasNoPageToken, hasPageToken, type PlannedFault } from "../../../sync/sample/fault.ts";
import type { GoogleErrorName } from "../../../sync/sample/google-error.ts";

type Part = Pick<PlannedFault, "times" | "where">;

const isDeleted = (url: URL) => url.searchParams.has("showDeleted");
const isLiving = (url: URL) => !isDeleted(url);
const isFirst = (url: URL) => isLiving(url) && hasNoPageToken(url);
const isLater = (url: URL) => isLiving(url) && hasPageToken(url);
export const backendId = edit.groupOf(sampleCompany(), "backend@acme.example").id;
const isBackend = (url: URL) => url.pathname.includes(backendId);
const isLaterOfBackend = (url: URL) => isBackend(url) && hasPageToken(url);
const once = { times: 1 };
const first = { where: isFirst };
const firstOnce = { where: isFirst, ...once };
const laterOnce = { where: isLater, ...once };
const laterGroups = { where: hasPageToken };
const laterBackend = { where: isLaterOfBackend };
const laterBackendOnce = { where: isLaterOfBackend, ...once };

export const people = (fault: Fault, part: Part = {}): PlannedFault => ({
  where: isLiving,
  ...part,
  ...fault,
  method: "users.list",
});
const groups = (fault: Fault, part: Part = {}): PlannedFault => ({ ...part, ...fault, method: "groups.list" });
const backend = (fault: Fault, part: Part = {}) => members(fault, { where: isBackend, ...part });
export const members = (fault: Fault, part: Part = {}): PlannedFault => ({ ...part, ...fault, method: "members.list" });
const domains = (fault: Fault): PlannedFault => ({ ...fault, method: "domains.list" });
const refuse = (error: GoogleErrorName): Fault => ({ kind: "refuse", error });
const limited = (retryAfter: number): Fault => ({ kind: "refuse", error: "tooManyRequests", retryAfter });
export const drop = (part: number): Fault => ({ kind: "drop", part });
const shift = (by: number): Fault => ({ kind: "shift", by });
const change = (what: (company: Company) => void): Fault => ({ kind: "change", change: what });
/** Acme's people in the order in which they are listed. */
const listed = (company: Company) => company.users.toSorted((one, two) => (one.primaryEmail < two.primaryEmail ? -1 : 1));
const idAt = (company: Company, place: number) => listed(company)[place]?.id ?? "";

const leftOut = "leave out what is there when asked for by itself";
const tooMany = "would remove";
const unsaid = "does not say whether";

/** What goes wrong; the beginnings of the lines of what the snapshot says; how the run ends, and why. */
export type FaultRow = [what: string, faults: PlannedFault[], says: string | string[], run: SyncRunStatus, because?: string];

export const lies: FaultRow[] = [
  ["a few people dropped from every page", [people(drop(0.05))], "complete", "HELD", leftOut],
  ["half of the people dropped from every page", [people(drop(0.5))], "complete", "HELD", tooMany],
  ["an empty list of people", [people({ kind: "empty" }, first)], "users partial: It leaves out admin@", "HELD", "not complete"],
  ["an empty last page of people", [people({ kind: "empty" }, laterOnce)], "complete", "HELD", tooMany],
  ["a list of people that ends too soon", [people({ kind: "end" }, first)], "complete", "HELD", tooMany],
  ["a first page of people that begins too late", [people(shift(1), first)], "users partial: It leaves out admin@", "HELD"],
  ["people who moved up a page", [people(shift(3), laterOnce)], "complete", "HELD", leftOut],
  ["people who moved down a page", [people(shift(-3), laterOnce)], "users partial: 1", "SUCCEEDED"],
  ["people who come twice", [people({ kind: "duplicate" })], "users partial: 1", "SUCCEEDED"],
  ["a page of people that leads to itself", [people({ kind: "loop" }, first)], "users partial: 1", "SUCCEEDED"],
  [
    "pages of people that all lead to themselves",
    [people({ kind: "loop" })],
    "users partial: A page token",
    "HELD",
    "not complete",
  ],
  [
    "a page of people that leads to itself by a new token each time",
    [people({ kind: "loop", renamed: true })],
    "users partial: 5 pages in a row brought nothing",
    "HELD",
    "not complete",
  ],
  ["deleted people who are not listed", [{ kind: "empty", method: "users.list", where: isDeleted }], "complete", "SUCCEEDED"],
  ["an empty list of groups", [groups({ kind: "empty" })], "complete", "HELD", tooMany],
  ["a group dropped from every page", [groups(drop(0.05))], "complete", "HELD"],
  ["a list of groups that ends too soon", [groups({ kind: "end" })], "complete", "HELD"],
  ["a page of groups that leads to itself", [groups({ kind: "loop" })], "groups partial: ", "HELD", "not complete"],
  ["groups that come twice", [groups({ kind: "duplicate" })], "groups partial: ", "SUCCEEDED"],
  ["groups that moved up a page", [groups(shift(1), laterGroups)], "complete", "HELD"],
  ["groups that moved down a page", [groups(shift(-1), laterGroups)], "groups partial: ", "SUCCEEDED"],
  ["members dropped from one reading", [backend(drop(0.3), { where: isBackend, times: 2 })], "complete", "SUCCEEDED"],
  ["members dropped from both readings", [backend(drop(0.1))], "complete", "HELD", leftOut],
  [
    "members dropped from both readings, but others",
    [backend(drop(0.1), { times: 2 }), backend(drop(0.4), { times: 2 })],
    "backend partial: Its members were read twice and differed.",
    "HELD",
    "not completely listed",
  ],
  ["an empty list of members", [backend({ kind: "empty" })], "complete", "HELD"],
  ["a list of members that ends too soon", [backend({ kind: "end" })], "complete", "HELD"],
  ["a page of members that leads to itself", [backend({ kind: "loop" })], "backend partial: ", "HELD", "not completely listed"],
  ["members who come twice", [backend({ kind: "duplicate" })], "backend partial: ", "SUCCEEDED"],
  ["members who moved up a page", [backend(shift(2), laterBackend)], "complete", "HELD", leftOut],
  ["members who moved up a page once", [backend(shift(2), laterBackendOnce)], "complete", "SUCCEEDED"],
  ["members who moved down a page", [backend(shift(-2), laterBackend)], "backend partial: ", "SUCCEEDED"],
  ["an empty list of domains", [domains({ kind: "empty" })], "domains partial: It is empty", "SUCCEEDED"],
  ["a domain that is not listed", [domains(drop(0.5))], "complete", "SUCCEEDED"],
];

export const changes: FaultRow[] = [
  [
    "somebody deleted between two pages, which hides the next",
    [
      people(
        change((company) => edit.deleteUser(company, idAt(company, 5))),
        firstOnce,
      ),
    ],
    "complete",
    "HELD",
    leftOut,
  ],
  [
    "somebody renamed from a later page to the first",
    [
      people(
        change((company) => edit.renameUser(company, idAt(company, 90), "aaa@acme.example")),
        firstOnce,
      ),
    ],
    "users partial: 1",
    "HELD",
    "not complete",
  ],
  [
    "somebody added between two pages, which repeats the last",
    [
      people(
        change((company) => edit.addUser(company, newcomer)),
        firstOnce,
      ),
    ],
    "users partial: 1",
    "SUCCEEDED",
  ],
  [
    "a group deleted between two pages, which hides the next",
    [
      groups(
        change((company) => edit.deleteGroup(company, "backend@acme.example")),
        { where: hasNoPageToken, ...once },
      ),
    ],
    "backend unavailable: Resource Not Found: groupKey",
    "HELD",
  ],
  [
    "somebody who leaves a group between two pages of its members",
    [
      backend(
        change((company) => edit.removeMember(company, backendId, firstIn(company))),
        { ...once },
      ),
    ],
    "backend partial: Its members were read twice and differed.",
    "HELD",
    "not completely listed",
  ],
];
const newcomer = { primaryEmail: "aaa@acme.example", givenName: "A", familyName: "A" };
const firstIn = (company: Company) => edit.groupOf(company, backendId).members[0]?.id ?? "";

export const outages: FaultRow[] = [
  ["a body cut short once", [people({ kind: "cut" }, once)], "complete", "SUCCEEDED"],
  ["bodies cut short", [people({ kind: "cut" })], "UNAVAILABLE: Google does not answer as it should", "FAILED"],
  ["bodies of deleted people cut short", [{ kind: "cut", method: "users.list", where: isDeleted }], "UNAVAILABLE: ", "FAILED"],
  ["bodies of groups cut short", [groups({ kind: "cut" })], "UNAVAILABLE: ", "FAILED"],
  [
    "bodies of one group's members cut short",
    [backend({ kind: "cut" })],
    "backend unavailable: ",
    "HELD",
    "not completely listed",
  ],
  ["bodies of members cut short", [members({ kind: "cut" })], "UNAVAILABLE: ", "FAILED"],
  ["a proxy's page once", [people({ kind: "html" }, once)], "complete", "SUCCEEDED"],
  ["a proxy's pages", [people({ kind: "html" })], "UNAVAILABLE: ", "FAILED"],
  ["a proxy's page instead of a token", [{ kind: "html", method: "token", ...once }], "complete", "SUCCEEDED"],
  ["a proxy's pages instead of a token", [{ kind: "html", method: "token" }], "UNAVAILABLE: ", "FAILED"],
  ["a connection reset in the middle once", [groups({ kind: "reset" }, once)], "complete", "SUCCEEDED"],
  ["connections reset in the middle", [groups({ kind: "reset" })], "UNAVAILABLE: ", "FAILED"],
  ["a slow drip", [people({ kind: "drip", pieces: 20, everyMs: 1 })], "complete", "SUCCEEDED"],
  ["429 once", [people(limited(7), once)], "complete", "SUCCEEDED"],
  ["429 all the time", [people(limited(7))], "UNAVAILABLE: ", "FAILED"],
  ["429 that asks for hours", [people(limited(7200), once)], "UNAVAILABLE: ", "FAILED"],
  ["500 once", [members(refuse("backendError"), once)], "complete", "SUCCEEDED"],
  ["503 all the time", [members(refuse("unavailable"))], "UNAVAILABLE: ", "FAILED"],
  ["503 for one group", [backend(refuse("unavailable"))], "backend unavailable: ", "HELD", "not completely listed"],
  ["404 for one group", [backend(refuse("notFound"))], "backend unavailable: ", "HELD", "not completely listed"],
  ["412 for one group", [backend(refuse("conditionNotMet"))], "backend unavailable: ", "HELD", "not completely listed"],
  ["a page token that ran out once", [people({ kind: "expirePageToken" }, laterOnce)], "complete", "SUCCEEDED"],
  [
    "page tokens that run out",
    [people({ kind: "expirePageToken" })],
    "UNAVAILABLE: The directory does not list its users",
    "FAILED",
  ],
  ["page tokens of groups that run out", [groups({ kind: "expirePageToken" })], "UNAVAILABLE: ", "FAILED"],
  ["page tokens of members that run out", [backend({ kind: "expirePageToken" })], "backend unavailable: ", "HELD"],
];

const rejected = "CREDENTIALS_REJECTED: ";
export const refusals: FaultRow[] = [
  ["403 rateLimitExceeded once", [people(refuse("rateLimitExceeded"), once)], "complete", "SUCCEEDED"],
  ["403 rateLimitExceeded", [people(refuse("rateLimitExceeded"))], "UNAVAILABLE: ", "FAILED"],
  ["403 userRateLimitExceeded once", [groups(refuse("userRateLimitExceeded"), once)], "complete", "SUCCEEDED"],
  ["403 userRateLimitExceeded", [groups(refuse("userRateLimitExceeded"))], "UNAVAILABLE: ", "FAILED"],
  ["403 quotaExceeded once", [members(refuse("quotaExceeded"), once)], "complete", "SUCCEEDED"],
  ["403 quotaExceeded", [members(refuse("quotaExceeded"))], "UNAVAILABLE: ", "FAILED"],
  ["403 dailyLimitExceeded", [people(refuse("dailyLimitExceeded"))], "UNAVAILABLE: Today's quota", "FAILED"],
  ["403 forbidden for people", [people(refuse("forbidden"))], rejected, "FAILED"],
  ["403 forbidden on a later page", [people(refuse("forbidden"), laterOnce)], rejected, "FAILED"],
  ["403 forbidden for one group", [backend(refuse("forbidden"))], "backend unavailable: ", "HELD", "not completely listed"],
  ["403 forbidden for domains", [domains(refuse("forbidden"))], "domains unavailable: ", "SUCCEEDED"],
  ["403 insufficientPermissions", [groups(refuse("insufficientPermissions"))], rejected, "FAILED"],
  ["403 insufficientPermissions for one group", [backend(refuse("insufficientPermissions"))], rejected, "FAILED"],
  ["403 accessNotConfigured", [people(refuse("accessNotConfigured"))], rejected, "FAILED"],
  ["403 domainCannotUseApis", [people(refuse("domainCannotUseApis"))], rejected, "FAILED"],
  ["a token taken back once", [people({ kind: "revokeToken" }, laterOnce)], "complete", "SUCCEEDED"],
  ["every token taken back", [people({ kind: "revokeToken" })], rejected, "FAILED"],
  ["the scope of people taken back", [people({ kind: "revokeScope", scope: "user.readonly" }, laterOnce)], rejected, "FAILED"],
  ["the scope of groups taken back", [groups({ kind: "revokeScope", scope: "group.readonly" })], rejected, "FAILED"],
  [
    "the scopes of members taken back",
    ["group", "group.member"].map((noun) => backend({ kind: "revokeScope", scope: `${noun}.readonly` }, once)),
    rejected,
    "FAILED",
  ],
];

/** The list lies, and the questions that should find it out are not answered. */
export const twofold: FaultRow[] = [
  ["lists and 403", [people(drop(0.05)), { ...refuse("forbidden"), method: "users.get" }], "complete", "HELD", unsaid],
  ["lists and 500", [people(drop(0.05)), { ...refuse("backendError"), method: "users.get" }], "complete", "FAILED"],
  ["lists and bodies cut short", [people(drop(0.05)), { kind: "cut", method: "users.get", times: 9 }], "complete", "HELD"],
  ["lists and 429", [people(drop(0.05)), { ...limited(2), method: "users.get", times: 9 }], "complete", "HELD"],
  ["members and 400", [backend(drop(0.1)), { ...refuse("invalid"), method: "members.hasMember" }], "complete", "HELD", unsaid],
];
