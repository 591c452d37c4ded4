import type { UserStatus } from "../src/model/entities.ts";
import { isRetired } from "../src/model/retired-address.ts";
import type { Proof, SyncChangeBody } from "../src/model/sync-change.ts";
import type { HeldUser } from "../src/queries/held.ts";
import { type Claims, claimAddresses } from "./claim-addresses.ts";
import { bodyOfUser, type Draft, differences, guardAdmins, type PlanInput, phases, report } from "./draft.ts";
import { changedParts } from "./fingerprint.ts";
import type { InPieces } from "./in-pieces.ts";
import type { Person } from "./people.ts";
import { planLeaver } from "./plan-leavers.ts";
import type { GroupScope } from "./scope.ts";

/** What to do about people: who comes, who changes, who leaves (S6 to S11). */
export function* planUsers(input: PlanInput, people: ReadonlyMap<string, Person>, scope: GroupScope): InPieces<Draft[]> {
  const claims = claimAddresses(input, people);
  const { deletedUserIds } = input.snapshot;
  const deleted = new Set(deletedUserIds.state === "complete" ? deletedUserIds.items : []);
  const drafts: Draft[] = [];
  let compared = 0;
  for (const user of input.held.users.values()) {
    if (++compared % 5000 === 0) yield;
    const person = people.get(user.externalId ?? "");
    if (person?.verdict === "IGNORED" || claims.isIgnored(user.email)) continue;
    if (person?.verdict === "SKIPPED") drafts.push(report(bodyOfUser("USER_UPDATE", user), person.reason));
    else if (person) drafts.push(...planKnown(input, user, person, claims, scope));
    else drafts.push(...planAbsent(input, user, claims, deleted.has(user.externalId ?? "") ? "DELETED" : "ABSENT"));
  }
  for (const person of people.values()) {
    if (++compared % 5000 === 0) yield;
    if (!input.held.users.has(person.id)) drafts.push(...planNewcomer(input, person, claims));
  }
  return drafts;
}

/** Somebody we hold and the directory lists. */
function planKnown(input: PlanInput, user: HeldUser, person: Person, claims: Claims, scope: GroupScope): Draft[] {
  const fields = planFields(input, user, person, claims);
  const presence = planPresence(input, user, person, scope);
  // One step changes nobody twice: the later would take the place of the earlier.
  const update = fields.find(({ phase }) => phase === phases.usersIn);
  const same = presence.find(({ phase, body }) => phase === phases.usersIn && body.action === "USER_UPDATE");
  if (!update || !same) return [...fields, ...presence];
  update.body.changes.push(...same.body.changes);
  return fields;
}

/** Who is suspended, archived or out of scope leaves, and who is back returns (S11). */
function planPresence(input: PlanInput, user: HeldUser, person: Person, scope: GroupScope): Draft[] {
  const isOut = person.verdict === "OUT";
  const news = differences([
    ["suspended", String(user.suspended), String(!person.active)],
    ["listed", String(user.leftAt === null), String(!isOut)],
  ]);
  if (isOut) {
    const byGroups = person.byGroups && person.active;
    const unproven = byGroups ? (scope.doubt ?? undefined) : undefined;
    return planLeaver(input, user, { proof: byGroups ? "NO_MEMBER" : "RECORD", unproven, news, retires: false });
  }
  const status = (to: UserStatus) => differences([["status", user.status, to]]);
  if (!person.active && user.status !== "DEACTIVATED" && input.settings.onLeave !== "KEEP") {
    const body = { ...bodyOfUser("USER_DEACTIVATE", user, [...status("DEACTIVATED"), ...news]), proof: "RECORD" as const };
    return [guardAdmins(input, user, { phase: phases.usersOut, status: "PLANNED", body })];
  }
  // What was deactivated here stays so until the directory's own suspension changes, or it was the directory that did it.
  const returns = person.active && user.status === "DEACTIVATED" && (user.suspended || user.deactivatedByDirectory);
  if (returns)
    return [
      { phase: phases.usersIn, status: "PLANNED", body: bodyOfUser("USER_ACTIVATE", user, [...status("ACTIVE"), ...news]) },
    ];
  if (news.length === 0) return [];
  return [{ phase: phases.usersIn, status: "PLANNED", body: bodyOfUser("USER_UPDATE", user, news) }];
}

function planFields(input: PlanInput, user: HeldUser, person: Person, claims: Claims): Draft[] {
  // Who lost the address to somebody else and is back gets one again, even the one of before.
  const isBack = isRetired(user.email);
  if (user.fingerprint === person.fingerprint && !isBack) return [];
  const [emailChanged, fullName, title] = changedParts(user.fingerprint, person.fingerprint);
  const changes = differences([
    ["email", user.email, emailChanged || isBack ? person.email : user.email],
    ["fullName", user.fullName, fullName ? person.fullName : user.fullName],
    ["title", user.title, title ? person.title : user.title],
  ]);
  const body = { ...bodyOfUser("USER_UPDATE", user, changes), fingerprint: person.fingerprint };
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
function planAbsent(input: PlanInput, user: HeldUser, claims: Claims, proof: Proof): Draft[] {
  const { state, reason } = input.snapshot.users;
  const unproven = state === "complete" ? undefined : `The list of users was not complete. ${reason ?? ""}`.trim();
  const news = differences([["listed", String(user.leftAt === null), "false"]]);
  return planLeaver(input, user, { proof, unproven, news, retires: claims.isWantedByAnother(user) });
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
