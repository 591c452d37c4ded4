import { hash } from "node:crypto";

/** 72 bits of each field: enough that two values of one field of one object never meet, and three of them fit a column of 64. */
const partLength = 12;

/**
 * What the directory says of an object, each field by itself (S8): an unchanged object costs no write, and of a changed one only the
 * fields are written that changed *there*, so that what was edited here stays (rule 4.3).
 */
export function fingerprintOf(values: readonly (string | null)[]): string {
  return values.map((value) => hash("sha256", JSON.stringify(value), "base64url").slice(0, partLength)).join(".");
}

/** For each field, whether the directory says something else than last time. All of them, when there was no last time. */
export function changedParts(before: string | null, now: string): boolean[] {
  const old = before?.split(".") ?? [];
  return now.split(".").map((part, index) => part !== old[index]);
}
