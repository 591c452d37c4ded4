import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  getArgumentValues,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from "graphql";
import { type SelectedField, type Selection, slotOf } from "../queries/selection.ts";

type Info = Pick<GraphQLResolveInfo, "schema" | "fragments" | "variableValues" | "fieldNodes" | "returnType">;

/** Everything that was selected below the field being resolved, fragments opened, variables and defaults filled in. */
export function selectionOf(info: Info): Selection {
  const fields: SelectedField[] = [];
  for (const node of info.fieldNodes)
    if (node.selectionSet) collect(info, getNamedType(info.returnType), node.selectionSet, null, fields);
  return fields;
}

function collect(
  info: Info,
  type: GraphQLNamedType,
  set: SelectionSetNode,
  on: ReadonlySet<string> | null,
  into: SelectedField[],
): void {
  for (const node of set.selections) {
    if (node.kind === Kind.FIELD) addField(info, type, node, on, into);
    else {
      const spread = node.kind === Kind.INLINE_FRAGMENT ? node : info.fragments[node.name.value];
      const condition = spread?.typeCondition ? info.schema.getType(spread.typeCondition.name.value) : type;
      if (spread && condition) collect(info, condition, spread.selectionSet, narrowed(info, condition, on), into);
    }
  }
}

/** The concrete types that a fragment leaves. */
function narrowed(info: Info, condition: GraphQLNamedType, on: ReadonlySet<string> | null): ReadonlySet<string> | null {
  const possible = isAbstractType(condition) ? info.schema.getPossibleTypes(condition).map(({ name }) => name) : [condition.name];
  return new Set(possible.filter((name) => on === null || on.has(name)));
}

function addField(
  info: Info,
  type: GraphQLNamedType,
  node: FieldNode,
  on: ReadonlySet<string> | null,
  into: SelectedField[],
): void {
  const definition = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
  if (!definition) return; // __typename
  const key = node.alias?.value ?? node.name.value;
  const same = into.find((field) => field.key === key && sameTypes(field.on, on));
  const below: SelectedField[] = [];
  const named = getNamedType(definition.type);
  if (node.selectionSet && isCompositeType(named)) collect(info, named, node.selectionSet, null, below);
  if (same) into[into.indexOf(same)] = { ...same, selection: [...same.selection, ...below] };
  else
    into.push({
      key,
      name: node.name.value,
      args: getArgumentValues(definition, node, info.variableValues),
      on,
      selection: below,
    });
}

function sameTypes(one: ReadonlySet<string> | null, other: ReadonlySet<string> | null): boolean {
  return (
    one === other || (one !== null && other !== null && one.size === other.size && [...one].every((name) => other.has(name)))
  );
}

/** Reads a field where the look-ahead put it. */
export function readEdge(from: object, info: GraphQLResolveInfo): unknown {
  const slot = slotOf(info.fieldName, String(info.path.key));
  const row = from as Record<string, unknown>; // as: every object of ours is a plain record of its fields
  return slot in row ? row[slot] : row[info.fieldName];
}
