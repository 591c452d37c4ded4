import type { Company } from "./company.ts";
import { GoogleError } from "./google-error.ts";
import { parentOf } from "./resources.ts";

/**
 * The paths of the units below one, the root to begin with: the direct children, unless all are asked for. The unit itself comes
 * only when it is asked for. There are as many units as the users are in, and those above them.
 */
export function listOrgUnits({ users }: Company, asked: URLSearchParams): string[] {
  const paths = new Set(["/"]);
  for (const { orgUnitPath } of users) {
    for (let path = orgUnitPath; !paths.has(path); path = parentOf(path)) paths.add(path);
  }
  const top = `/${(asked.get("orgUnitPath") ?? "").replace(/^\//, "")}`;
  if (!paths.has(top)) throw new GoogleError("notFound", { message: "Org unit not found" });
  const type = asked.get("type") ?? "children";
  if (!["children", "all", "allIncludingParent"].includes(type)) throw new GoogleError("invalid");
  const isWanted = (path: string) => {
    if (path === top) return type === "allIncludingParent";
    return type === "children" ? parentOf(path) === top : path.startsWith(top === "/" ? top : `${top}/`);
  };
  return [...paths].filter(isWanted).sort();
}
