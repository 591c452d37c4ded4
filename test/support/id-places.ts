import { type GraphQLInputType, type GraphQLSchema, getNamedType, getNullableType, isInputObjectType, isListType } from "graphql";

/** Where a mutation takes an id. */
export interface IdPlace {
  mutation: string;
  /** The type of its input. */
  inputType: string;
  /** `userIds`, `target.runId`, `items.0.user.id`. */
  place: string;
}

/** Every place of every mutation of a schema. */
export function idPlacesOf(schema: GraphQLSchema): IdPlace[] {
  return Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap(({ name: mutation, args }) =>
    args.flatMap(({ name, type }) => {
      if (name !== "input") throw new Error(`${mutation} takes ${name} beside its input`);
      return placesIn(type).map((place) => ({ mutation, place, inputType: String(type) }));
    }),
  );
}

/** Where a question takes an id. */
export interface AskedPlace {
  question: string;
  argument: string;
  argumentType: string;
  /** Within the argument: `groupId`. Empty where it is the id itself, or a list of ids. */
  place: string;
  /** Whether the answer is a page of a list. */
  isPage: boolean;
}

/** Every place of every question of a schema. */
export function askedPlacesOf(schema: GraphQLSchema): AskedPlace[] {
  return Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap(({ name: question, args, type }) =>
    args.flatMap((argument) => {
      const places = getNamedType(argument.type).name === "ID" ? [""] : placesIn(argument.type);
      const isPage = getNamedType(type).name.endsWith("Connection");
      return places.map((place) => ({ question, argument: argument.name, argumentType: String(argument.type), place, isPage }));
    }),
  );
}

function placesIn(type: GraphQLInputType): string[] {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return [];
  return Object.values(named.getFields()).flatMap((field) => {
    if (getNamedType(field.type).name === "ID") return [field.name];
    const at = isListType(getNullableType(field.type)) ? `${field.name}.0` : field.name;
    return placesIn(field.type).map((place) => `${at}.${place}`);
  });
}

/** What an input holds at a place. */
export function heldAt(input: unknown, place: string): unknown {
  return place.split(".").reduce((held, key) => (held as Record<string, unknown> | undefined)?.[key], input); // as: above a place stands an object or nothing
}

/** A copy of an input that holds something else at a place. */
export function withAt(input: unknown, place: string, value: unknown): object {
  const [key = "", ...rest] = place.split(".");
  if (Array.isArray(input)) return Object.assign([...input], { [key]: withAt(heldAt(input, key), rest.join("."), value) });
  return { ...(input as object), [key]: rest.length === 0 ? value : withAt(heldAt(input, key), rest.join("."), value) }; // as: above a place stands an object
}
