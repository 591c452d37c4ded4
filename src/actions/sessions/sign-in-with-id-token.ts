import { domainOf } from "../../model/email.ts";
import { Account, Domain, type User } from "../../model/entities.ts";
import { nobodyByThis, type ProvenIdentity } from "../../model/sign-in-provider.ts";
import type { Work } from "../../work/work.ts";
import { holdSite } from "../keep-counts.ts";
import { realmOf } from "../users/realm-of.ts";
import { type Entrance, enterSite, userOf } from "./enter-site.ts";
import { isAnother, linkedAccount, linkProvider, spendIdToken, unlinkProvider } from "./provider-links.ts";

/**
 * Signs in by a provider's stable subject whoever a checked ID token is of, and uses the token up (rule 9.1). A subject that signs
 * in nobody yet is linked by its verified email, where the site verified that email's domain. Whatever is in the way is answered
 * alike, so that nobody learns who has an account.
 */
export async function signInWithIdToken(work: Work, identity: ProvenIdentity): Promise<Entrance> {
  await holdSite(work);
  const linked = await linkedAccount(work, identity);
  const account = linked ?? (await accountToLink(work, identity));
  const permit = work.permit("signInWithIdToken", { noun: "account", id: account?.id ?? "" });
  await spendIdToken(work, identity);
  if (!account?.emailKey) throw nobodyByThis();
  const user = await userOf(work, account);
  if (user && isAnother(user, identity)) throw nobodyByThis();
  if (linked) return enterSite(work, permit, { account, user });
  await link(work, account, user, identity);
  return enterSite(work, permit, { account, user, changes: { signInProvider: [null, identity.provider.name] } });
}

/** The account of the identity's verified email, where the email proves enough. */
async function accountToLink(work: Work, { email, provider, hostedDomain }: ProvenIdentity): Promise<Account | undefined> {
  const domain = domainOf(email);
  const [owned] = await work.byIds(Domain, [domain], "verifiedKey");
  if (!owned || (provider.isGoogle && hostedDomain !== domain)) return undefined;
  const realm = await realmOf(work);
  const account = (await work.byIds(Account, [email], "emailKey")).find((found) => found.realm === realm);
  // Where nobody proved the address, whoever made the account may be somebody else.
  return account?.emailVerified ? account : undefined;
}

/** Only who is somebody on this site is linked here: the site's provider says nothing to other sites. */
async function link(work: Work, account: Account, user: User | undefined, identity: ProvenIdentity): Promise<void> {
  if (!user) throw nobodyByThis();
  // Whom a directory owns it knows by this very subject: one that was linked before, say by a private account at the address, ends.
  if (user.directoryId !== null) await unlinkProvider(work, account, identity);
  if (!(await linkProvider(work, account, identity))) throw nobodyByThis();
}
