import { Field, Int, ObjectType } from "type-graphql";
import { Application } from "./application.ts";
import { User } from "./user.ts";

@ObjectType("AccessLoss", { description: "Who loses an application by a change." })
export class AccessLoss {
  @Field(() => Application, { description: "The application that is lost." })
  application: Application;
  @Field(() => Int, { description: "How many invited and active users lose it." })
  userCount: number;
  @Field(() => [User], { description: "The first 100." })
  users: User[];
}

@ObjectType("SeatChange", { description: "How a change moves an application's seats." })
export class SeatChange {
  @Field(() => Application, { description: "The application whose seats these are." })
  application: Application;
  @Field(() => Int, { description: "Seats taken, or freed when negative." })
  change: number;
  @Field(() => Int, { description: "Seats used after the change. Above the limit when it is refused for want of seats." })
  usedAfter: number;
}
