/**
 * Answers of every text the one copy that was given first. What is read from JSON or from a database is kept apart each time: the
 * same few words a hundred thousand times over.
 */
export function shareTexts(): <T>(value: T) => T {
  const known = new Map<unknown, unknown>();
  return (value) => {
    if (typeof value !== "string") return value;
    if (!known.has(value)) known.set(value, value);
    return known.get(value) as typeof value; // as: equal texts are of one type
  };
}
