import { describe, expect, it } from "vitest";
import { inWords } from "../../src/commands/watch-run.ts";

describe("the progress of a run", () => {
  it("is the time while the directory is read, whose size nobody knows yet", () => {
    expect(inWords({ status: "PLANNING", stepCount: 0, appliedSeq: 0 }, 12)).toBe("Reading the directory … 12 s");
  });

  it("is the share of the steps while they are applied", () => {
    expect(inWords({ status: "APPLYING", stepCount: 1200, appliedSeq: 300 }, 3)).toBe("Applying … 25 % of 1,200 steps, 3 s");
    expect(inWords({ status: "APPLYING", stepCount: 0, appliedSeq: 0 }, 3)).toBe("Applying … 100 % of 0 steps, 3 s");
  });
});
