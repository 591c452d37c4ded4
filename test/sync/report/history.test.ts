import { describe, expect, it } from "vitest";
import { emptySummary } from "../../../src/model/sync-summary.ts";
import { duration, printHistory } from "../../../sync/report/history.ts";
import { changeAsJson, type ListedRun, runAsJson } from "../../../sync/report/json-lines.ts";
import { uncoloured, widthOf } from "../../../sync/report/terminal-text.ts";

const run = (more: Partial<ListedRun> = {}): ListedRun => ({
  id: "01jd0000000000000000",
  directoryId: "01jd0000000000000001",
  status: "SUCCEEDED",
  startedByLabel: "ada@acme.example",
  createdAt: "2026-03-01T09:30:00.000Z",
  startedAt: "2026-03-01T09:30:01.000Z",
  finishedAt: "2026-03-01T09:32:13.000Z",
  failure: null,
  requestCount: 1200,
  waitedMs: 5,
  summary: {
    ...emptySummary(),
    usersToCreate: 1000,
    membersToAdd: 234,
    membersToRemove: 2,
    held: 2,
    customerId: "C01",
    domains: ["acme.example"],
  },
  ...more,
});

describe("the history of runs", () => {
  const runs = [run(), run({ status: "HELD", startedByLabel: "schedule", startedAt: null, finishedAt: null })];

  it("is an aligned table", () => {
    expect(printHistory(runs, { width: Number.POSITIVE_INFINITY, paint: uncoloured })).toEqual([
      "STARTED (UTC)     RUN                       STATUS     BY                 COME  CHANGE  GO  HELD  FAILED  REQUESTS   TOOK",
      "2026-03-01 09:30  run_01jd0000000000000000  SUCCEEDED  ada@acme.example  1,234       0   2     2       0     1,200  2 min",
      "2026-03-01 09:30  run_01jd0000000000000000  HELD       schedule          1,234       0   2     2       0     1,200",
    ]);
  });

  it("has fewer columns on a narrow terminal, and always when, which, how it ended and what is held", () => {
    for (const width of [66, 80, 100]) {
      const lines = printHistory(runs, { width, paint: uncoloured });
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
      expect(lines[0]).toMatch(/^STARTED \(UTC\) +RUN +STATUS.* HELD/);
    }
  });

  it("shows nothing of a starter's name that a terminal would obey", () => {
    const [, line] = printHistory([run({ startedByLabel: "\x1b[2J" })], { width: 200, paint: uncoloured });
    expect(line).toContain("\\u{1b}[2J");
  });

  it("says how long something took in the unit that fits", () => {
    expect([0, 0.4, 89, 90, 3600, 5400, 7830].map(duration)).toEqual([
      "0 s",
      "0 s",
      "89 s",
      "2 min",
      "60 min",
      "1 h 30 min",
      "2 h 11 min",
    ]);
  });
});

describe("lines of JSON", () => {
  it("have these fields of a run, which programs rely on", () => {
    expect(JSON.parse(runAsJson(run({ failure: "Why.", status: "HELD" })))).toEqual({
      type: "run",
      id: "run_01jd0000000000000000",
      directoryId: "dir_01jd0000000000000001",
      status: "HELD",
      startedBy: "ada@acme.example",
      createdAt: "2026-03-01T09:30:00.000Z",
      startedAt: "2026-03-01T09:30:01.000Z",
      finishedAt: "2026-03-01T09:32:13.000Z",
      failure: "Why.",
      requestCount: 1200,
      waitedMs: 5,
      summary: {
        usersToCreate: 1000,
        usersToUpdate: 0,
        usersToRemove: 0,
        groupsToCreate: 0,
        groupsToUpdate: 0,
        groupsToRemove: 0,
        membersToAdd: 234,
        membersToRemove: 2,
        applied: 0,
        held: 2,
        failed: 0,
      },
    });
  });

  it("have these fields of a change, which programs rely on", () => {
    const body = {
      action: "MEMBER_REMOVE" as const,
      subjectType: "User" as const,
      subjectId: "01jd0000000000000002",
      subjectLabel: "ada@acme.example",
      externalId: "100",
      groupId: "01jd0000000000000003",
      groupLabel: "Team",
      groupExternalId: "0abc",
      changes: [{ field: "direct", from: "true", to: null }],
      failure: "Too many.",
      fingerprint: "not for others",
    };
    const expected = {
      type: "change",
      status: "HELD",
      action: "MEMBER_REMOVE",
      subjectType: "User",
      subjectId: "usr_01jd0000000000000002",
      subject: "ada@acme.example",
      externalId: "100",
      groupId: "grp_01jd0000000000000003",
      group: "Team",
      changes: [{ field: "direct", from: "true", to: null }],
      failure: "Too many.",
    };
    expect(JSON.parse(changeAsJson({ status: "HELD", body, failure: null }))).toEqual(expected);
    const { groupId: _id, groupLabel: _label, failure: _failure, ...bare } = body;
    expect(JSON.parse(changeAsJson({ status: "PLANNED", body: { ...bare, subjectId: null } }))).toEqual({
      ...expected,
      status: "PLANNED",
      subjectId: null,
      groupId: null,
      group: null,
      failure: null,
    });
  });
});
