/** When a schedule fires: the allowed values of each field. All in UTC. */
export interface Cron {
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  weekdays: ReadonlySet<number>;
  /** Where both are restricted, either is enough (crontab(5)). */
  eitherDay: boolean;
}

const fields = [
  { name: "minute", least: 0, most: 59 },
  { name: "hour", least: 0, most: 23 },
  { name: "day of the month", least: 1, most: 31 },
  { name: "month", least: 1, most: 12 },
  { name: "day of the week", least: 0, most: 7 },
] as const;

/** `*`, `a`, `a-b`, each with an optional `/step`. */
const partForm = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/;

/** Reads a cron expression of five fields, numbers only (crontab(5)), or says what is wrong with it. Sunday is 0 or 7. */
export function readCron(expression: string): Cron | { fault: string } {
  const words = expression.trim().split(/\s+/);
  if (words.length !== 5) return { fault: "A schedule has five fields: minute, hour, day of the month, month, day of the week." };
  const sets: Set<number>[] = [];
  for (const [index, field] of fields.entries()) {
    const values = readField(words[index] ?? "", field.least, field.most);
    if (values === null) return { fault: `The ${field.name} of a schedule cannot be "${words[index]}".` };
    sets.push(values);
  }
  const [minutes, hours, days, months, weekdays] = sets as [Set<number>, Set<number>, Set<number>, Set<number>, Set<number>]; // as: one for each of the five fields
  if (weekdays.has(7)) weekdays.add(0);
  return { minutes, hours, days, months, weekdays, eitherDay: !words[2]?.startsWith("*") && !words[4]?.startsWith("*") };
}

function readField(word: string, least: number, most: number): Set<number> | null {
  const values = new Set<number>();
  for (const part of word.split(",")) {
    const match = partForm.exec(part);
    if (!match) return null;
    const [, low, high, step] = match;
    const from = low === undefined ? least : Number(low);
    // `5/10` goes on from 5 to the end, as every cron since Vixie's has it.
    const to = high !== undefined ? Number(high) : low === undefined || step !== undefined ? most : from;
    const by = step === undefined ? 1 : Number(step);
    if (from < least || to > most || from > to || by < 1) return null;
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return values;
}

/** The longest that two firings are apart: 29 February, over a century that has no leap day. Days. */
const farthest = 8 * 366;

/** The first moment after `after` at which the schedule fires, at a full minute; null when it never does (30 February). */
export function nextAfter(cron: Cron, after: Date): Date | null {
  const day = new Date(Date.UTC(after.getUTCFullYear(), after.getUTCMonth(), after.getUTCDate()));
  for (let tried = 0; tried <= farthest; tried++, day.setUTCDate(day.getUTCDate() + 1)) {
    if (!isDay(cron, day)) continue;
    for (let minute = 0; minute < 24 * 60; minute++) {
      if (!cron.hours.has(Math.floor(minute / 60)) || !cron.minutes.has(minute % 60)) continue;
      const moment = new Date(day.getTime() + minute * 60_000);
      if (moment > after) return moment;
    }
  }
  return null;
}

function isDay(cron: Cron, day: Date): boolean {
  if (!cron.months.has(day.getUTCMonth() + 1)) return false;
  const byDate = cron.days.has(day.getUTCDate());
  const byWeekday = cron.weekdays.has(day.getUTCDay());
  return cron.eitherDay ? byDate || byWeekday : byDate && byWeekday;
}
