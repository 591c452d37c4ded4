const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/**
 * A stored moment as people say it: `3 May 2027 at 09:30 UTC`. Takes RFC 3339 in UTC only, since a time without a zone
 * would be read in the zone of the machine.
 */
export function momentInWords(moment: string): string {
  const date = new Date(moment);
  if (!moment.endsWith("Z") || Number.isNaN(date.getTime())) throw new TypeError(`Not a moment in UTC: ${moment}`);
  return `${day.format(date)} at ${date.toISOString().slice(11, 16)} UTC`;
}
