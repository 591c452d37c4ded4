import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

/** How many objects a plain list is taken to hold. */
const plainListSize = 10;

/** Past this there is no need to go on counting. */
const enough = 1_000_000;

/**
 * The most objects that an operation can ask for, with its real variables and the schema's defaults, which validation rules never
 * see. Each fragment is counted once, so that fragments within fragments cost no more than their text.
 */
export function countNodes(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number {
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [])),
  );
  const known = new Map<string, number>();

  const countSet = (type: GraphQLCompositeType, set: SelectionSetNode, inPage: boolean): number => {
    let total = 0;
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) total += countField(type, node, inPage);
      else if (node.kind === Kind.INLINE_FRAGMENT)
        total += countSet(conditionOf(node.typeCondition?.name.value, type), node.selectionSet, inPage);
      else total += countFragment(node.name.value, type, inPage);
      if (total > enough) return enough;
    }
    return total;
  };

  const conditionOf = (name: string | undefined, otherwise: GraphQLCompositeType): GraphQLCompositeType => {
    const type = name ? schema.getType(name) : otherwise;
    return type && isCompositeType(type) ? type : otherwise;
  };

  const countFragment = (name: string, type: GraphQLCompositeType, inPage: boolean): number => {
    const key = `${name} ${inPage}`;
    const fragment = fragments.get(name);
    const before = known.get(key);
    if (before !== undefined || !fragment) return before ?? 0;
    known.set(key, 0);
    const count = countSet(conditionOf(fragment.typeCondition.name.value, type), fragment.selectionSet, inPage);
    known.set(key, count);
    return count;
  };

  const countField = (type: GraphQLCompositeType, node: FieldNode, inPage: boolean): number => {
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
    const named = field && getNamedType(field.type);
    if (!field || !node.selectionSet || !isCompositeType(named)) return 0;
    const first = field.args.find(({ name }) => name === "first");
    const plainList = isListType(getNullableType(field.type)) && !inPage;
    const size = first ? sizeOf(node, first.defaultValue, variables) : plainList ? plainListSize : 1;
    return Math.min(enough, size + size * countSet(named, node.selectionSet, first !== undefined));
  };

  const root = operation.operation === "mutation" ? schema.getMutationType() : schema.getQueryType();
  return root ? countSet(root, operation.selectionSet, false) : 0;
}

function sizeOf(node: FieldNode, otherwise: unknown, variables: Record<string, unknown>): number {
  const given = node.arguments?.find(({ name }) => name.value === "first")?.value;
  const value =
    given?.kind === Kind.VARIABLE
      ? (variables[given.name.value] ?? otherwise)
      : given?.kind === Kind.INT
        ? Number(given.value)
        : otherwise;
  return typeof value === "number" && value > 0 ? value : 1;
}
