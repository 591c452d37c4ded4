import { Field, InputType, Int, ObjectType } from "type-graphql";
import { UserError } from "./building-blocks.ts";
import { Site } from "./site.ts";
import { User } from "./user.ts";

@InputType("SiteUpdateInput", { description: "Fields left out stay as they are." })
export class SiteUpdateInput {
  @Field(() => String, { nullable: true, description: "As people see it, 1 to 100 characters." })
  name?: string | null;
  @Field(() => Int, { nullable: true, description: "1 to 365. Invitations that are out keep their end." })
  invitationDays?: number | null;
}

@ObjectType("SiteUpdatePayload", { description: "What `siteUpdate` answers." })
export class SiteUpdatePayload {
  @Field(() => Site, { nullable: true, description: "The site as it is now. Null when `userErrors` says why not." })
  site: Site | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("SiteUpgradeAccountsInput", { description: "What `siteUpgradeAccounts` needs." })
export class SiteUpgradeAccountsInput {
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("SiteUpgradeAccountsPayload", { description: "What `siteUpgradeAccounts` answers." })
export class SiteUpgradeAccountsPayload {
  @Field(() => Site, { nullable: true, description: "The site; on a dry run as it is. Null when `userErrors` says why not." })
  site: Site | null;
  @Field(() => Int, { description: "Accounts turned global, or that would be." })
  accountCount: number;
  @Field(() => [User], {
    description: "Users whose email already is a global account's. Nothing changes while there is one. The first 200.",
  })
  blockers: User[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
