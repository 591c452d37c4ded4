import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Int, Mutation, Query, Resolver } from "type-graphql";
import { resendInvitations } from "../actions/invitations/resend-invitations.ts";
import { revokeInvitations } from "../actions/invitations/revoke-invitations.ts";
import { previewInvitation } from "../queries/invitation-previews.ts";
import { listInvitations } from "../queries/invitations.ts";
import { many } from "./answers.ts";
import { ask, change } from "./ask.ts";
import { texts } from "./building-blocks.ts";
import type { Context } from "./context.ts";
import {
  InvitationConnection,
  InvitationFilter,
  InvitationResendInput,
  InvitationResendPayload,
  InvitationRevokeInput,
  InvitationRevokePayload,
} from "./invitation.ts";
import { InvitationPreview } from "./invitation-preview.ts";
import { atSiteOfLink } from "./site-of-link.ts";

/** Questions about invitations, and what is done to them. Accepting is among the sessions: it lets someone in. */
@Resolver()
export class InvitationResolver {
  @Query(() => InvitationConnection, {
    nullable: true,
    description: "The site's invitations, newest first. Scope: `USERS_READ`.",
  })
  invitations(
    @Arg("first", () => Int, { defaultValue: 50, description: texts.first }) first: number,
    @Arg("after", () => String, {
      nullable: true,
      description: texts.after,
    })
    after: string | null,
    @Arg("filter", () => InvitationFilter, {
      nullable: true,
      description: "Only invitations that match it. Left out: all of the site.",
    })
    filter: InvitationFilter | null,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<InvitationConnection | null> {
    return ask(context, info, "USERS_READ", (reader, selection) => listInvitations(reader, { first, after, filter }, selection));
  }

  @Query(() => InvitationPreview, {
    nullable: true,
    description: "What an invitation link leads to. Needs the token and no scope.",
  })
  async invitationPreview(
    @Arg("token", () => String, { description: "What stands behind the `#` of the link in the letter." }) token: string,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<InvitationPreview | null> {
    return ask(await atSiteOfLink(context, token), info, null, (reader) => previewInvitation(reader, token));
  }

  @Mutation(() => InvitationResendPayload, {
    nullable: true,
    description: "Sends the email again and starts a new expiry period. Older links stop working. Scope: `USERS_WRITE`.",
  })
  async invitationResend(
    @Arg("input", () => InvitationResendInput) input: InvitationResendInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<InvitationResendPayload> {
    return change(context, info, "invitationResend", input, (work) => resendInvitations(work, input), {
      fields: { invitations: many("Invitation") },
      nothing: { invitations: [] },
    });
  }

  @Mutation(() => InvitationRevokePayload, {
    nullable: true,
    description: "Ends invitations, and deactivates the invited users. Scope: `USERS_WRITE`.",
  })
  async invitationRevoke(
    @Arg("input", () => InvitationRevokeInput) input: InvitationRevokeInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<InvitationRevokePayload> {
    return change(context, info, "invitationRevoke", input, (work) => revokeInvitations(work, input), {
      fields: { invitations: many("Invitation") },
      nothing: { invitations: [] },
    });
  }
}
