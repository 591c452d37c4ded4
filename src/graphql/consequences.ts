import { Field, Int, ObjectType } from "type-graphql";
import { Application } from "./application.ts";
import { User } from "./user.ts";

@ObjectType("AccessLoss", { description: "Who loses an application by a change." })
export class AccessLoss {
  @Field(() => Application)
  application: Application;
  @Field(() => Int)
  userCount: number;
  @Field(() => [User], { description: "The first 100." })
  users: User[];
}

@ObjectType("SeatChange", { description: "How a change moves an application's seats." })
export class SeatChange {
  @Field(() => Application)
  application: Application;
  @Field(() => Int, { description: "Seats taken, or freed when negative." })
  change: number;
  @Field(() => Int)
  usedAfter: number;
}
