import { describe, expect, it } from "vitest";
import { emptySummary } from "../../src/model/sync-summary.ts";
import { isOpen } from "../../sync/report.ts";
import { at, body, change, chapter, comes, goes, joins, leaves, tell } from "../support/reported.ts";

describe("the report of a run", () => {
  it("reads like a diff: counts first, people by name with all of theirs together, removals last, and what to do next", () => {
    const renamed = body("USER_UPDATE", at("Cy"), { changes: [{ field: "fullName", from: "Cy", to: "Cyd" }] });
    const lines = tell(
      [
        goes("Zoe", "HELD", "Too many."),
        goes("Bob"),
        leaves("Bea", "Team"),
        joins("Ada Lovelace", "Team"),
        joins("Ada Lovelace", "Everyone"),
        change("PLANNED", renamed),
        change("PLANNED", body("GROUP_CREATE", "Team", { changes: [{ field: "email", from: null, to: "team@acme.example" }] })),
        comes("Ada Lovelace"),
        change("SKIPPED", body("USER_CREATE", at("Guest")), "Guests are not brought."),
      ],
      {},
      { names: new Map() },
    );
    expect(lines).toEqual([
      "PLANNED: This is a plan; nothing has been changed. 7 requests to the directory.",
      "",
      "                come   change       go     held  left alone",
      "people             1        1        1        1           1",
      "groups             1        0        0        0           0",
      "memberships        2        0        1        0           0",
      "",
      "People",
      "+ Ada Lovelace <ada.lovelace@acme.example>  comes, joins Everyone, Team",
      "~ Cy <cy@acme.example>                      name Cy -> Cyd",
      "",
      "Groups",
      "+ Team <team@acme.example>  comes, 1 person joins",
      "",
      "Left alone",
      "  Guests are not brought.",
      "    = guest@acme.example  would come",
      "",
      "REMOVALS: 1 person, 1 membership",
      "- bea@acme.example  leaves Team",
      "- bob@acme.example  is deactivated: no longer in the directory",
      "",
      "HELD until a person approves: 1 person",
      "  Too many.",
      "    - zoe@acme.example  would be deactivated: no longer in the directory",
      "",
      "Nothing has been changed yet. To apply this plan but for what is held, within 24 hours:",
      "  gatehouse sync run --site acme --run run_1",
      "",
      "To approve the held removals as well (1 person), each proven absent once more:",
      "  gatehouse sync run --site acme --run run_1 --approve-removals",
    ]);
  });

  it("calls people by their names also where their changes tell only the address", () => {
    const leaver = change("PLANNED", body("USER_DEACTIVATE", "bob@acme.example", { subjectId: "b", proof: "RECORD" }));
    expect(tell([leaver], {}, { names: new Map([["b", "Bob Dylan"]]) })).toContain(
      "- Bob Dylan <bob@acme.example>  is deactivated: not in scope any more",
    );
  });

  it("tells a field before and after, an address that passes to somebody else as a removal, and a membership that changes its way", () => {
    const email = { field: "email", from: "old@acme.example", to: "new@acme.example" };
    const lines = tell([
      change(
        "PLANNED",
        body("USER_UPDATE", "old@acme.example", { changes: [email, { field: "title", from: "Clerk", to: null }] }),
      ),
      change("PLANNED", body("USER_UPDATE", "gone@acme.example", { changes: [], proof: "ABSENT", retires: true })),
      change(
        "PLANNED",
        body("MEMBER_ADD", "dee@acme.example", {
          groupLabel: "Team",
          direct: true,
          changes: [{ field: "direct", from: "false", to: "true" }],
        }),
      ),
      change(
        "PLANNED",
        body("USER_ACTIVATE", "eve@acme.example", { changes: [{ field: "suspended", from: "true", to: "false" }] }),
      ),
    ]);
    expect(chapter(lines, "People")).toEqual([
      "~ dee@acme.example  is in Team itself, too",
      "~ eve@acme.example  is activated",
      "~ old@acme.example  address old@acme.example -> new@acme.example, title Clerk -> none",
    ]);
    expect(chapter(lines, "REMOVALS: 1 person")).toEqual(["- gone@acme.example  gives up the address to somebody else"]);
    expect(lines[5]).toMatch(/^memberships +0 +1 /);
  });

  it("does not call it a removal that the directory brings somebody no more who was deactivated before", () => {
    const listed = [{ field: "listed", from: "true", to: "false" }];
    const lines = tell([change("PLANNED", body("USER_UPDATE", at("Bob"), { proof: "ABSENT", changes: listed }))]);
    expect(chapter(lines, "People")).toEqual(["~ bob@acme.example  brought by the directory yes -> no"]);
    expect(lines.join()).not.toContain("REMOVALS");
  });

  it("tells the same reason once, with everybody under it", () => {
    const lines = tell(
      [comes("Bob", "FAILED"), comes("Ada", "FAILED"), comes("Cy", "FAILED")].map((one, n) => ({
        ...one,
        failure: n < 2 ? "No seats." : "Taken.",
      })),
      { status: "PARTIAL", failure: "3 changes could not be made; each says why." },
    );
    expect(lines[0]).toBe("PARTIAL: 3 changes could not be made; each says why. 7 requests to the directory.");
    expect(chapter(lines, "FAILED")).toEqual([
      "  No seats.",
      "    ! Ada <ada@acme.example>  would come",
      "    ! Bob <bob@acme.example>  would come",
      "  Taken.",
      "    ! Cy <cy@acme.example>  would come",
    ]);
    expect(lines).toContain("What failed is tried again in the next run.");
  });

  it("gives a run's own reason for what it holds where a change has none", () => {
    const lines = tell([goes("Bob", "HELD"), comes("Ada", "APPLIED")], {
      status: "HELD",
      failure: "The lists leave out who is there.",
    });
    expect(lines[0]).toBe("HELD: Removals wait for a person; everything else was applied. 7 requests to the directory.");
    expect(chapter(lines, "HELD until")[0]).toBe("  The lists leave out who is there.");
  });

  it("does not call done what a cancelled or failed run did not come to", () => {
    for (const status of ["CANCELLED", "FAILED"]) {
      const lines = tell([comes("Ada", "APPLIED"), comes("Bob"), goes("Cy")], { status });
      expect(chapter(lines, "People")).toEqual(["+ Ada <ada@acme.example>  comes"]);
      expect(chapter(lines, "Not made")).toEqual([
        "= Bob <bob@acme.example>  would come",
        "= cy@acme.example         would be deactivated: no longer in the directory",
      ]);
      expect(lines.join()).not.toContain("REMOVALS");
      expect(lines).toContain("  gatehouse sync plan --site acme");
    }
  });

  it("says that there is nothing to do, and that the changes of long ago are not kept", () => {
    expect(tell([])).toEqual(["PLANNED: There is nothing to do. 7 requests to the directory."]);
    const summary = { ...emptySummary(), usersToCreate: 3 };
    expect(tell([], { status: "SUCCEEDED", summary, waitedMs: 2600 })).toEqual([
      "SUCCEEDED: Its single changes are not kept any more. 7 requests to the directory, waited 3 s.",
    ]);
    expect(tell([comes("Ada", "SKIPPED")])[0]).toBe(
      "PLANNED: There is nothing to do but what is told below. 7 requests to the directory.",
    );
  });
});

describe("a run", () => {
  it("is open while changes are planned or held", () => {
    expect(isOpen({ status: "PLANNED", changes: [comes("Ada")] })).toBe(true);
    expect(isOpen({ status: "PLANNED", changes: [goes("Ada", "HELD")] })).toBe(true);
    expect(isOpen({ status: "PLANNED", changes: [comes("Ada", "SKIPPED"), comes("Bob", "DISPUTED")] })).toBe(false);
    expect(isOpen({ status: "PLANNED", changes: [] })).toBe(false);
    expect(isOpen({ status: "HELD", changes: [goes("Ada", "HELD")] })).toBe(true);
    expect(isOpen({ status: "SUCCEEDED", changes: [comes("Ada", "APPLIED")] })).toBe(false);
  });
});
