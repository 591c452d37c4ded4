import { isRetired } from "../src/model/retired-address.ts";
import type { SyncChangeBody } from "../src/model/sync-change.ts";
import type { HeldUser } from "../src/queries/held.ts";
import { type Claims, claimAddresses } from "./claim-addresses.ts";
import { type Draft, differences, needsPerson, type PlanInput, phases } from "./draft.ts";
import { changedParts } from "./fingerprint.ts";
import type { Person } from "./people.ts";
import type { GroupScope } from "./scope.ts";

/** What to do about people: who comes, who changes, who leaves (S6 to S11). */
export function planUsers(input: PlanInput, people: ReadonlyMap<string, Person>, scope: GroupScope): Draft[] {
  const claims = claimAddresses(input, people);
  const drafts: Draft[] = [];
  for (const user of input.held.users.values()) {
    const person = people.get(user.externalId ?? "");
    if (person?.verdict === "IGNORED" || claims.isIgnored(user.email)) continue;
    if (person?.verdict === "SKIPPED") drafts.push(report(bodyOf("USER_UPDATE", user), person.reason));
    else if (person) drafts.push(...planKnown(input, user, person, claims, scope));
    else drafts.push(...planAbsent(input, user, claims));
  }
  for (const person of people.values()) if (!input.held.users.has(person.id)) drafts.push(...planNewcomer(input, person, claims));
  return drafts;
}

/** Somebody we hold and the directory lists. */
function planKnown(input: PlanInput, user: HeldUser, person: Person, claims: Claims, scope: GroupScope): Draft[] {
  const drafts = planFields(input, user, person, claims);
  const stays = person.verdict === "IN" && person.active;
  const suspended = ["suspended", String(user.suspended), String(!person.active)] as const;
  const leaves = !stays && user.status !== "DEACTIVATED" && input.settings.onLeave !== "KEEP";
  // S11: what was deactivated here stays so until the directory's own suspension changes, or it was the directory that did it.
  const returns = stays && user.status === "DEACTIVATED" && (user.suspended || user.deactivatedByDirectory);
  if (leaves) {
    const byGroups = person.byGroups && person.active;
    const body = {
      ...bodyOf("USER_DEACTIVATE", user),
      changes: differences([["status", user.status, "DEACTIVATED"], suspended]),
    };
    const proof = byGroups ? ("NO_MEMBER" as const) : ("RECORD" as const);
    const unproven = byGroups ? (scope.doubt ?? undefined) : undefined;
    drafts.push(guardAdmins(input, user, { phase: phases.usersOut, status: "PLANNED", body: { ...body, proof }, unproven }));
  } else if (returns) {
    const body = { ...bodyOf("USER_ACTIVATE", user), changes: differences([["status", user.status, "ACTIVE"], suspended]) };
    drafts.push({ phase: phases.usersIn, status: "PLANNED", body });
  } else if (user.suspended === person.active)
    drafts.push({
      phase: phases.usersIn,
      status: "PLANNED",
      body: { ...bodyOf("USER_UPDATE", user), changes: differences([suspended]) },
    });
  return drafts;
}

function planFields(input: PlanInput, user: HeldUser, person: Person, claims: Claims): Draft[] {
  // Who is back after a newcomer had the address is owed one, though the directory says the same as before.
  const lacksAddress = isRetired(user.email);
  if (user.fingerprint === person.fingerprint && !lacksAddress) return [];
  const [email, fullName, title] = changedParts(user.fingerprint, person.fingerprint);
  const changes = differences([
    ["email", user.email, email || lacksAddress ? person.email : user.email],
    ["fullName", user.fullName, fullName ? person.fullName : user.fullName],
    ["title", user.title, title ? person.title : user.title],
  ]);
  const body = { ...bodyOf("USER_UPDATE", user), changes, fingerprint: person.fingerprint };
  const moves = changes.some((change) => change.field === "email");
  if (!moves) return [{ phase: phases.usersIn, status: "PLANNED", body }];
  const claim = claims.of(person);
  if (claim.dispute) return [report({ ...body, candidateIds: claim.holder ? [claim.holder.id] : [] }, claim.dispute, "DISPUTED")];
  const draft: Draft = {
    phase: phases.addresses,
    status: "PLANNED",
    body,
    together: claims.chainOf(user.id),
    after: claim.holder?.id,
  };
  return [guardAdmins(input, user, draft)];
}

/** Somebody we hold and the directory does not list. */
function planAbsent(input: PlanInput, user: HeldUser, claims: Claims): Draft[] {
  const retires = claims.isWantedByAnother(user);
  const leaves = user.status !== "DEACTIVATED" && input.settings.onLeave !== "KEEP";
  if (!leaves && !retires) return [];
  const { state, reason } = input.snapshot.users;
  const unproven = state === "complete" ? undefined : `The list of users was not complete. ${reason ?? ""}`.trim();
  const changes = differences([
    ["status", user.status, leaves ? "DEACTIVATED" : user.status],
    ...(retires ? [["email", user.email, null] as const] : []),
  ]);
  const body: SyncChangeBody = { ...bodyOf(leaves ? "USER_DEACTIVATE" : "USER_UPDATE", user), changes, proof: "ABSENT" };
  if (retires) body.retires = true;
  return [guardAdmins(input, user, { phase: retires ? phases.retirements : phases.usersOut, status: "PLANNED", body, unproven })];
}

/** Somebody the directory lists and we do not hold. Who is suspended is not brought. */
function planNewcomer({ settings, approved }: PlanInput, person: Person, claims: Claims): Draft[] {
  if (!person.active || person.verdict === "OUT" || person.verdict === "IGNORED") return [];
  const { id, email, fullName, title, fingerprint } = person;
  const changes = differences([
    ["email", null, email],
    ["fullName", null, fullName],
    ["title", null, title],
  ]);
  const body: SyncChangeBody = {
    action: "USER_CREATE",
    subjectType: "User",
    subjectId: null,
    subjectLabel: email,
    externalId: id,
    changes,
    fingerprint,
  };
  if (person.verdict === "SKIPPED") return [report(body, person.reason)];
  const { dispute, holder } = claims.of(person);
  if (dispute) return [report({ ...body, candidateIds: holder ? [holder.id] : [] }, dispute, "DISPUTED")];
  if (!holder || holder.directoryId !== null) return [{ phase: phases.usersIn, status: "PLANNED", body, after: holder?.id }];

  const adoption: SyncChangeBody = { ...body, action: "USER_ADOPT", subjectId: holder.id, candidateIds: [holder.id] };
  adoption.changes = differences([
    ["externalId", null, id],
    ["email", holder.email, email],
    ["fullName", holder.fullName, fullName],
  ]);
  if (settings.onMatch === "REPORT")
    return [report(adoption, "Someone was added by hand with this address, and the settings say to leave them alone.")];
  if (holder.role !== "MEMBER" && !approved)
    return [report(adoption, "An admin or a manager is taken over only through a plan that a person applied.", "DISPUTED")];
  return [{ phase: phases.usersIn, status: "PLANNED", body: adoption }];
}

function guardAdmins({ approved }: PlanInput, user: HeldUser, draft: Draft): Draft {
  if (user.role === "MEMBER" || approved) return draft;
  return { ...draft, status: "HELD", body: { ...draft.body, failure: needsPerson } };
}

/** A change of a user we hold, with nothing in it yet. */
function bodyOf(action: SyncChangeBody["action"], user: HeldUser): SyncChangeBody {
  return { action, subjectType: "User", subjectId: user.id, subjectLabel: user.email, externalId: user.externalId, changes: [] };
}

function report(body: SyncChangeBody, failure: string | null, status: "SKIPPED" | "DISPUTED" = "SKIPPED"): Draft {
  return { phase: phases.reports, status, body: { ...body, failure: failure ?? "" } };
}
