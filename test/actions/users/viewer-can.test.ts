import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { giveAccess } from "../../../src/actions/applications/give-access.ts";
import { addMembers } from "../../../src/actions/groups/add-members.ts";
import { resendInvitations } from "../../../src/actions/invitations/resend-invitations.ts";
import { revokeInvitations } from "../../../src/actions/invitations/revoke-invitations.ts";
import { activateUsers } from "../../../src/actions/users/activate-users.ts";
import { deactivateUsers } from "../../../src/actions/users/deactivate-users.ts";
import { deleteUsers } from "../../../src/actions/users/delete-users.ts";
import { replaceUser } from "../../../src/actions/users/replace-user.ts";
import { updateUser } from "../../../src/actions/users/update-user.ts";
import { UserAction } from "../../../src/graphql/verdict.ts";
import type { Actor } from "../../../src/model/actor.ts";
import { newId, publicId } from "../../../src/model/id.ts";
import type { Problem, RefusalCode } from "../../../src/model/refusal.ts";
import { Refusal } from "../../../src/model/refusal.ts";
import { factsFor, userVerdict } from "../../../src/policy/user-verdict.ts";
import { userTargets } from "../../../src/queries/user-targets.ts";
import type { Work } from "../../../src/work/work.ts";
import { holderOf } from "../../support/access-house.ts";
import { report } from "../../support/content.ts";
import { buildPeopleHouse, type PeopleHouse } from "../../support/people-house.ts";

let house: PeopleHouse;
/** Users of every kind, by what they are. */
let people: Record<string, string>;
/** What the mutations that need more than a user are given. */
let groupId: string;
let applicationId: string;

beforeAll(async () => {
  house = await buildPeopleHouse();
  await house.verifyDomain("acme.example");
  groupId = await house.group("Any");
  applicationId = (await house.application("any")).id;
  people = await bringPeople();
});
afterAll(() => house.close());

async function bringPeople(): Promise<Record<string, string>> {
  const notes = { key: "notes", ...(await house.application("notes", { seatLimit: 1 })) };
  const joined = async (email: string) => (await house.joinByLink(email)).publicUserId;
  const invited = async (email: string, sendEmail = false) => (await house.invite(email, { sendEmail })).userId;
  const deactivate = (id: string) => house.act((work) => deactivateUsers(work, { ids: [id] }));
  // The house let them in by the back door.
  await house.write("UPDATE Invitation SET state = 'ACCEPTED', pendingKey = NULL WHERE siteId = ?", [house.siteId]);
  const found = {
    admin: publicId("User", house.admin.userId),
    manager: publicId("User", (await house.userAt("manager@acme.example")).id),
    member: await joined("plain@acme.example"),
    foreigner: await joined("guest@far.example"),
    invited: await invited("invited@acme.example"),
    "just written to": await invited("written@acme.example", true),
    revoked: await invited("revoked@acme.example"),
    deactivated: await joined("out@acme.example"),
    "without a free seat": await joined("seatless@acme.example"),
    author: await joined("author@acme.example"),
    replaced: await joined("wrongly@acme.example"),
    synced: await joined("synced@acme.example"),
    "suspended there": await joined("suspended@acme.example"),
    "gone from there": await joined("gone@acme.example"),
  };
  await deactivate(found.revoked);
  await deactivate(found.deactivated);
  await house.act((work) => giveAccess(work, { applicationId: notes.id, userIds: [found["without a free seat"]] }));
  await deactivate(found["without a free seat"]);
  await house.act((work) => giveAccess(work, { applicationId: notes.id, userIds: [found.author] }));
  for (const id of [found.author, found.replaced]) await report(house, notes, [{ user: { id }, kind: "EDITED", count: 2 }]);
  await house.act((work) => replaceUser(work, { id: found.replaced, rightEmail: "rightly@acme.example", sendEmail: false }));
  for (const name of ["synced", "suspended there", "gone from there"] as const) {
    const isOut = name !== "synced";
    if (isOut) await deactivate(found[name]);
    await house.write("UPDATE User SET directoryId = ?, directorySuspended = ?, leftDirectoryAt = ? WHERE id = ?", [
      newId(),
      Number(name === "suspended there"),
      name === "gone from there" ? new Date().toISOString() : null,
      found[name].slice(4),
    ]);
  }
  return found;
}

/** The latest invitation of a user. */
const invitationOf = async (id: string) => publicId("Invitation", (await house.invitationsOf(id)).at(-1)?.id ?? "");

/** What `viewerCan` speaks of, done. */
const deeds: Record<UserAction, (work: Work, id: string) => Promise<unknown>> = {
  EDIT_EMAIL: (work, id) => updateUser(work, { id, email: "other@acme.example" }),
  EDIT_USERNAME: (work, id) => updateUser(work, { id, username: "other" }),
  EDIT_FULL_NAME: (work, id) => updateUser(work, { id, fullName: "Other Name" }),
  EDIT_TITLE: (work, id) => updateUser(work, { id, title: "Other" }),
  CHANGE_ROLE: async (work, id) => {
    const [user] = await work.rows<{ role: string }>("SELECT role FROM User WHERE id = ?", [id.slice(4)]);
    return updateUser(work, { id, role: user?.role === "MANAGER" ? "MEMBER" : "MANAGER" });
  },
  CHANGE_GROUPS: (work, id) => addMembers(work, { groupId, userIds: [id] }),
  CHANGE_ACCESS: (work, id) => giveAccess(work, { applicationId, userIds: [id] }),
  DEACTIVATE: (work, id) => deactivateUsers(work, { ids: [id] }),
  ACTIVATE: (work, id) => activateUsers(work, { ids: [id] }),
  DELETE: (work, id) => deleteUsers(work, { ids: [id] }),
  REPLACE: (work, id) => replaceUser(work, { id, rightEmail: "replacement@acme.example", sendEmail: false }),
  RESEND_INVITATION: async (work, id) => resendInvitations(work, { ids: [await invitationOf(id)] }),
  REVOKE_INVITATION: async (work, id) => revokeInvitations(work, { ids: [await invitationOf(id)] }),
};

/** Why the mutation would refuse it; null when it would not. */
async function refusalBy(actor: Actor, asked: UserAction, id: string): Promise<readonly Problem[] | null> {
  try {
    await house.act((work) => deeds[asked](work, id), actor, { rehearsal: true });
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.problems;
  }
}

async function verdictOn(actor: Actor, asked: UserAction, id: string): Promise<RefusalCode | null> {
  const compact = id.slice(4);
  const targets = await house.door.look({ siteId: house.siteId, actor }, (reader) =>
    userTargets(reader, [compact], factsFor(asked)),
  );
  const target = targets.get(compact);
  if (!target) throw new Error(`No user ${id}`);
  return userVerdict(actor, asked, target)?.code ?? null;
}

const actors: Record<string, () => Actor> = {
  "an admin": () => house.admin,
  "a manager": () => house.manager,
  "a member": () => house.member,
  "a token for groups": () => holderOf("USERS_READ", "GROUPS_WRITE"),
  "a token for users": () => holderOf("USERS_WRITE"),
};
const kinds = [
  ...["admin", "manager", "member", "foreigner", "invited", "just written to", "revoked", "deactivated"],
  ...["without a free seat", "author", "replaced", "synced", "suspended there", "gone from there"],
];

describe("what the viewer can do to a user", () => {
  it.each(Object.keys(actors).flatMap((who) => Object.keys(UserAction).map((asked) => ({ who, asked: asked as UserAction }))))(
    "rule 4.4: $asked by $who is answered as the mutation answers",
    async ({ who, asked }) => {
      const actor = actors[who]?.() ?? house.admin;
      for (const kind of kinds) {
        const id = people[kind] ?? "";
        const refusal = await refusalBy(actor, asked, id);
        const codes = refusal?.map(({ code }) => code) ?? [null];
        const said = await verdictOn(actor, asked, id);
        expect(codes, `${kind}: ${refusal?.map(({ message }) => message).join(" ")}`).toContain(said);
      }
    },
  );

  it("rule 4.4: says every reason that there is", async () => {
    const said = new Set<string>();
    for (const kind of kinds)
      for (const asked of Object.keys(UserAction) as UserAction[]) {
        const code = await verdictOn(house.admin, asked, people[kind] ?? "");
        if (code) said.add(`${asked} ${kind}: ${code}`);
      }
    expect([...said]).toEqual(
      expect.arrayContaining([
        "EDIT_FULL_NAME foreigner: NOT_MANAGED",
        "EDIT_EMAIL synced: MANAGED_BY_DIRECTORY",
        "CHANGE_ROLE admin: LAST_ADMIN",
        "DEACTIVATE admin: LAST_ADMIN",
        "DELETE admin: LAST_ADMIN",
        "REPLACE admin: LAST_ADMIN",
        "ACTIVATE suspended there: MANAGED_BY_DIRECTORY",
        "ACTIVATE without a free seat: NO_SEATS",
        "DELETE author: HAS_CONTENT",
        "DELETE synced: MANAGED_BY_DIRECTORY",
        "DELETE suspended there: MANAGED_BY_DIRECTORY",
        "REPLACE synced: MANAGED_BY_DIRECTORY",
        "REPLACE replaced: WRONG_STATE",
        "RESEND_INVITATION member: WRONG_STATE",
        "RESEND_INVITATION revoked: WRONG_STATE",
        "RESEND_INVITATION just written to: RATE_LIMITED",
        "REVOKE_INVITATION member: WRONG_STATE",
      ]),
    );
    expect(
      [...said].filter((one) => one.includes(" invited:") || one.startsWith("DELETE gone") || one.startsWith("EDIT_TITLE")),
    ).toEqual([]);
  });
});
