import { Field, ID, InputType, ObjectType } from "type-graphql";
import { InputWarning, texts, UserError } from "./building-blocks.ts";
import { AccessLoss, SeatChange } from "./consequences.ts";
import { User } from "./user.ts";

@InputType("UserDeleteInput", { description: "What `userDelete` needs." })
export class UserDeleteInput {
  @Field(() => [ID], { description: "1 to 100 users. All are refused when one has content or is still listed by a directory." })
  ids: string[];
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("UserDeletePayload", { description: "What `userDelete` answers." })
export class UserDeletePayload {
  @Field(() => [ID], { description: "Empty on a dry run and when `userErrors` is not." })
  deletedIds: string[];
  @Field(() => [SeatChange], { description: texts.seats })
  seats: SeatChange[];
  @Field(() => [AccessLoss], { description: "Who loses which application: the users as they were." })
  accessLost: AccessLoss[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("UserReplaceInput", { description: "What `userReplace` needs." })
export class UserReplaceInput {
  @Field(() => ID, { description: "The user at the wrong email." })
  id: string;
  @Field(() => String, {
    description: "The address to invite. Who is a user there already gets the groups and keeps their role.",
  })
  rightEmail: string;
  @Field(() => Boolean, {
    defaultValue: true,
    description: "False makes the invitation without a letter; `invitationResend` sends it later.",
  })
  sendEmail: boolean;
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("UserReplacePayload", { description: "What `userReplace` answers." })
export class UserReplacePayload {
  @Field(() => User, { nullable: true, description: "The user at the right email." })
  user: User | null;
  @Field(() => User, {
    nullable: true,
    description: "The user at the wrong email, deactivated because it had content. Null when it was deleted.",
  })
  replaced: User | null;
  @Field(() => [InputWarning], { description: "What to look at twice, for example a right email that looks mistyped, too." })
  warnings: InputWarning[];
  @Field(() => [SeatChange], { description: texts.seats })
  seats: SeatChange[];
  @Field(() => [AccessLoss], { description: "Who loses which application: the user at the wrong email as it was." })
  accessLost: AccessLoss[];
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
