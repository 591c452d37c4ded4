const breaks = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu;

// Bidi overrides, invisible characters, lone surrogates, private use. The two joiners stay: Persian names and emoji need them.
const unseen = /(?![\u200c\u200d])\p{Cf}|[\p{Cs}\p{Co}]/gu;

// More marks on one letter than any script needs would grow over the lines around it.
const towers = /(\p{M}{6})\p{M}+/gu;

/**
 * Makes a value from outside fit for one line of a letter, a header or a report: line breaks and control characters become
 * a blank, characters that are not seen or that turn the reading direction go, and so do towers of marks; what is longer than `limit` characters
 * is cut and ends in an ellipsis.
 */
export function oneLine(value: string, limit = Number.POSITIVE_INFINITY): string {
  const clean = value.replace(unseen, "").replace(towers, "$1").replace(breaks, " ").trim();
  const characters = [...clean];
  return characters.length <= limit
    ? clean
    : `${characters
        .slice(0, limit - 1)
        .join("")
        .trimEnd()}…`;
}
