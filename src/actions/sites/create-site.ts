import { isDuplicate } from "../../database/dialect.ts";
import { Site } from "../../model/entities.ts";
import { cleanText } from "../../model/name-key.ts";
import { Problems, Refusal } from "../../model/refusal.ts";
import type { Work } from "../../work/work.ts";
import { inviteUsers } from "../users/invite-users.ts";

/** A site's key: what the `Gatehouse-Site` header says. */
const keyForm = /^[a-z][a-z0-9-]{0,39}$/;

/** How long an invitation's link works unless the site says otherwise. Days. */
const invitationDays = 30;

/** A new site, its first admin's user, and the token of that admin's link. */
export interface CreatedSite {
  siteId: string;
  adminId: string;
  /** Null when the admin was invited before. */
  adminToken: string | null;
}

/**
 * Makes the site that the work is bound to, whose accounts are shared with other sites unless they are to be its own (rule 1.4), and
 * invites its first admin without a letter: the operator hands over the link.
 */
export async function createSite(
  work: Work,
  { key, name, adminEmail, accounts = "GLOBAL" }: { key: string; name: string; adminEmail: string; accounts?: Site["accounts"] },
): Promise<CreatedSite> {
  const permit = work.permit("siteCreate", { noun: "site", id: work.siteId });
  const problems = new Problems();
  const cleaned = cleanText(name, { max: 100 });
  if (!keyForm.test(key))
    problems.add("INVALID", "A site's key has 1 to 40 lower-case letters, digits and hyphens, and starts with a letter.", [
      "key",
    ]);
  if ("fault" in cleaned || cleaned.text === "")
    problems.add("INVALID", "fault" in cleaned ? cleaned.fault : "A site needs a name.", ["name"]);
  problems.refuseIfAny();
  try {
    await work.insert(Site, [
      {
        id: work.siteId,
        key,
        name: "text" in cleaned ? cleaned.text : name,
        accounts,
        invitationDays,
        accessVersion: 0,
        invitedCount: 0,
        activeCount: 0,
        deactivatedCount: 0,
        adminCount: 0,
        createdAt: work.now,
      },
    ]);
  } catch (error) {
    if (isDuplicate(error)) throw new Refusal("TAKEN", `There is a site with the key ${key} already.`, ["key"]);
    throw error;
  }
  await work.record(permit, [{ type: "Site", id: work.siteId, label: key, changes: { name: [null, name] } }]);
  const { userIds, tokens } = await inviteUsers(work, {
    invitees: [{ email: adminEmail }],
    role: "ADMIN",
    groupIds: [],
    applicationIds: [],
    sendEmail: false,
  });
  const adminId = userIds[0] ?? "";
  return { siteId: work.siteId, adminId, adminToken: tokens.get(adminId) ?? null };
}
