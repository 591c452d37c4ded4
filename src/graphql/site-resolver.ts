import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Resolver } from "type-graphql";
import { updateSite } from "../actions/sites/update-site.ts";
import { type UpgradedAccounts, upgradeAccounts } from "../actions/sites/upgrade-accounts.ts";
import { one } from "./answers.ts";
import { change } from "./ask.ts";
import type { Context } from "./context.ts";
import { SiteUpdateInput, SiteUpdatePayload, SiteUpgradeAccountsInput, SiteUpgradeAccountsPayload } from "./site-changes.ts";

/** What is done to the site as a whole. */
@Resolver()
export class SiteResolver {
  @Mutation(() => SiteUpdatePayload, {
    nullable: true,
    description: "Changes the site's name, and how long invitations work. Scope: `SITE_WRITE`.",
  })
  async siteUpdate(
    @Arg("input", () => SiteUpdateInput) input: SiteUpdateInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SiteUpdatePayload> {
    return change(context, info, "siteUpdate", input, (work) => updateSite(work, input), {
      fields: { site: one("Site") },
      nothing: { site: null },
    });
  }

  @Mutation(() => SiteUpgradeAccountsPayload, {
    nullable: true,
    description: "Turns the site's local accounts into global ones. Scope: `SITE_WRITE`.",
  })
  async siteUpgradeAccounts(
    @Arg("input", () => SiteUpgradeAccountsInput) input: SiteUpgradeAccountsInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SiteUpgradeAccountsPayload> {
    return change<UpgradedAccounts, SiteUpgradeAccountsPayload>(context, info, "siteUpgradeAccounts", input, upgradeAccounts, {
      fields: {
        site: (reader, { siteId }, selection) => one("Site")(reader, siteId, selection),
        accountCount: (_reader, { accountCount }) => Promise.resolve(accountCount),
      },
      nothing: { site: null, accountCount: 0, blockers: [] },
    });
  }
}
