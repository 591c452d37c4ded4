import { updateDirectory } from "../../../src/actions/directories/update-directory.ts";
import { createGroups } from "../../../src/actions/groups/create-groups.ts";
import { deleteGroups } from "../../../src/actions/groups/delete-groups.ts";
import { activateUsers } from "../../../src/actions/users/activate-users.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import { deleteUsers } from "../../../src/actions/users/delete-users.ts";
import { inviteUsers } from "../../../src/actions/users/invite-users.ts";
import { updateUser } from "../../../src/actions/users/update-user.ts";
import { publicId } from "../../../src/model/id.ts";
import { addressOf, groupNameOf, pick, titleOf } from "./edit-company.ts";
import { readSite } from "./site-state.ts";
import type { SiteEdit } from "./steps.ts";
import { orNull, type StorySite, settingsIn } from "./story-site.ts";

/** Makes a change here, as the site's administrator, and notes whose titles were written. What is refused is left. */
export async function editSite(site: StorySite, edit: SiteEdit, ownTitles: Set<string>): Promise<void> {
  const { users, groups } = await readSite(site);
  const person = "who" in edit ? pick(users, edit.who) : undefined;
  const ids = [publicId("User", String(person?.id))];
  switch (edit.do) {
    case "invite":
    case "join":
      return comeByHand(
        site,
        edit,
        users.map(({ email }) => String(email)),
      );
    case "deactivate":
      await orNull(() => site.act((work) => deactivateUsers(work, { ids })));
      return;
    case "activate":
      await orNull(() => site.act((work) => activateUsers(work, { ids })));
      return;
    case "delete":
      await orNull(() => site.act((work) => deleteUsers(work, { ids })));
      return;
    case "title":
      ownTitles.add(String(person?.id));
      await orNull(() => site.act((work) => updateUser(work, { id: ids[0] ?? "", title: titleOf(edit.title) || null })));
      return;
    case "makeGroup": {
      const memberIds = edit.members.flatMap((n) => publicId("User", String(pick(users, n)?.id)));
      await orNull(() =>
        site.act((work) => createGroups(work, [{ name: groupNameOf(edit.name), memberIds: [...new Set(memberIds)] }])),
      );
      return;
    }
    case "endGroup": {
      const group = pick(
        groups.filter(({ directoryId }) => directoryId === null),
        edit.group,
      );
      if (group) await orNull(() => site.act((work) => deleteGroups(work, { ids: [publicId("Group", String(group.id))] })));
      return;
    }
    case "settings":
      site.settings = edit.settings;
      await site.act((work) => updateDirectory(work, { id: site.directoryId, settings: settingsIn(site.domain, edit.settings) }));
  }
}

/** Somebody is invited, and joins or does not. */
async function comeByHand(
  site: StorySite,
  edit: SiteEdit & { address: number; role: "MEMBER" | "MANAGER" | "ADMIN" },
  taken: string[],
) {
  const email = addressOf(site.domain, edit.address);
  if (taken.includes(email)) return;
  const [account] = await site.rows("SELECT id FROM Account WHERE emailKey = ?", [email]);
  if (edit.do === "join" && !account) await orNull(() => site.join(email, edit.role));
  else
    await orNull(() =>
      site.act((work) =>
        inviteUsers(work, { invitees: [{ email }], role: edit.role, applicationIds: [], groupIds: [], sendEmail: false }),
      ),
    );
}
