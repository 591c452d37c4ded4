/** The fields that a body can have, each with those below it; null where there is nothing to choose below. */
export interface Fields {
  [name: string]: Fields | null;
}

/** A parsed `fields` parameter: each name with what is wanted below it; null below is everything. */
export type Mask = Map<string, Mask | null>;

/**
 * Parses `a,b/c,d(e,f)` and `*`, the notation of Google's partial responses. A string is the part of the mask that is wrong: a name
 * that the body does not have, or an ill-formed list.
 */
export function parseMask(text: string, fields: Fields): Mask | string {
  // Names and punctuation, each a token; whatever is neither becomes a token too and is refused as a name.
  const tokens = text.match(/[\w*$-]+|[^\w*$-]/g) ?? [];
  let wrong: string | null = text === "" ? text : null;

  const readList = (within: Fields | null): Mask => {
    const mask: Mask = new Map();
    do readPath(mask, within);
    while (wrong === null && takes(","));
    return mask;
  };
  const readPath = (mask: Mask, within: Fields | null): void => {
    const name = tokens.shift() ?? "";
    if (!/^[\w*$-]+$/.test(name) || (name !== "*" && within && !Object.hasOwn(within, name))) {
      wrong ??= name || text;
      return;
    }
    const below = name === "*" ? within : (within?.[name] ?? null);
    let chosen: Mask | null = null;
    if (takes("/")) {
      chosen = new Map();
      readPath(chosen, below);
    } else if (takes("(")) {
      chosen = readList(below);
      if (!takes(")")) wrong ??= text;
    }
    mask.set(name, mask.has(name) ? union(mask.get(name) ?? null, chosen) : chosen);
  };
  const takes = (punctuation: string) => tokens[0] === punctuation && tokens.shift() !== undefined;

  const mask = readList(fields);
  return wrong ?? (tokens.length > 0 ? text : mask);
}

/** Only what a mask wants of a value. */
export function masked(value: unknown, mask: Mask | null): unknown {
  if (mask === null) return value;
  if (Array.isArray(value)) return value.map((item) => masked(item, mask));
  if (typeof value !== "object" || value === null) return value;
  const others = mask.get("*");
  const chosen: Record<string, unknown> = {};
  for (const name of others === undefined ? mask.keys() : Object.keys(value)) {
    chosen[name] = masked(Reflect.get(value, name), (mask.has(name) ? mask.get(name) : others) ?? null);
  }
  return chosen;
}

/** `a/b,a/c` wants both. */
function union(one: Mask | null, other: Mask | null): Mask | null {
  if (one === null || other === null) return null;
  const both = new Map(one);
  for (const [name, below] of other) both.set(name, both.has(name) ? union(both.get(name) ?? null, below) : below);
  return both;
}
