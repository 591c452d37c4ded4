export interface SeededRandom {
  /** A whole number from 0 up to, but without, the limit. */
  below(limit: number): number;
  /** So many digits of a base up to 36, in lower case. */
  digits(count: number, base: number): string;
}

/** Numbers that look random and are the same for the same seed: Mulberry32, by Tommy Ettinger. Nothing secret may rest on them. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed;
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return {
    below,
    digits: (count, base) => Array.from({ length: count }, () => below(base).toString(base)).join(""),
  };
}
