import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { SyncChangeBody, SyncChangeStatus } from "../../src/model/sync-change.ts";
import { emptySummary } from "../../src/model/sync-summary.ts";
import { coloured, uncoloured, widthOf } from "../../sync/report/terminal-text.ts";
import type { ReportedChange } from "../../sync/report/told-change.ts";
import { isOpen, type ReportedRun, type ReportOptions, reportRun } from "../../sync/report.ts";

type More = Partial<SyncChangeBody>;

const body = (action: SyncChangeBody["action"], subjectLabel: string, more: More = {}): SyncChangeBody => ({
  action,
  subjectType: action.startsWith("GROUP") ? "Group" : "User",
  subjectId: null,
  subjectLabel,
  externalId: subjectLabel,
  changes: [],
  ...more,
});
const at = (name: string) => `${name.toLowerCase().replace(/\W/g, ".")}@acme.example`;
const change = (status: SyncChangeStatus, one: SyncChangeBody, failure: string | null = null): ReportedChange => ({
  status,
  body: one,
  failure,
});
const comes = (name: string, status: SyncChangeStatus = "PLANNED", more: More = {}) =>
  change(status, body("USER_CREATE", at(name), { changes: [{ field: "fullName", from: null, to: name }], ...more }));
const joins = (name: string, group: string, status: SyncChangeStatus = "PLANNED") =>
  change(status, body("MEMBER_ADD", at(name), { groupLabel: group, groupExternalId: group }));
const leaves = (name: string, group: string, status: SyncChangeStatus = "PLANNED") =>
  change(status, body("MEMBER_REMOVE", at(name), { groupLabel: group, groupExternalId: group, proof: "NO_MEMBER" }));
const goes = (name: string, status: SyncChangeStatus = "PLANNED", failure: string | null = null) =>
  change(status, body("USER_DEACTIVATE", at(name), { proof: "ABSENT" }), failure);
const many = (count: number) => Array.from({ length: count }, (_, n) => `Person ${n + 1}`);

function tell(changes: ReportedChange[], run: Partial<ReportedRun> = {}, options: Partial<ReportOptions> = {}): string[] {
  const told = reportRun(
    { status: "PLANNED", failure: null, requestCount: 7, waitedMs: 0, summary: emptySummary(), changes, ...run },
    {
      width: Number.POSITIVE_INFINITY,
      paint: uncoloured,
      all: false,
      site: "acme",
      runId: "run_1",
      names: new Map(),
      ...options,
    },
  );
  return told.split("\n");
}

/** The lines from a title to the next empty one. */
function chapter(lines: string[], title: string): string[] {
  const from = lines.findIndex((line) => line.startsWith(title));
  const rest = lines.slice(from + 1);
  return from < 0 ? [] : rest.slice(0, rest.indexOf("") < 0 ? undefined : rest.indexOf(""));
}

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

describe("a long report", () => {
  it("folds into one line of their group those who do nothing but join or leave it", () => {
    const lines = tell([
      ...many(11).map((name) => joins(name, "Everyone")),
      ...many(10).map((name) => joins(name, "Team")),
      ...many(12).map((name) => leaves(name, "Former")),
    ]);
    expect(chapter(lines, "Groups")).toEqual([`+ Everyone  11 people join: ${many(8).map(at).join(", ")} and 3 more`]);
    expect(chapter(lines, "People")).toEqual(many(10).map((name) => `+ ${at(name).padEnd(at("Person 10").length)}  joins Team`));
    expect(chapter(lines, "REMOVALS: 12 memberships")).toHaveLength(1);
    expect(lines).toContain("  gatehouse sync show --site acme --run run_1 --all");
  });

  it("says what it leaves out, and leaves out nothing with --all", () => {
    const changes = many(500).flatMap((name) => [
      comes(name),
      ...["A", "B", "C"].map((group) => joins(name, group)),
      goes(`Old ${name}`),
    ]);
    const short = tell(changes, {}, { width: 80 });
    expect(chapter(short, "People").at(-1)).toBe("  and 460 more; --all shows them");
    expect(chapter(short, "REMOVALS").at(-1)).toBe("  and 100 more; --all shows them");
    const whole = tell(changes, {}, { width: 80, all: true });
    expect(whole.filter((line) => line.startsWith("+ "))).toHaveLength(500);
    expect(whole.filter((line) => line.startsWith("- "))).toHaveLength(500);
    expect(whole.join("\n")).not.toMatch(/ more|--all/);
    expect(whole.join("\n").match(/joins A, B, C/g)).toHaveLength(500);
  });

  it("names as many groups as a line has room for, the smaller ones first", () => {
    const groups = ["Aa", "Bb", "Cc", "Dd"];
    const changes = [comes("Ada"), ...groups.map((group) => joins("Ada", group)), comes("Bob"), joins("Bob", "Aa")];
    const narrow = (width: number) => chapter(tell(changes, {}, { width }), "People")[0];
    expect(narrow(120)).toBe("+ Ada <ada@acme.example>  comes, joins Bb, Cc, Dd, Aa");
    expect(narrow(52)).toBe("+ Ada <ada@acme.example>  comes, joins Bb and 3 more");
  });
});

describe("a report on a terminal", () => {
  const japanese = [comes("田中 春香"), comes("Ada")].map((one, n) => ({
    ...one,
    body: { ...one.body, subjectLabel: `${n}@acme.example` },
  }));
  const long = [
    ...many(3).map((name) => comes(name)),
    comes("A Person Of A Name Longer Than Most"),
    ...many(12).map((name) => joins(name, "A Group Of A Name That Is Longer Than Most")),
    goes("Bob", "HELD", "This run would remove 12 of 30 users; without approval it may remove 10. A long reason goes on below."),
  ];

  it("fits its width", () => {
    for (const width of [60, 80, 120])
      for (const line of tell(long, {}, { width }))
        if (!line.startsWith("  gatehouse")) expect(widthOf(line), line).toBeLessThanOrEqual(width);
  });

  it("is aligned by what a terminal shows: a Japanese character takes two columns", () => {
    const lines = chapter(tell(japanese, {}, { width: 80 }), "People");
    expect(lines[1]).toBe("+ 田中 春香 <0@acme.example>  comes");
    const starts = lines.map((line) => widthOf(line.slice(0, line.indexOf("comes"))));
    expect(new Set(starts).size).toBe(1);
  });

  it("says the same in colours and without them", () => {
    const plain = tell(long, {}, { width: 80 }).join("\n");
    const painted = tell(long, {}, { width: 80, paint: coloured }).join("\n");
    expect(painted).not.toBe(plain);
    expect(stripVTControlCharacters(painted)).toBe(plain);
  });

  it("shows nothing of the directory's that a terminal would obey", () => {
    const evil = "\x1b[2J\x1b]0;owned\x07\x9b31m\r\n\u202e";
    const changes = (["PLANNED", "HELD", "DISPUTED", "FAILED", "SKIPPED"] as const).flatMap((status) => [
      comes(`Eve${evil}`, status, { externalId: `e${status}`, subjectLabel: `eve${evil}@acme.example` }),
      change(status, body("MEMBER_ADD", `m${evil}`, { groupLabel: `g${evil}`, groupExternalId: `g${evil}` }), `why${evil}`),
      change(status, body("MEMBER_REMOVE", `n${evil}`, { groupLabel: `g${evil}` }), `why${evil}`),
      change(status, body("GROUP_UPDATE", `g${evil}`, { changes: [{ field: `f${evil}`, from: evil, to: evil }] }), `why${evil}`),
      change(status, body("GROUP_UPDATE", `h${evil}`, { changes: [{ field: "nested", from: null, to: evil }] })),
      ...many(12).map((name) => change(status, body("MEMBER_ADD", `${name}${evil}`, { groupLabel: `x${evil}` }))),
    ]);
    for (const all of [true, false])
      for (const status of ["PLANNED", "FAILED", "HELD"])
        for (const line of tell(changes, { status, failure: `failure${evil}` }, { width: 80, all }))
          expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
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
