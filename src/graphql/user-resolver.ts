import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Int, Mutation, Query, Resolver } from "type-graphql";
import { activateUsers } from "../actions/users/activate-users.ts";
import { deactivateUsers } from "../actions/users/deactivate-users.ts";
import { deleteUsers } from "../actions/users/delete-users.ts";
import { inviteUsers } from "../actions/users/invite-users.ts";
import { replaceUser } from "../actions/users/replace-user.ts";
import { updateUser } from "../actions/users/update-user.ts";
import { publicId } from "../model/id.ts";
import { findUser, listUsers } from "../queries/users.ts";
import { many, one } from "./answers.ts";
import { ask, change } from "./ask.ts";
import { texts } from "./building-blocks.ts";
import type { Context } from "./context.ts";
import {
  User,
  UserActivateInput,
  UserActivatePayload,
  UserBy,
  UserConnection,
  UserDeactivateInput,
  UserDeactivatePayload,
  UserFilter,
  UserInviteInput,
  UserInvitePayload,
  UserOrder,
  UserUpdateInput,
  UserUpdatePayload,
} from "./user.ts";
import { UserDeleteInput, UserDeletePayload, UserReplaceInput, UserReplacePayload } from "./user-leaving.ts";

/** Questions about users, and what is done to them. */
@Resolver()
export class UserResolver {
  @Query(() => User, { nullable: true, description: "Scope: `USERS_READ`." })
  user(
    @Arg("by", () => UserBy, { description: "Which user. Null is answered when there is none." }) by: UserBy,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<User | null> {
    return ask(context, info, "USERS_READ", (reader, selection) => findUser(reader, by, selection));
  }

  @Query(() => UserConnection, { nullable: true, description: "Scope: `USERS_READ`." })
  users(
    @Arg("first", () => Int, { defaultValue: 50, description: texts.first }) first: number,
    @Arg("after", () => String, { nullable: true, description: texts.after }) after: string | null,
    @Arg("filter", () => UserFilter, { nullable: true, description: texts.filter }) filter: UserFilter | null,
    @Arg("orderBy", () => UserOrder, { nullable: true, description: texts.orderBy }) orderBy: UserOrder | null,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<UserConnection | null> {
    return ask(context, info, "USERS_READ", (reader, selection) =>
      listUsers(reader, { first, after, filter, orderBy }, selection),
    );
  }

  @Mutation(() => UserInvitePayload, {
    nullable: true,
    description:
      "Adds up to 100 people to the site and invites them. Someone already invited keeps the pending invitation. Scope: `USERS_WRITE`.",
  })
  async userInvite(
    @Arg("input", () => UserInviteInput) input: UserInviteInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<UserInvitePayload> {
    return change(context, info, "userInvite", input, (work) => inviteUsers(work, input), {
      fields: { users: (reader, { userIds }, selection) => many("User")(reader, userIds, selection) },
      nothing: { users: [], seats: [], warnings: [] },
    });
  }

  @Mutation(() => UserReplacePayload, {
    nullable: true,
    description:
      "For a user who was invited at the wrong email: invites the right one with the same role, groups and applications, and ends the wrong one's access. Content stays with the account that made it. Scope: `USERS_WRITE`.",
  })
  async userReplace(
    @Arg("input", () => UserReplaceInput) input: UserReplaceInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<UserReplacePayload> {
    return change(context, info, "userReplace", input, (work) => replaceUser(work, input), {
      fields: {
        user: (reader, { userId }, selection) => one("User")(reader, userId, selection),
        replaced: async (reader, { replacedId }, selection) => replacedId && one("User")(reader, replacedId, selection),
      },
      nothing: { user: null, replaced: null, warnings: [], seats: [], accessLost: [] },
      ending: { type: "User", ids: [input.id] },
    });
  }

  @Mutation(() => UserUpdatePayload, { nullable: true, description: "Scope: `USERS_WRITE`." })
  async userUpdate(
    @Arg("input", () => UserUpdateInput) input: UserUpdateInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<UserUpdatePayload> {
    return change(context, info, "userUpdate", input, (work) => updateUser(work, input), {
      fields: { user: one("User") },
      nothing: { user: null },
    });
  }

  @Mutation(() => UserDeactivatePayload, {
    nullable: true,
    description: "Keeps up to 100 users out of this site from their next request on. Scope: `USERS_WRITE`.",
  })
  async userDeactivate(
    @Arg("input", () => UserDeactivateInput) input: UserDeactivateInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<UserDeactivatePayload> {
    return change(context, info, "userDeactivate", input, (work) => deactivateUsers(work, input), {
      fields: { users: many("User") },
      nothing: { users: [], seats: [], accessLost: [] },
    });
  }

  @Mutation(() => UserActivatePayload, { nullable: true, description: "Scope: `USERS_WRITE`." })
  async userActivate(
    @Arg("input", () => UserActivateInput) input: UserActivateInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<UserActivatePayload> {
    return change(context, info, "userActivate", input, (work) => activateUsers(work, input), {
      fields: { users: many("User") },
      nothing: { users: [], seats: [] },
    });
  }

  @Mutation(() => UserDeletePayload, {
    nullable: true,
    description: "Removes up to 100 users without content from the site for good. Their accounts remain. Scope: `USERS_WRITE`.",
  })
  async userDelete(
    @Arg("input", () => UserDeleteInput) input: UserDeleteInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<UserDeletePayload> {
    return change(context, info, "userDelete", input, (work) => deleteUsers(work, input), {
      fields: { deletedIds: async (_reader, ids) => (input.dryRun ? [] : ids.map((id) => publicId("User", id))) },
      nothing: { deletedIds: [], seats: [], accessLost: [] },
      ending: { type: "User", ids: input.ids },
    });
  }
}
