/** A parsed `fields` parameter: each name with what is wanted below it; null below is everything. */
export type Mask = Map<string, Mask | null>;

/** Parses `a,b/c,d(e,f)` and `*`, as Google's partial responses write it. */
export function parseMask(text: string): Mask {
  let at = 0;
  const list = (): Mask => {
    const mask: Mask = new Map();
    while (at < text.length && text[at] !== ")") {
      const from = at;
      while (at < text.length && !",/()".includes(text[at] ?? "")) at++;
      const name = text.slice(from, at);
      if (text[at] === "(") {
        at++;
        mask.set(name, list());
        at++;
      } else if (text[at] === "/") {
        at++;
        const rest = list();
        const [[next, below] = ["", null]] = rest;
        mask.set(name, new Map([[next, below]]));
        for (const [other, deeper] of [...rest].slice(1)) mask.set(other, deeper);
      } else mask.set(name, null);
      if (text[at] === ",") at++;
    }
    return mask;
  };
  return list();
}

/** Only what a mask wants of a value. */
export function masked(value: unknown, mask: Mask | null): unknown {
  if (mask === null || mask.has("*")) return value;
  if (Array.isArray(value)) return value.map((item) => masked(item, mask));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (mask.has(name) ? [[name, masked(inner, mask.get(name) ?? null)]] : [])),
  );
}
