import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, ID, Info, Query, Resolver } from "type-graphql";
import "../queries/accounts.ts"; // for how an account is read
import { expand } from "../queries/expand.ts";
import { listByIds, loadByIds } from "../queries/loaders.ts";
import { findNodes } from "../queries/nodes.ts";
import type { Reader, Row } from "../queries/reader.ts";
import { put, type Selection } from "../queries/selection.ts";
import { sitesOfAccount } from "../queries/sites.ts";
import { ask } from "./ask.ts";
import { Node } from "./building-blocks.ts";
import type { Context } from "./context.ts";
import { Site } from "./site.ts";
import { Viewer } from "./viewer.ts";

/** Whoever asks, with what was selected of them; null for who is not signed in. */
export async function readViewer(reader: Reader, selection: Selection): Promise<Row | null> {
  const { actor } = reader;
  if (actor.kind === "stranger" && actor.accountId === null) return null;
  const accountId = "accountId" in actor ? actor.accountId : null;
  const userId = actor.kind === "user" || actor.kind === "token" ? actor.userId : null;
  const viewer: Row = { scopes: [...actor.scopes], account: null, user: null, token: null, sites: [] };
  for (const field of selection) {
    const one = async (type: "Account" | "User" | "ApiToken", id: string | null) =>
      id ? ((await loadByIds(reader, type, [id], field.selection)).get(id) ?? null) : null;
    if (field.name === "account") put(viewer, field, await one("Account", accountId));
    if (field.name === "user") put(viewer, field, await one("User", userId));
    if (field.name === "token") put(viewer, field, await one("ApiToken", actor.kind === "token" ? actor.tokenId : null));
    if (field.name === "sites") {
      const sites = accountId ? await sitesOfAccount(reader, accountId) : await listByIds(reader, "Site", [reader.siteId], []);
      await expand(reader, "Site", sites, field.selection);
      put(viewer, field, sites);
    }
  }
  return viewer;
}

/** Questions of no single noun. */
@Resolver()
export class RootResolver {
  @Query(() => Viewer, { nullable: true, description: "Whoever asks. Null when not signed in." })
  viewer(@Ctx() context: Context, @Info() info: GraphQLResolveInfo): Promise<Viewer | null> {
    return ask(context, info, null, readViewer);
  }

  @Query(() => Site, { nullable: true, description: "The site that the request concerns. Null for who may not open it." })
  site(@Ctx() context: Context, @Info() info: GraphQLResolveInfo): Promise<Site | null> {
    return ask(context, info, null, async (reader, selection) => {
      const found = await loadByIds(reader, "Site", [reader.siteId], selection);
      return found.get(reader.siteId) ?? null;
    });
  }

  @Query(() => Node, {
    nullable: true,
    description: "The object with this ID. Null when there is none or the viewer may not see it.",
  })
  node(
    @Arg("id", () => ID, { description: "The ID of an object of any type." }) id: string,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Node | null> {
    return ask(context, info, null, async (reader, selection) => (await findNodes(reader, [id], selection))[0] ?? null);
  }

  @Query(() => [Node], {
    nullable: "items",
    description: "The objects with these IDs, in the same order, with null for each that is missing. At most 100.",
  })
  nodes(
    @Arg("ids", () => [ID], { description: "At most 100 IDs, of any types." }) ids: string[],
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<(Node | null)[]> {
    return ask(context, info, null, (reader, selection) => findNodes(reader, ids, selection));
  }
}
