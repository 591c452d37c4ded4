import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Query, Resolver } from "type-graphql";
import { cancelSync } from "../actions/directories/cancel-sync.ts";
import { connectDirectory } from "../actions/directories/connect-directory.ts";
import { disconnectDirectory } from "../actions/directories/disconnect-directory.ts";
import { settleChange } from "../actions/directories/settle-change.ts";
import { startApply } from "../actions/directories/start-apply.ts";
import { startSync } from "../actions/directories/start-sync.ts";
import { updateDirectory } from "../actions/directories/update-directory.ts";
import { Refusal } from "../model/refusal.ts";
import { listDirectories } from "../queries/directories.ts";
import { findNodes } from "../queries/nodes.ts";
import type { Row } from "../queries/reader.ts";
import { put } from "../queries/selection.ts";
import { showChanges } from "../queries/sync-changes.ts";
import type { Work } from "../work/work.ts";
import { one } from "./answers.ts";
import { ask, change, placeOf, requireScope } from "./ask.ts";
import type { Context } from "./context.ts";
import {
  Directory,
  DirectoryConnectInput,
  DirectoryConnectPayload,
  DirectoryDisconnectInput,
  DirectoryDisconnectPayload,
  DirectoryUpdateInput,
  DirectoryUpdatePayload,
} from "./directory.ts";
import { selectionOf } from "./look-ahead.ts";
import {
  SyncApplyInput,
  SyncApplyPayload,
  SyncCancelInput,
  SyncCancelPayload,
  SyncPlanInput,
  SyncPlanPayload,
  SyncSettleInput,
  SyncSettlePayload,
  SyncUserInput,
  SyncUserPayload,
} from "./sync-run.ts";

/** Directories, and the runs that sync them. A run is started here and made elsewhere: the answer comes at once. */
@Resolver()
export class DirectoryResolver {
  @Query(() => [Directory], { nullable: true, description: "Every directory of the site. Scope: `DIRECTORIES_READ`." })
  directories(@Ctx() context: Context, @Info() info: GraphQLResolveInfo): Promise<Directory[] | null> {
    return ask(context, info, "DIRECTORIES_READ", (reader, selection) => listDirectories(reader, selection));
  }

  @Mutation(() => DirectoryConnectPayload, {
    nullable: true,
    description: "Connects a directory, and brings nothing yet: see `syncPlan`. Scope: `DIRECTORIES_WRITE`.",
  })
  async directoryConnect(
    @Arg("input", () => DirectoryConnectInput) input: DirectoryConnectInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<DirectoryConnectPayload> {
    return change(context, info, "directoryConnect", input, (work) => connectDirectory(work, input), {
      fields: { directory: one("Directory") },
      nothing: { directory: null },
    });
  }

  @Mutation(() => DirectoryUpdatePayload, {
    nullable: true,
    description: "Changes how a directory is synced, or pauses it. Scope: `DIRECTORIES_WRITE`.",
  })
  async directoryUpdate(
    @Arg("input", () => DirectoryUpdateInput) input: DirectoryUpdateInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<DirectoryUpdatePayload> {
    return change(context, info, "directoryUpdate", input, (work) => updateDirectory(work, input), {
      fields: { directory: one("Directory") },
      nothing: { directory: null },
    });
  }

  @Mutation(() => DirectoryDisconnectPayload, {
    nullable: true,
    description:
      "Forgets the credentials and the schedule. Users, groups and access stay, managed by hand. Scope: `DIRECTORIES_WRITE`.",
  })
  async directoryDisconnect(
    @Arg("input", () => DirectoryDisconnectInput) input: DirectoryDisconnectInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<DirectoryDisconnectPayload> {
    return change(context, info, "directoryDisconnect", input, (work) => disconnectDirectory(work, input), {
      fields: { deletedId: () => Promise.resolve(input.dryRun ? null : input.id) },
      nothing: { deletedId: null },
    });
  }

  @Mutation(() => SyncPlanPayload, {
    nullable: true,
    description:
      "Starts to compute what a sync would change, changing nothing, and returns the run at once: poll it by `node`. Scope: `DIRECTORIES_WRITE`.",
  })
  async syncPlan(
    @Arg("input", () => SyncPlanInput) input: SyncPlanInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SyncPlanPayload> {
    return started(context, info, "syncPlan", input, (work) => startSync(work, input));
  }

  @Mutation(() => SyncApplyPayload, {
    nullable: true,
    description:
      "Starts to apply exactly a plan, or to plan and apply, and returns the run at once: poll it by `node`. Scope: `DIRECTORIES_WRITE`.",
  })
  async syncApply(
    @Arg("input", () => SyncApplyInput) input: SyncApplyInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SyncApplyPayload> {
    return started(context, info, "syncApply", input, (work) =>
      startApply(work, { ...input.target, approveRemovals: input.approveRemovals }),
    );
  }

  @Mutation(() => SyncUserPayload, {
    nullable: true,
    description: "Compares and applies one person, by email, and says what was done and why. Scope: `DIRECTORIES_WRITE`.",
  })
  async syncUser(
    @Arg("input", () => SyncUserInput) input: SyncUserInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SyncUserPayload> {
    return answerPerson(context, info, input);
  }

  @Mutation(() => SyncSettlePayload, {
    nullable: true,
    description: "Settles a dispute: who of the candidates the directory's person or group is. Scope: `DIRECTORIES_WRITE`.",
  })
  async syncSettle(
    @Arg("input", () => SyncSettleInput) input: SyncSettleInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SyncSettlePayload> {
    return change(context, info, "syncSettle", input, (work) => settleChange(work, input), {
      fields: { change: async (reader, id, selection) => (await findNodes(reader, [id], selection))[0] },
      nothing: { change: null },
    });
  }

  @Mutation(() => SyncCancelPayload, {
    nullable: true,
    description: "Stops a run after the batch in hand. Scope: `DIRECTORIES_WRITE`.",
  })
  async syncCancel(
    @Arg("input", () => SyncCancelInput) input: SyncCancelInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SyncCancelPayload> {
    return change(context, info, "syncCancel", input, (work) => cancelSync(work, input), {
      fields: { run: one("SyncRun") },
      nothing: { run: null },
    });
  }
}

/** Starts a run and, once that is committed, tells the sync that it waits. */
async function started<Promised>(
  context: Context,
  info: GraphQLResolveInfo,
  action: "syncPlan" | "syncApply",
  input: object,
  start: (work: Work) => Promise<string>,
): Promise<Promised> {
  let runId: string | undefined;
  const act = async (work: Work) => {
    runId = await start(work);
    return runId;
  };
  const payload = await change<string, { userErrors: unknown[] }>(context, info, action, input, act, {
    fields: { run: one("SyncRun") },
    nothing: { run: null },
  });
  if (runId && payload.userErrors.length === 0) context.wakeSync(runId);
  return payload as Promised; // as: the run was selected
}

/** Asks the sync about one person, which takes as long as the directory does, and answers in the shape of a change. */
async function answerPerson(context: Context, info: GraphQLResolveInfo, input: SyncUserInput): Promise<SyncUserPayload> {
  const place = placeOf(context);
  requireScope(context, "DIRECTORIES_WRITE");
  try {
    const { runId, changes, explanation } = await context.syncPerson(place, input);
    return await context.door.look(place, async (reader) => {
      const payload: Row = { changes: [], explanation, userErrors: [] };
      for (const field of selectionOf(info))
        if (field.name === "changes") put(payload, field, await showChanges(reader, runId, changes, field.selection));
      return payload as unknown as SyncUserPayload; // as: what was selected was read
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { changes: [], explanation: "", userErrors: [...error.problems] };
  }
}
