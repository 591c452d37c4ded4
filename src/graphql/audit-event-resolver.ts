import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Int, Query, Resolver } from "type-graphql";
import { listAuditEvents } from "../queries/audit-events.ts";
import { ask } from "./ask.ts";
import { AuditEventConnection, AuditEventFilter } from "./audit-event.ts";
import { texts } from "./building-blocks.ts";
import type { Context } from "./context.ts";

/** What was done on the site. Nothing here changes it. */
@Resolver()
export class AuditEventResolver {
  @Query(() => AuditEventConnection, {
    nullable: true,
    description: "What was done on the site, newest first. Scope: `AUDIT_READ`.",
  })
  auditEvents(
    @Arg("first", () => Int, { defaultValue: 50, description: texts.first }) first: number,
    @Arg("after", () => String, {
      nullable: true,
      description: texts.after,
    })
    after: string | null,
    @Arg("filter", () => AuditEventFilter, {
      nullable: true,
      description: "Only events that match it. Left out: all of the site.",
    })
    filter: AuditEventFilter | null,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AuditEventConnection | null> {
    return ask(context, info, "AUDIT_READ", (reader, selection) => listAuditEvents(reader, { first, after, filter }, selection));
  }
}
