import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Query, Resolver } from "type-graphql";
import { createApplication } from "../actions/applications/create-application.ts";
import { deleteApplication } from "../actions/applications/delete-application.ts";
import { deleteGrant } from "../actions/applications/delete-grant.ts";
import { giveAccess } from "../actions/applications/give-access.ts";
import { reportContent } from "../actions/applications/report-content.ts";
import { setGrant } from "../actions/applications/set-grant.ts";
import { takeAccess } from "../actions/applications/take-access.ts";
import { updateApplication } from "../actions/applications/update-application.ts";
import { findApplication, listApplications } from "../queries/applications.ts";
import { many, one } from "./answers.ts";
import {
  AccessGiveInput,
  AccessGivePayload,
  AccessTakeInput,
  AccessTakePayload,
  Application,
  ApplicationCreateInput,
  ApplicationCreatePayload,
  ApplicationDeleteInput,
  ApplicationDeletePayload,
  ApplicationUpdateInput,
  ApplicationUpdatePayload,
  ContentReportInput,
  ContentReportPayload,
  GrantDeleteInput,
  GrantDeletePayload,
  GrantSetInput,
  GrantSetPayload,
} from "./application.ts";
import { ask, change } from "./ask.ts";
import type { Context } from "./context.ts";

/** Questions about applications, and who may open them. */
@Resolver()
export class ApplicationResolver {
  @Query(() => [Application], { nullable: true, description: "Every application of the site. Scope: `ACCESS_READ`." })
  applications(@Ctx() context: Context, @Info() info: GraphQLResolveInfo): Promise<Application[] | null> {
    return ask(context, info, "ACCESS_READ", (reader, selection) => listApplications(reader, selection));
  }

  @Query(() => Application, { nullable: true, description: "Scope: `ACCESS_READ`." })
  application(
    @Arg("key", () => String, { description: "The application's `key`. Null is answered when there is none." }) key: string,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Application | null> {
    return ask(context, info, "ACCESS_READ", (reader, selection) => findApplication(reader, key, selection));
  }

  @Mutation(() => ApplicationCreatePayload, {
    nullable: true,
    description: "Registers a product and creates its default group, `<key>-users`. Scope: `ACCESS_WRITE`.",
  })
  async applicationCreate(
    @Arg("input", () => ApplicationCreateInput) input: ApplicationCreateInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ApplicationCreatePayload> {
    return change(context, info, "applicationCreate", input, (work) => createApplication(work, input), {
      fields: { application: one("Application") },
      nothing: { application: null },
    });
  }

  @Mutation(() => ApplicationUpdatePayload, { nullable: true, description: "Scope: `ACCESS_WRITE`." })
  async applicationUpdate(
    @Arg("input", () => ApplicationUpdateInput) input: ApplicationUpdateInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ApplicationUpdatePayload> {
    return change(context, info, "applicationUpdate", input, (work) => updateApplication(work, input), {
      fields: { application: one("Application") },
      nothing: { application: null },
    });
  }

  @Mutation(() => ApplicationDeletePayload, { nullable: true, description: "Scope: `ACCESS_WRITE`." })
  async applicationDelete(
    @Arg("input", () => ApplicationDeleteInput) input: ApplicationDeleteInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ApplicationDeletePayload> {
    return change(context, info, "applicationDelete", input, (work) => deleteApplication(work, input), {
      fields: { deletedId: () => Promise.resolve(input.dryRun ? null : input.id) },
      nothing: { deletedId: null, accessLost: [] },
      ending: { type: "Application", ids: [input.id] },
    });
  }

  @Mutation(() => GrantSetPayload, {
    nullable: true,
    description: "Lets a group open an application, or changes how. Scope: `ACCESS_WRITE`.",
  })
  async grantSet(
    @Arg("input", () => GrantSetInput) input: GrantSetInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<GrantSetPayload> {
    return change(context, info, "grantSet", input, (work) => setGrant(work, input), {
      fields: { grant: one("Grant") },
      nothing: { grant: null, seats: [] },
    });
  }

  @Mutation(() => GrantDeletePayload, { nullable: true, description: "Scope: `ACCESS_WRITE`." })
  async grantDelete(
    @Arg("input", () => GrantDeleteInput) input: GrantDeleteInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<GrantDeletePayload> {
    return change(context, info, "grantDelete", input, (work) => deleteGrant(work, input), {
      fields: { deletedId: () => Promise.resolve(input.dryRun ? null : input.id) },
      nothing: { deletedId: null, seats: [], accessLost: [] },
    });
  }

  @Mutation(() => AccessGivePayload, {
    nullable: true,
    description: "Gives up to 100 users an application by adding them to its default groups. Scope: `ACCESS_WRITE`.",
  })
  async accessGive(
    @Arg("input", () => AccessGiveInput) input: AccessGiveInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AccessGivePayload> {
    return change(context, info, "accessGive", input, (work) => giveAccess(work, input), {
      fields: { users: many("User") },
      nothing: { users: [], seats: [] },
    });
  }

  @Mutation(() => AccessTakePayload, {
    nullable: true,
    description:
      "Takes an application from up to 100 users by removing them from every group that opens it. Scope: `ACCESS_WRITE`.",
  })
  async accessTake(
    @Arg("input", () => AccessTakeInput) input: AccessTakeInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AccessTakePayload> {
    return change(context, info, "accessTake", input, (work) => takeAccess(work, input), {
      fields: { users: many("User") },
      nothing: { users: [], seats: [], accessLost: [] },
    });
  }

  @Mutation(() => ContentReportPayload, {
    nullable: true,
    description: "An application says how much content users have and when they were last active. Scope: `CONTENT_WRITE`.",
  })
  async contentReport(
    @Arg("input", () => ContentReportInput) input: ContentReportInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ContentReportPayload> {
    return change(context, info, "contentReport", input, (work) => reportContent(work, input), {
      fields: { accepted: (_reader, accepted) => Promise.resolve(accepted) },
      nothing: { accepted: 0 },
      mostAtOnce: 1000,
    });
  }
}
