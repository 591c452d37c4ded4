/**
 * Whether a directory's id of something can be kept (S6): ASCII without blanks at its ends, as Google's are, which both databases
 * compare alike, and short enough for a key with the directory's own id before it.
 */
export function isExternalId(id: string): boolean {
  return /^[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?$/.test(id);
}
