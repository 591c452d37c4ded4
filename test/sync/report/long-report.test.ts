import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { coloured, widthOf } from "../../../sync/report/terminal-text.ts";
import { at, body, change, chapter, comes, goes, joins, leaves, many, tell } from "../../support/reported.ts";

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
