import { cleanText } from "../../model/name-key.ts";
import type { Problems } from "../../model/refusal.ts";

/** An application's key: stable, and short enough for a group `<key>-users`. */
const keyForm = /^[a-z][a-z0-9-]{1,39}$/;

/** Reads an application's key, and collects what is wrong with it. */
export function readApplicationKey(key: string, problems: Problems): string {
  if (!keyForm.test(key))
    problems.add("INVALID", "A key has 2 to 40 lower-case letters, digits and hyphens, and starts with a letter.", [
      "input",
      "key",
    ]);
  return key;
}

/** Reads an application's name of 1 to 100 characters, and collects what is wrong with it. */
export function readApplicationName(name: string, problems: Problems): string {
  const cleaned = cleanText(name, { max: 100 });
  if ("fault" in cleaned || cleaned.text === "")
    problems.add("INVALID", "fault" in cleaned ? cleaned.fault : "An application needs a name.", ["input", "name"]);
  return "text" in cleaned ? cleaned.text : "";
}

/** Reads where an application is: http or https, since people follow it, and no password in it. Empty is none. */
export function readApplicationUrl(url: string | null, problems: Problems): string | null {
  if (url === null || url === "") return null;
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const spelled = parsed?.toString() ?? "";
  const fine = parsed && /^https?:$/.test(parsed.protocol) && !parsed.username && !parsed.password && spelled.length <= 1000;
  if (!fine)
    problems.add("INVALID", "The address of an application is an http or https URL of at most 1000 characters.", [
      "input",
      "url",
    ]);
  return spelled;
}

/** Reads how many may open an application; null for no limit. */
export function readSeatLimit(limit: number | null, problems: Problems): number | null {
  if (limit !== null && limit < 1)
    problems.add("INVALID", "A seat limit is at least 1. Leave it out for no limit.", ["input", "seatLimit"]);
  return limit;
}
