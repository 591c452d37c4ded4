import { isDuplicate } from "../../database/dialect.ts";
import { Account, Invitation, User } from "../../model/entities.ts";
import { newId } from "../../model/id.ts";
import { cleanText } from "../../model/name-key.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import type { ProvenIdentity } from "../../model/sign-in-provider.ts";
import { passwordFault } from "../../secrets/password.ts";
import { hashToken, isToken } from "../../secrets/token.ts";
import type { Work } from "../../work/work.ts";
import { holdSite } from "../keep-counts.ts";
import type { Entrance } from "../sessions/enter-site.ts";
import { openSession } from "../sessions/open-session.ts";
import { isAnother, linkProvider, spendIdToken } from "../sessions/provider-links.ts";
import { realmOf } from "../users/realm-of.ts";
import { joinSite, refuseUnlessOpen } from "./join-site.ts";

/** What comes with a link's token. */
export interface Acceptance {
  token: string;
  fullName?: string | null;
  /** Already hashed, since hashing is slow and a transaction must not be. Null when no password was given. */
  passwordHash: string | null;
  /** Whom the ID token is of that was given instead of a password. */
  identity?: ProvenIdentity | null;
}

/** What a new account's password must be, told before it is hashed. */
export function refuseBadPassword(password: string | null | undefined): void {
  const fault = password ? passwordFault(password) : null;
  if (fault) throw new Refusal("INVALID", fault, ["input", "password"]);
}

/**
 * Joins the site by the token of a letter's link (rules 2.8, 2.12). The token proves the mailbox. An existing account accepts only in
 * a session of its own and keeps its password and name; otherwise the account is made, with a full name and a password, or by an ID
 * token whose verified email is the invited one, which signs it in from then on. Signs in.
 */
export async function acceptInvitation(work: Work, acceptance: Acceptance): Promise<Entrance> {
  await holdSite(work);
  const permit = work.permit("invitationAccept", { noun: "site", id: work.siteId });
  const invitation = await findByToken(work, acceptance.token);
  const [user] = await work.byIds(User, [invitation.userId]);
  if (!user)
    throw new Refusal("WRONG_STATE", "The user of this invitation is gone. Ask an administrator of the site for a new one.");
  await refuseUnlessOpen(work, user, invitation);
  const account = (await existingAccount(work, invitation)) ?? (await makeAccount(work, invitation, user, acceptance));
  await joinSite(work, user, account);
  const session = await openSession(work, { accountId: account.id, userId: user.id });
  await work.record(permit, [{ type: "User", id: user.id, label: account.email, changes: { status: ["INVITED", "ACTIVE"] } }], {
    findable: [user.id, invitation.id],
  });
  return { session, userId: user.id, accountId: account.id };
}

async function findByToken(work: Work, token: string): Promise<Invitation> {
  const [invitation] = isToken("gi_", token) ? await work.byIds(Invitation, [hashToken(token)], "tokenHash") : [];
  if (!invitation)
    throw new Refusal(
      "BAD_CREDENTIALS",
      "This link is not valid, or no longer. Ask an administrator of the site to send the invitation again.",
      ["input", "token"],
    );
  if (invitation.state !== "PENDING")
    throw new Refusal(
      "WRONG_STATE",
      `This invitation was ${invitation.state.toLowerCase()} already. Ask an administrator of the site for a new one.`,
      ["input", "token"],
    );
  return invitation;
}

const hasAccount = (email: string) => new Refusal("FORBIDDEN", `${email} has an account already. Sign in with it to accept.`);

/** The account that the invited address has, if this request comes from a session of it. */
async function existingAccount(work: Work, { emailKey, email }: Invitation): Promise<Account | null> {
  const realm = await realmOf(work);
  const account = (await work.byIds(Account, [emailKey], "emailKey")).find((found) => found.realm === realm);
  if (!account) return null;
  if (!("accountId" in work.actor) || work.actor.accountId !== account.id) throw hasAccount(email);
  await work.write("UPDATE Account SET emailVerified = 1 WHERE id = ?", [account.id]);
  return { ...account, emailVerified: true };
}

async function makeAccount(work: Work, { email, emailKey }: Invitation, user: User, acceptance: Acceptance): Promise<Account> {
  const { fullName, passwordHash } = readAcceptance(acceptance);
  const { identity } = acceptance;
  if (identity) refuseAnother(user, email, identity);
  const account: Account = {
    id: newId(),
    realm: await realmOf(work),
    email,
    emailKey,
    emailVerified: true,
    fullName,
    pictureUrl: null,
    passwordHash,
    createdAt: work.now,
    signedInAt: null,
    leftAs: null,
  };
  try {
    await work.insert(Account, [account]);
  } catch (error) {
    // Made on another site since we looked.
    if (isDuplicate(error)) throw hasAccount(email);
    throw error;
  }
  if (identity) await signInBy(work, account, identity);
  return account;
}

const idTokenPath = ["input", "idToken"];

/** The ID token must be of the very person who was invited. */
function refuseAnother(user: User, email: string, identity: ProvenIdentity): void {
  if (identity.email !== email || isAnother(user, identity))
    throw new Refusal("BAD_CREDENTIALS", `This ID token is not of ${email}, who was invited.`, idTokenPath);
}

/** From now on the identity signs the account in; its ID token is used up. */
async function signInBy(work: Work, account: Account, identity: ProvenIdentity): Promise<void> {
  await spendIdToken(work, identity);
  if (!(await linkProvider(work, account, identity)))
    throw new Refusal("TAKEN", `This ${identity.provider.name} account signs in another account already.`, idTokenPath);
}

/** What a new account needs. Refuses with everything that is missing. */
function readAcceptance({ fullName, passwordHash, identity }: Acceptance): { fullName: string; passwordHash: string | null } {
  const problems = new Problems();
  const name = cleanText(fullName ?? identity?.fullName ?? "", { max: 200 });
  if ("fault" in name || name.text === "")
    problems.add("INVALID", "fault" in name ? name.fault : "Tell your full name.", ["input", "fullName"]);
  if (identity && passwordHash) problems.add("INVALID", "Give a password or an ID token, and not both.", idTokenPath);
  if (!identity && !passwordHash) problems.add("INVALID", "Choose a password of 12 to 256 characters.", ["input", "password"]);
  problems.refuseIfAny();
  return { fullName: "text" in name ? name.text : "", passwordHash };
}
