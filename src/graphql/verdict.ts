import { Field, ObjectType, registerEnumType } from "type-graphql";
import { UserErrorCode } from "./building-blocks.ts";

/** What `User.viewerCan` can be asked. */
export const UserAction = {
  EDIT_EMAIL: "EDIT_EMAIL",
  EDIT_USERNAME: "EDIT_USERNAME",
  EDIT_FULL_NAME: "EDIT_FULL_NAME",
  CHANGE_ROLE: "CHANGE_ROLE",
  CHANGE_GROUPS: "CHANGE_GROUPS",
  DEACTIVATE: "DEACTIVATE",
  ACTIVATE: "ACTIVATE",
  DELETE: "DELETE",
  REPLACE: "REPLACE",
  EDIT_TITLE: "EDIT_TITLE",
  CHANGE_ACCESS: "CHANGE_ACCESS",
  RESEND_INVITATION: "RESEND_INVITATION",
  REVOKE_INVITATION: "REVOKE_INVITATION",
} as const;
export type UserAction = keyof typeof UserAction;
registerEnumType(UserAction, {
  name: "UserAction",
  description: "What `User.viewerCan` can be asked.",
  valuesConfig: {
    EDIT_EMAIL: { description: "Change the email by `userUpdate`." },
    EDIT_USERNAME: { description: "Change the username by `userUpdate`." },
    EDIT_FULL_NAME: { description: "Change the full name by `userUpdate`." },
    CHANGE_ROLE: { description: "Change the role by `userUpdate`." },
    CHANGE_GROUPS: { description: "Put the user into groups by `groupAddMembers`. A synced group can still refuse." },
    DEACTIVATE: { description: "Keep the user out of the site by `userDeactivate`." },
    ACTIVATE: { description: "Let the user in again by `userActivate`." },
    DELETE: { description: "Remove the user for good by `userDelete`." },
    REPLACE: { description: "Invite the right email instead by `userReplace`." },
    EDIT_TITLE: { description: "Change the title by `userUpdate`." },
    CHANGE_ACCESS: {
      description: "Give the user applications by `accessGive`. An application without a free seat can still refuse.",
    },
    RESEND_INVITATION: { description: "Send the invitation's letter by `invitationResend`." },
    REVOKE_INVITATION: { description: "End the invitation by `invitationRevoke`." },
  },
});

@ObjectType("Verdict", { description: "An answer to `User.viewerCan`." })
export class Verdict {
  @Field(() => Boolean, { description: "True when the viewer may do it now." })
  allowed: boolean;
  @Field(() => UserErrorCode, { nullable: true, description: "Null when allowed." })
  code: UserErrorCode | null;
  @Field(() => String, { nullable: true, description: "One plain English sentence. Null when allowed." })
  reason: string | null;
}
