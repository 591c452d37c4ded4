import { Field, ObjectType } from "type-graphql";
import { DateTime } from "./date-time.ts";
import { InvitationStatus } from "./invitation.ts";

@ObjectType("InvitationPreview", { description: "What the holder of an invitation's link may know before accepting." })
export class InvitationPreview {
  @Field(() => String, { description: "For the `Gatehouse-Site` header of what is asked next." })
  siteKey: string;
  @Field(() => String, { description: "The site to join, as people see it." })
  siteName: string;
  @Field(() => String, { description: "The invited address." })
  email: string;
  @Field(() => String, {
    nullable: true,
    description: "The full name of who invited. Null when that was no person, or one who is deleted.",
  })
  inviterName: string | null;
  @Field(() => InvitationStatus, {
    description: "What accepting would find now: `REVOKED` also when the inviter may no longer offer the role.",
  })
  status: InvitationStatus;
  @Field(() => String, {
    nullable: true,
    description: "What became of the invitation and whom to ask, in plain English. Null while it can be accepted.",
  })
  explanation: string | null;
  @Field(() => Boolean, { description: "True: sign in to accept. False: make an account." })
  hasAccount: boolean;
  @Field(() => DateTime, { description: "When the link stops working." })
  expiresAt: string;
}
