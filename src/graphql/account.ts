import { Field, InputType, ObjectType } from "type-graphql";
import { UserError } from "./building-blocks.ts";
import { Account } from "./viewer.ts";

@InputType("PasswordResetRequestInput", { description: "What `passwordResetRequest` needs." })
export class PasswordResetRequestInput {
  @Field(() => String, { description: "The account's address, in any case of letters." })
  email: string;
}

@ObjectType("PasswordResetRequestPayload", { description: "What `passwordResetRequest` answers." })
export class PasswordResetRequestPayload {
  @Field(() => [UserError], { description: "Why nothing was done. Empty whether or not there is an account." })
  userErrors: UserError[];
}

@InputType("PasswordResetInput", { description: "What `passwordReset` needs." })
export class PasswordResetInput {
  @Field(() => String, { description: "The token of the link in the letter." })
  token: string;
  @Field(() => String, { description: "12 to 256 characters." })
  password: string;
}

@ObjectType("PasswordResetPayload", { description: "What `passwordReset` answers." })
export class PasswordResetPayload {
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("AccountUpdateInput", { description: "Fields left out stay as they are." })
export class AccountUpdateInput {
  @Field(() => String, { nullable: true, description: "1 to 200 characters. Refused where a directory owns the name." })
  fullName?: string | null;
  @Field(() => String, { nullable: true, description: "Needed to set `password`, where there is one." })
  currentPassword?: string | null;
  @Field(() => String, { nullable: true, description: "12 to 256 characters. Ends every other session." })
  password?: string | null;
}

@ObjectType("AccountUpdatePayload", { description: "What `accountUpdate` answers." })
export class AccountUpdatePayload {
  @Field(() => Account, { nullable: true, description: "As it is now. Null when `userErrors` is not empty." })
  account: Account | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
