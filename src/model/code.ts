/**
 * True of what a `code` column can hold: printable ASCII without blanks. MySQL and MariaDB fail when such a column is compared with
 * anything else, and take a blank behind for nothing: what a caller gives is asked for only if it passes here.
 */
export function isCode(text: string): boolean {
  return /^[!-~]{1,64}$/.test(text);
}
