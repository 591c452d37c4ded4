import { createUnionType } from "type-graphql";
import { ApiToken } from "./api-token.ts";
import { Directory } from "./directory.ts";
import { User } from "./user.ts";

export const Actor = createUnionType({
  name: "Actor",
  description: "Whoever did something.",
  types: () => [User, ApiToken, Directory] as const,
});
export type Actor = User | ApiToken | Directory;
