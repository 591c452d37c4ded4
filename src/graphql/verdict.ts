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
registerEnumType(UserAction, { name: "UserAction", description: "What `User.viewerCan` can be asked." });

@ObjectType("Verdict", { description: "An answer to `User.viewerCan`." })
export class Verdict {
  @Field(() => Boolean)
  allowed: boolean;
  @Field(() => UserErrorCode, { nullable: true, description: "Null when allowed." })
  code: UserErrorCode | null;
  @Field(() => String, { nullable: true, description: "One plain English sentence. Null when allowed." })
  reason: string | null;
}
