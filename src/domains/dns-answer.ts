import { NODATA, NOTFOUND } from "node:dns";

/** The code of whatever was thrown, for a person who looks it up. */
export function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }; // as: anything can be thrown; both are checked
  if (typeof code === "string") return code;
  return typeof name === "string" ? name : "unknown";
}

/** True when DNS said definitely that there is no such name, or no such record at it; a failure or silence says nothing. */
export function saysNone(error: unknown): boolean {
  const code = codeOf(error);
  return code === NOTFOUND || code === NODATA;
}
