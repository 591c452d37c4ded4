import { describe, expect, it } from "vitest";
import { nextAfter, readCron } from "../../src/model/cron.ts";

function next(expression: string, after: string): string | null {
  const cron = readCron(expression);
  if ("fault" in cron) throw new Error(cron.fault);
  return nextAfter(cron, new Date(after))?.toISOString() ?? null;
}

describe("a schedule", () => {
  it.each([
    ["0 */4 * * *", "2026-03-01T04:00:00.000Z", "2026-03-01T08:00:00.000Z"],
    ["*/15 9-17 * * 1-5", "2026-03-06T17:45:00.000Z", "2026-03-09T09:00:00.000Z"],
    ["30 2 29 2 *", "2026-03-01T00:00:00.000Z", "2028-02-29T02:30:00.000Z"],
    ["0 0 * * 7", "2026-03-02T00:00:00.000Z", "2026-03-08T00:00:00.000Z"],
    ["0 0 13 * 5", "2026-03-01T00:00:00.000Z", "2026-03-06T00:00:00.000Z"],
    ["59 23 31 12 *", "2026-12-31T23:58:30.000Z", "2026-12-31T23:59:00.000Z"],
  ])("%s follows %s with %s, in UTC", (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  it("that can never be has no next moment", () => {
    expect(next("0 0 30 2 *", "2026-03-01T00:00:00.000Z")).toBeNull();
  });

  it.each([
    "",
    "* * * *",
    "* * * * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * * 13 *",
    "* * * * 8",
    "5-1 * * * *",
    "*/0 * * * *",
    "a * * * *",
    "@daily",
    "1,,2 * * * *",
  ])("cannot be %j", (expression) => {
    expect(readCron(expression)).toHaveProperty("fault");
  });
});
