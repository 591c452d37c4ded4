/** The keys that begin with a prefix lie from the first of these to before the second, as bytes. U+10FFFF sorts behind everything. */
export function prefixRange(prefix: string): [from: string, before: string] {
  return [prefix, `${prefix}\u{10FFFF}`];
}
