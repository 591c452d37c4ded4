import { Field, ID, InputType, ObjectType } from "type-graphql";
import { ApiToken } from "./api-token.ts";
import { Node, Scope, UserError } from "./building-blocks.ts";
import { DateTime } from "./date-time.ts";
import { Site } from "./site.ts";
import { User } from "./user.ts";

@ObjectType("Viewer", { description: "The person, API token or directory sync that asks." })
export class Viewer {
  @Field(() => Account, {
    nullable: true,
    description: "The person behind the request. Null for an API token that belongs to no person.",
  })
  account: Account | null;
  @Field(() => User, {
    nullable: true,
    description: "The viewer's membership of this site. Null when the account is not an active member.",
  })
  user: User | null;
  @Field(() => [Site], { description: "Every site that the account can open." })
  sites: Site[];
  @Field(() => ApiToken, { nullable: true, description: "The API token in use, if any." })
  token: ApiToken | null;
  @Field(() => [Scope], {
    description: "Everything the viewer may do, already reduced to what the token allows. Empty for who may not use this site.",
  })
  scopes: Scope[];
}

@ObjectType("Account", {
  description:
    "The identity of a person: one per email address, shared by every site the person is a member of. In a site whose `accounts` are `LOCAL`, it belongs to that site alone. Two accounts can never be merged.",
  implements: Node,
})
export class Account {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String, { description: "In its one spelling: lower case, domain in ASCII. The person signs in with it." })
  email: string;
  @Field(() => Boolean, {
    description: "True when it was proven that the mailbox is the person's, for example by an invitation's link.",
  })
  emailVerified: boolean;
  @Field(() => String, { description: "As every site that the person is on shows it." })
  fullName: string;
  @Field(() => String, { nullable: true, description: "Address of a picture of the person. Null when none is known." })
  pictureUrl: string | null;
  @Field(() => DateTime, { description: "When the account was made." })
  createdAt: string;
}

@InputType("SignInInput", { description: "What `signIn` needs." })
export class SignInInput {
  @Field(() => String, { description: "In any spelling: case of letters and blanks around it do not matter." })
  email: string;
  @Field(() => String, { description: "The account's password." })
  password: string;
}

@InputType("SignInWithIdTokenInput", { description: "What `signInWithIdToken` needs." })
export class SignInWithIdTokenInput {
  @Field(() => String, { description: "As the provider signed it, for this deployment's client id. Each works once." })
  idToken: string;
}

@ObjectType("SignInProvider", { description: "An OpenID provider that this site accepts." })
export class SignInProvider {
  @Field(() => String, { description: "Short name that the operator chose, for example `google`." })
  name: string;
  @Field(() => String, { description: "The provider's OpenID issuer, for example `https://accounts.google.com`." })
  issuer: string;
  @Field(() => String, { description: "Where to send the browser." })
  startUrl: string;
}

@ObjectType("SignInPayload", { description: "What `signIn` answers." })
export class SignInPayload {
  @Field(() => Session, { nullable: true, description: "The new session. Null when `userErrors` says why not." })
  session: Session | null;
  @Field(() => Viewer, { nullable: true, description: "Who signed in. Null when `userErrors` says why not." })
  viewer: Viewer | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@ObjectType("Session", { description: "A signed-in person's session." })
export class Session {
  @Field(() => String, { description: "Pass it as `Authorization: Bearer <accessToken>`. Browsers have the cookie instead." })
  accessToken: string;
  @Field(() => DateTime, { description: "30 days after signing in. Signing out and a new password or email end it before." })
  expiresAt: string;
}

@ObjectType("SignOutPayload", { description: "What `signOut` answers." })
export class SignOutPayload {
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
