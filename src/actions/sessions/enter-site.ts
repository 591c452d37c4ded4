import { type Account, type Site, User } from "../../model/entities.ts";
import { Refusal } from "../../model/refusal.ts";
import type { Permit, TrailSubject, Work } from "../../work/work.ts";
import { joinSite } from "../invitations/join-site.ts";
import { realmOf } from "../users/realm-of.ts";
import { type OpenedSession, openSession } from "./open-session.ts";

/** Someone who signed in. */
export interface Entrance {
  session: OpenedSession;
  userId: string;
  accountId: string;
}

/**
 * Lets in who proved to be an account, as this user of the site, or says why not: what was proved leaves nothing to hide (section
 * 12). The first sign-in to a site accepts a pending invitation (rule 2.2). `changes` is what else the trail tells of it.
 */
export async function enterSite(
  work: Work,
  permit: Permit,
  { account, user, changes = {} }: { account: Account; user: User | undefined; changes?: TrailSubject["changes"] },
): Promise<Entrance> {
  if (user?.status !== "INVITED" && user?.status !== "ACTIVE") throw new Refusal("FORBIDDEN", await whyNot(work, user));
  const accepted = user.status === "INVITED" ? await joinSite(work, user, account) : null;
  const session = await openSession(work, { accountId: account.id, userId: user.id });
  const told = { ...changes, ...(accepted ? { status: ["INVITED", "ACTIVE"] as const } : {}) };
  const subject: TrailSubject = { type: "User", id: user.id, label: account.email };
  await work.record(permit, [Object.keys(told).length > 0 ? { ...subject, changes: told } : subject], {
    findable: [user.id, ...(accepted ? [accepted] : [])],
  });
  return { session, userId: user.id, accountId: account.id };
}

/** The user that an account is on this site, or whose pending invitation its proved address answers. */
export async function userOf(work: Work, account: Account): Promise<User | undefined> {
  const [linked] = (await work.byIds(User, [account.id], "accountId")).filter((user) => user.siteId === work.siteId);
  if (linked) return linked;
  // Only an invitation reaches an account by its address, and only while it is pending; the account's address was proved.
  if (!account.emailVerified || account.realm !== (await realmOf(work))) return undefined;
  const [invited] = await work.byIds(User, [account.email], "emailKey");
  return invited?.status === "INVITED" && invited.accountId === null ? invited : undefined;
}

async function whyNot(work: Work, user: User | undefined): Promise<string> {
  const [site] = await work.rows<Pick<Site, "name">>("SELECT name FROM Site WHERE id = ?", [work.siteId]);
  return user
    ? `Your access to ${site?.name} was deactivated. Ask an administrator of the site.`
    : `You are not a member of ${site?.name}. Ask an administrator of the site for an invitation.`;
}
