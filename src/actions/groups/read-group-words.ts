import { cleanText } from "../../model/name-key.ts";
import type { Problems } from "../../model/refusal.ts";

/** What people read of a group. */
export interface GroupWords {
  name: string;
  description: string | null;
}

/** Reads a name of 1 to 100 characters and a description of at most 1000, and collects what is wrong with them. */
export function readGroupWords(
  { name, description }: { name: string; description?: string | null },
  path: readonly string[],
  problems: Problems,
): GroupWords {
  const cleaned = cleanText(name, { max: 100 });
  const described = cleanText(description ?? "", { max: 1000, lines: true });
  if ("fault" in cleaned || cleaned.text === "")
    problems.add("INVALID", "fault" in cleaned ? cleaned.fault : "A group needs a name.", [...path, "name"]);
  if ("fault" in described) problems.add("INVALID", described.fault, [...path, "description"]);
  return {
    name: "text" in cleaned ? cleaned.text : "",
    description: "text" in described ? described.text || null : null,
  };
}
