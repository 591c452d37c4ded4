import { describe, expect, it } from "vitest";
import { endOf, lineOf, progressInWords, seatsInWords, unreadInWords } from "../../../src/commands/users/import-report.ts";

const counts = { INVITED: 1200, RENEWED: 1, ALREADY_INVITED: 2, ALREADY_ACTIVE: 3, LEFT_OUT: 4, REFUSED: 5 };

describe("the report of an import", () => {
  it("has a line for each row, with every fault and whatever to look at twice", () => {
    const invited = { row: 2, email: "a@a.example", result: "INVITED" as const, faults: [], warnings: ["Did you mean b?"] };
    expect(lineOf(invited, false)).toBe("row 2  a@a.example  invited  look twice: Did you mean b?");
    expect(lineOf(invited, true)).toBe("row 2  a@a.example  would be invited  look twice: Did you mean b?");
    const faults = [
      { column: "role" as const, code: "INVALID" as const, message: "There is no such role." },
      { column: null, code: "INVALID" as const, message: "Too many cells." },
    ];
    expect(lineOf({ row: 3, email: "b", result: "REFUSED", faults, warnings: [] }, true)).toBe(
      "row 3  b  refused: role: There is no such role. Too many cells.",
    );
  });

  it("shows nothing of a file that a terminal would obey", () => {
    expect(lineOf({ row: 2, email: "\x1b[2Ja\x07", result: "INVITED", faults: [], warnings: [] }, false)).toBe(
      "row 2  ?[2Ja?  invited",
    );
    expect(unreadInWords(["size\x1b]0;owned\x07"])).toBe("These columns are not read: size?]0;owned?");
  });

  it("says how many seats are taken, and whether there are enough", () => {
    const application = { key: "wiki", name: "Wiki", seatLimit: 1000, seatsUsed: 990 };
    expect(seatsInWords({ application, change: 10, isEnough: true })).toBe("Wiki: 10 seats to take, 990 taken of 1,000");
    expect(seatsInWords({ application, change: 11, isEnough: false })).toContain("not enough seats");
    expect(seatsInWords({ application: { ...application, seatLimit: null }, change: 1, isEnough: true })).toContain(
      "without a limit",
    );
  });

  it("ends with what was done, or why nothing was", () => {
    expect(endOf({ counts, stopped: null, failed: false }, false)).toBe(
      "1,200 invited, 1 invited anew, 2 invited already, 3 active already, 4 left out, 5 refused.",
    );
    expect(endOf({ counts, stopped: "FAULTY", failed: true }, false)).toMatch(
      /^1,200 to be invited, .* Nothing was changed: correct/,
    );
    expect(JSON.parse(endOf({ counts, stopped: "DRY_RUN", failed: false }, true))).toEqual({
      type: "import",
      changed: false,
      stopped: "DRY_RUN",
      failed: false,
      counts,
    });
  });

  it("tells how far it is", () => {
    const progress = { stage: "INVITING" as const, bytes: 50, bytesInAll: 200, rows: 1234 };
    expect(progressInWords(progress, 3)).toBe("Inviting … 25 % of the file, 1,234 rows, 3 s");
    expect(progressInWords({ ...progress, stage: "CHECKING", bytesInAll: 0 }, 3)).toContain("Checking … 100 %");
  });
});
