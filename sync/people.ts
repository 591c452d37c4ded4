import type { DirectorySettings } from "../src/model/directory-settings.ts";
import { domainOf, spellEmail } from "../src/model/email.ts";
import { isExternalId } from "../src/model/external-id.ts";
import { cleanText } from "../src/model/name-key.ts";
import { unkeptId } from "./draft.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { InPieces } from "./in-pieces.ts";
import { addressMatcher, type GroupScope } from "./scope.ts";
import type { DirectoryUser, Snapshot } from "./snapshot.ts";

/** A person of the directory, as we would keep them. */
export interface Person {
  id: string;
  /** Spelled our way; as the directory writes it where that cannot be. */
  email: string;
  fullName: string;
  title: string | null;
  /** Neither suspended nor archived. */
  active: boolean;
  /** IN: brought. OUT: not in scope. SKIPPED: never brought, and left alone where held. IGNORED: the settings say so. */
  verdict: "IN" | "OUT" | "SKIPPED" | "IGNORED";
  /** Why not IN. */
  reason: string | null;
  /** Out of scope by membership, which its own record does not say. */
  byGroups: boolean;
  fingerprint: string;
}

/** Reads everybody that the directory lists, and judges whom it brings (S3, S15, rule 8.4). By the directory's ids. */
export function* readPeople(snapshot: Snapshot, settings: DirectorySettings, scope: GroupScope): InPieces<Map<string, Person>> {
  const isIgnored = addressMatcher(settings.ignore);
  const judge = judgeBy(snapshot, settings, scope);
  const people = new Map<string, Person>();
  for (const user of snapshot.users.items) {
    const spelled = spellEmail(user.email);
    // The same text twice would be two in memory.
    const email = "email" in spelled && spelled.email !== user.email ? spelled.email : user.email;
    const fullName = textOf(user.fullName) ?? email.slice(0, Math.max(1, email.lastIndexOf("@")));
    const title = textOf(user.title ?? "");
    const [verdict, reason, byGroups = false] = isIgnored(user.email)
      ? (["IGNORED", "The settings say to leave this address alone."] as const)
      : "fault" in spelled
        ? (["SKIPPED", `The address cannot be used: ${spelled.fault}`] as const)
        : isExternalId(user.id)
          ? judge(user, email)
          : (["SKIPPED", unkeptId] as const);
    const fingerprint = fingerprintOf([email, fullName, title]);
    people.set(user.id, {
      id: user.id,
      email,
      fullName,
      title,
      active: !user.suspended && !user.archived,
      verdict,
      reason,
      byGroups,
      fingerprint,
    });
    if (people.size % 1000 === 0) yield;
  }
  return people;
}

type Judgement = readonly [verdict: Person["verdict"], reason: string | null, byGroups?: boolean];

function judgeBy(
  { verifiedDomains }: Snapshot,
  settings: DirectorySettings,
  scope: GroupScope,
): (user: DirectoryUser, email: string) => Judgement {
  const verified = new Set(verifiedDomains.items);
  const named = new Set(settings.domains);
  return (user, email) => {
    const domain = domainOf(email);
    if (user.guest) return ["SKIPPED", "Guests of the organization are not brought."];
    if (!verified.has(domain) && verifiedDomains.state !== "complete")
      return ["SKIPPED", "The directory does not say which domains it verified."];
    if (!verified.has(domain)) return ["SKIPPED", `The organization has not verified the domain ${domain}.`];
    if (named.size > 0 && !named.has(domain)) return ["OUT", `The domain ${domain} is not in scope.`];
    if (settings.orgUnits.length > 0 && !settings.orgUnits.some((unit) => isUnder(user.orgUnit, unit)))
      return ["OUT", `The organizational unit ${user.orgUnit} is not in scope.`];
    return scope.hasMember(user.id) ? ["IN", null] : ["OUT", "In none of the groups in scope.", true];
  };
}

function isUnder(orgUnit: string, unit: string): boolean {
  return unit === "/" || orgUnit === unit || orgUnit.startsWith(`${unit}/`);
}

function textOf(text: string): string | null {
  const cleaned = cleanText(text, { max: 200 });
  return "text" in cleaned && cleaned.text !== "" ? cleaned.text : null;
}
