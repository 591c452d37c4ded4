import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { Node } from "./building-blocks.ts";
import { DateTime } from "./date-time.ts";

@ObjectType("Site", { description: "One tenant: users, groups and applications with their own admins.", implements: Node })
export class Site {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String, { description: "Short stable name, used in the `Gatehouse-Site` header." })
  key: string;
  @Field(() => String, { description: "As people see it, 1 to 100 characters." })
  name: string;
  @Field(() => AccountMode, { description: "Whether its users' accounts are shared with other sites." })
  accounts: AccountMode;
  @Field(() => UserCounts, { nullable: true, description: "Null without scope `USERS_READ`." })
  userCounts: UserCounts | null;
  @Field(() => Int, { description: "How many days an invitation's link works." })
  invitationDays: number;
  @Field(() => DateTime, { description: "When the site was made." })
  createdAt: string;
}

/** Whose the accounts of a site's users are. */
export const AccountMode = { GLOBAL: "GLOBAL", LOCAL: "LOCAL" } as const;
export type AccountMode = keyof typeof AccountMode;
registerEnumType(AccountMode, {
  name: "AccountMode",
  description: "Whose the accounts of a site's users are.",
  valuesConfig: {
    GLOBAL: { description: "A person signs in to every site they belong to with the same account." },
    LOCAL: { description: "Not upgraded yet: accounts belong to this site alone and cannot sign in to another." },
  },
});

@ObjectType("UserCounts", { description: "How many users are in each state." })
export class UserCounts {
  @Field(() => Int, { description: "Added, and not signed in to the site yet." })
  invited: number;
  @Field(() => Int, { description: "Joined, and may sign in." })
  active: number;
  @Field(() => Int, { description: "Kept out of the site, and listed still." })
  deactivated: number;
  @Field(() => Int, { description: "`invited` and `active`: deactivated users do not count." })
  billable: number;
}
