import { GraphQLError, GraphQLScalarType, Kind } from "graphql";

/** RFC 3339 with seconds and an offset, as the Internet writes moments (section 5.6). */
const form = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

function read(value: unknown): string {
  const time = typeof value === "string" && form.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw new GraphQLError("A DateTime is written as 2026-11-24T09:30:00.000Z.");
  return new Date(time).toISOString();
}

/** Kept and given as text: what the database holds is what the contract promises. */
export const DateTime = new GraphQLScalarType({
  name: "DateTime",
  description: "RFC 3339 timestamp in UTC with milliseconds, for example `2026-11-24T09:30:00.000Z`.",
  specifiedByURL: "https://scalars.graphql.org/andimarek/date-time.html",
  serialize: (value) => value,
  parseValue: read,
  parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : null),
});
