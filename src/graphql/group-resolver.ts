import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Int, Mutation, Query, Resolver } from "type-graphql";
import { addMembers } from "../actions/groups/add-members.ts";
import { createGroups } from "../actions/groups/create-groups.ts";
import { deleteGroups } from "../actions/groups/delete-groups.ts";
import { removeMembers } from "../actions/groups/remove-members.ts";
import { updateGroups } from "../actions/groups/update-groups.ts";
import { compactId } from "../model/id.ts";
import { findGroup, listGroups } from "../queries/groups.ts";
import { one } from "./answers.ts";
import { ask, change } from "./ask.ts";
import { texts } from "./building-blocks.ts";
import type { Context } from "./context.ts";
import {
  Group,
  GroupAddMembersInput,
  GroupAddMembersPayload,
  GroupBy,
  GroupConnection,
  GroupCreateInput,
  GroupCreatePayload,
  GroupDeleteInput,
  GroupDeletePayload,
  GroupFilter,
  GroupRemoveMembersInput,
  GroupRemoveMembersPayload,
  GroupUpdateInput,
  GroupUpdatePayload,
} from "./group.ts";

/** Where the inputs of a single group stand. */
const path = ["input"];

/** Questions about groups, and what is done to them. */
@Resolver()
export class GroupResolver {
  @Query(() => Group, { nullable: true, description: "Scope: `GROUPS_READ`." })
  group(
    @Arg("by", () => GroupBy, { description: "Which group. Null is answered when there is none." }) by: GroupBy,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Group | null> {
    return ask(context, info, "GROUPS_READ", (reader, selection) => findGroup(reader, by, selection));
  }

  @Query(() => GroupConnection, { nullable: true, description: "Scope: `GROUPS_READ`." })
  groups(
    @Arg("first", () => Int, { defaultValue: 50, description: texts.first }) first: number,
    @Arg("after", () => String, { nullable: true, description: texts.after }) after: string | null,
    @Arg("filter", () => GroupFilter, { nullable: true, description: texts.filter }) filter: GroupFilter | null,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<GroupConnection | null> {
    return ask(context, info, "GROUPS_READ", (reader, selection) => listGroups(reader, { first, after, filter }, selection));
  }

  @Mutation(() => GroupCreatePayload, { nullable: true, description: "Scope: `GROUPS_WRITE`." })
  async groupCreate(
    @Arg("input", () => GroupCreateInput) input: GroupCreateInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<GroupCreatePayload> {
    return change(context, info, "groupCreate", input, (work) => createGroups(work, [{ ...input, path }]), {
      fields: { group: (reader, [id], selection) => one("Group")(reader, id ?? "", selection) },
      nothing: { group: null },
    });
  }

  @Mutation(() => GroupUpdatePayload, { nullable: true, description: "Scope: `GROUPS_WRITE`." })
  async groupUpdate(
    @Arg("input", () => GroupUpdateInput) input: GroupUpdateInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<GroupUpdatePayload> {
    return change(context, info, "groupUpdate", input, (work) => updateGroups(work, [{ ...input, path }]), {
      fields: { group: (reader, _value, selection) => one("Group")(reader, compactId("Group", input.id) ?? "", selection) },
      nothing: { group: null },
    });
  }

  @Mutation(() => GroupDeletePayload, { nullable: true, description: "Scope: `GROUPS_WRITE`." })
  async groupDelete(
    @Arg("input", () => GroupDeleteInput) input: GroupDeleteInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<GroupDeletePayload> {
    return change(context, info, "groupDelete", input, (work) => deleteGroups(work, { ids: [input.id], path: ["input", "id"] }), {
      fields: { deletedId: () => Promise.resolve(input.dryRun ? null : input.id) },
      nothing: { deletedId: null, seats: [], accessLost: [] },
    });
  }

  @Mutation(() => GroupAddMembersPayload, {
    nullable: true,
    description: "Adds up to 100 users. Adding a member again changes nothing. Scope: `GROUPS_WRITE`.",
  })
  async groupAddMembers(
    @Arg("input", () => GroupAddMembersInput) input: GroupAddMembersInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<GroupAddMembersPayload> {
    return change(
      context,
      info,
      "groupAddMembers",
      input,
      (work) => addMembers(work, { groupId: input.id, userIds: input.userIds }),
      {
        fields: { group: (reader, _value, selection) => one("Group")(reader, compactId("Group", input.id) ?? "", selection) },
        nothing: { group: null, seats: [] },
      },
    );
  }

  @Mutation(() => GroupRemoveMembersPayload, {
    nullable: true,
    description: "Removes up to 100 users. Removing someone who is no member changes nothing. Scope: `GROUPS_WRITE`.",
  })
  async groupRemoveMembers(
    @Arg("input", () => GroupRemoveMembersInput) input: GroupRemoveMembersInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<GroupRemoveMembersPayload> {
    return change(
      context,
      info,
      "groupRemoveMembers",
      input,
      (work) => removeMembers(work, { groupId: input.id, userIds: input.userIds }),
      {
        fields: { group: (reader, _value, selection) => one("Group")(reader, compactId("Group", input.id) ?? "", selection) },
        nothing: { group: null, seats: [], accessLost: [] },
      },
    );
  }
}
