import "reflect-metadata";
import {
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from "graphql";
import { buildSchemaSync } from "type-graphql";
import { AccountResolver } from "./account-resolver.ts";
import { ApiTokenResolver } from "./api-token-resolver.ts";
import { ApplicationEdges } from "./application.ts";
import { ApplicationResolver } from "./application-resolver.ts";
import { AuditEventResolver } from "./audit-event-resolver.ts";
import { DirectoryEdges } from "./directory.ts";
import { DirectoryResolver } from "./directory-resolver.ts";
import { DomainResolver } from "./domain-resolver.ts";
import { GroupEdges } from "./group.ts";
import { GroupResolver } from "./group-resolver.ts";
import { InvitationResolver } from "./invitation-resolver.ts";
import { readEdge } from "./look-ahead.ts";
import { RootResolver } from "./root-resolver.ts";
import { SessionResolver } from "./session-resolver.ts";
import { SiteResolver } from "./site-resolver.ts";
import { SyncRunEdges } from "./sync-run.ts";
import { typeByPublicId } from "./type-by-public-id.ts";
import { UserEdges } from "./user.ts";
import { UserResolver } from "./user-resolver.ts";

/** Inputs of which exactly one field is given. type-graphql has no word for it: the schema is told afterwards. */
const oneOfs = ["DirectoryCredentials", "GroupBy", "SyncTarget", "UserBy"];

/** What the two roots are. type-graphql has no word for that either. */
const roots = {
  Query:
    "What can be asked of the site that the request concerns. Without the scope that it names, a field is null, with an error.",
  Mutation: "Everything that can be changed. Each mutation is one transaction, and says in `userErrors` why it changed nothing.",
};

const readSynchronously: GraphQLFieldResolver<object, unknown> = (from, _args, _context, info) => readEdge(from, info);

/** The whole public schema. */
export function buildGatehouseSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      RootResolver,
      SessionResolver,
      AccountResolver,
      SiteResolver,
      UserResolver,
      UserEdges,
      InvitationResolver,
      GroupResolver,
      GroupEdges,
      ApplicationResolver,
      ApplicationEdges,
      ApiTokenResolver,
      AuditEventResolver,
      DirectoryResolver,
      DirectoryEdges,
      SyncRunEdges,
      DomainResolver,
    ],
    validate: false,
  });
  for (const name of oneOfs) {
    const type = schema.getType(name);
    if (isInputObjectType(type)) type.isOneOf = true;
  }
  for (const [name, description] of Object.entries(roots)) {
    const type = schema.getType(name);
    if (isObjectType(type)) type.description = description;
  }
  readEdgesSynchronously(schema);
  return schema;
}

/** What the look-ahead has read needs no promise: one for each item of a list was measured to cost more than all else. */
function readEdgesSynchronously(schema: GraphQLSchema): void {
  const roots = new Set([schema.getQueryType(), schema.getMutationType()]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) type.resolveType = typeByPublicId;
    if (!isObjectType(type) || roots.has(type) || type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields()))
      if (isCompositeType(getNamedType(field.type)) || field.args.length > 0) field.resolve = readSynchronously;
      else field.resolve = undefined;
  }
}

/** The contract as it is checked in: in order of name, so that a diff shows what changed and nothing else. */
export function printContract(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
