import { describe, expect, it } from "vitest";
import { createTeller, type RunProgress } from "../../src/commands/watch-run.ts";

const reading = (part: number | null, more: Partial<RunProgress["reading"]> = {}): RunProgress => ({
  status: "PLANNING",
  isPlanned: false,
  stepCount: 0,
  appliedSeq: 0,
  reading: { requests: 0, part, ...more },
});
const applying = (appliedSeq: number, stepCount: number): RunProgress => ({
  ...reading(null),
  status: "APPLYING",
  isPlanned: true,
  stepCount,
  appliedSeq,
});

describe("the progress of a run, in words", () => {
  it("is the time while nobody knows how large the directory is", () => {
    expect(createTeller().inWords(reading(null), 12)).toBe("Reading the directory: 12 s");
  });

  it("is what was read, and the part that this is", () => {
    const counts = { requests: 178, users: 3000, groups: 1, memberships: 8300 };
    expect(createTeller().inWords(reading(0.219, counts), 4)).toBe(
      "Reading 21 %: 8,300 memberships, 3,000 people, 1 group, 178 requests, 4 s",
    );
  });

  it("says how long reading still takes once there is a pace, and not before", () => {
    const { inWords } = createTeller();
    const left = (part: number, seconds: number) => /about (.*) left/.exec(inWords(reading(part), seconds))?.[1];
    expect(left(0.1, 1)).toBeUndefined();
    expect(left(0.3, 5)).toBeUndefined(); // too short
    expect(left(0.11, 60)).toBeUndefined(); // too little
    expect(left(0.4, 31)).toBe("60 s");
    expect(left(0.5, 41)).toBe("50 s");
  });

  it("is the share of the steps while they are applied, by a pace of their own", () => {
    const { inWords } = createTeller();
    inWords(reading(0.9), 100);
    expect(inWords(applying(0, 1200), 101)).toBe("Applying 0 % of 1,200 steps: 0 done, 2 min");
    expect(inWords(applying(300, 1200), 111)).toBe("Applying 25 % of 1,200 steps, about 30 s left: 300 done, 2 min");
    expect(inWords(applying(1200, 1200), 141)).toBe("Applying 100 % of 1,200 steps: 1,200 done, 2 min");
    expect(createTeller().inWords(applying(0, 0), 3)).toBe("Applying 100 % of 0 steps: 0 done, 3 s");
  });
});
