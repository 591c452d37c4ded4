import { expect, it } from "vitest";
import type { SyncChangeBody } from "../../src/model/sync-change.ts";
import { emptySummary } from "../../src/model/sync-summary.ts";
import { reportRun } from "../../sync/report.ts";

const user = (action: SyncChangeBody["action"], subjectLabel: string, more: Partial<SyncChangeBody> = {}): SyncChangeBody => ({
  action,
  subjectType: "User",
  subjectId: null,
  subjectLabel,
  externalId: "1",
  changes: [],
  ...more,
});

it("tells a run with the counts first, people by name, and removals last", () => {
  const text = reportRun({
    status: "HELD",
    failure: "Too many.",
    requestCount: 7,
    summary: { ...emptySummary(), usersToCreate: 1, usersToRemove: 2, membersToAdd: 1, held: 1 },
    changes: [
      { status: "HELD", body: user("USER_DEACTIVATE", "zoe@acme.example", { failure: "Too many." }) },
      { status: "APPLIED", body: user("USER_DEACTIVATE", "bob@acme.example") },
      { status: "APPLIED", body: user("MEMBER_ADD", "ada@acme.example", { groupLabel: "Team" }) },
      {
        status: "APPLIED",
        body: user("USER_UPDATE", "cy@acme.example", { changes: [{ field: "fullName", from: "Cy", to: "Cyd" }] }),
      },
      { status: "FAILED", body: user("USER_CREATE", "ada@acme.example"), failure: "No seats." },
    ],
  });
  expect(text.split("\n")).toEqual([
    "HELD. Users: 1 to come, 0 to change, 2 to go. Groups: 0 to come, 0 to change, 0 to go. Memberships: 1 to come, 0 to go. 0 applied, 1 held, 0 failed. 7 requests to the directory.",
    "Too many.",
    "",
    "People and groups (1)",
    "  ~ cy@acme.example changes fullName Cy -> Cyd",
    "",
    "Memberships (1)",
    "  + ada@acme.example joins Team",
    "",
    "Failed (1)",
    "  + ada@acme.example comes: No seats.",
    "",
    "REMOVALS (1)",
    "  - bob@acme.example is deactivated",
    "",
    "HELD, until a person approves them (1)",
    "  - zoe@acme.example is deactivated: Too many.",
  ]);
});
