import { typeOfId } from "../model/id.ts";

/** The type of an object of an interface or a union: its id says so. */
export function typeByPublicId(value: { id?: unknown }): string | undefined {
  return typeOfId(String(value.id)) ?? undefined;
}
