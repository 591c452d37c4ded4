import { describe, expect, it } from "vitest";
import { printingOn } from "../../src/commands/printing-on.ts";
import { type ProgressStream, tellingProgress } from "../../src/commands/telling-progress.ts";
import { coloured, uncoloured, widthOf } from "../../sync/report/terminal-text.ts";

function streamOf(more: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  const write = (text: string) => written.push(text) > 0;
  return { written, stream: { columns: 80, ...more, write } as unknown as ProgressStream }; // as: what is used of a stream
}

/** Tells until it was told so often, and then some. */
async function tellOften(times: number, stream: ProgressStream, words: string): Promise<number> {
  let told = 0;
  let end: (value: string) => void = () => undefined;
  const made = new Promise<string>((ended) => {
    end = ended;
  });
  const inWords = () => {
    told++;
    if (told === times) end("made");
    return words;
  };
  expect(await tellingProgress(inWords, made, { stream, tickMs: 1 })).toBe("made");
  return told;
}

describe("progress", () => {
  it("is told on a terminal in one line that fits its width, is written over, and is gone at the end", async () => {
    const { stream, written } = streamOf({ isTTY: true, columns: 40 });
    await tellOften(3, stream, "Reading 21 %: 8,300 memberships of 田中 and \x1b[2J many others");
    expect(written).toHaveLength(4);
    for (const line of written.slice(0, 3)) {
      expect(line.startsWith("\r\x1b[K")).toBe(true);
      const shown = line.slice("\r\x1b[K".length);
      expect(widthOf(shown)).toBeLessThan(40);
      expect(shown).not.toMatch(/\p{Cc}/u);
    }
    expect(written.at(-1)).toBe("\r\x1b[K");
  });

  it("is told a tenth as often where there is no terminal, a line each time, as long as it is", async () => {
    const { stream, written } = streamOf({ columns: 10 });
    await tellOften(2, stream, "Reading the directory, which takes a while");
    expect(written).toEqual(Array(2).fill("Reading the directory, which takes a while\n"));
  });

  it("leaves the failure of what is made to whoever made it", async () => {
    const { stream } = streamOf({ isTTY: true });
    const failing = Promise.reject(new Error("No."));
    await expect(tellingProgress(() => "x", failing, { stream })).rejects.toThrow("No.");
  });
});

describe("printing", () => {
  const terminal = { isTTY: true, columns: 120 };

  it("is coloured on a terminal alone, unless colours are not wanted", () => {
    expect(printingOn(terminal, {}, true)).toEqual({ width: 120, paint: coloured });
    for (const [env, wanted] of [
      [{ NO_COLOR: "1" }, true],
      [{ TERM: "dumb" }, true],
      [{}, false],
    ] as const)
      expect(printingOn(terminal, env, wanted).paint).toBe(uncoloured);
    expect(printingOn(terminal, { NO_COLOR: "" }, true).paint).toBe(coloured); // as no-color.org has it
    expect(printingOn({ isTTY: false, columns: 120 }, {}, true)).toEqual({ width: Number.POSITIVE_INFINITY, paint: uncoloured });
  });

  it("takes a terminal that does not know its width for one of 80 columns", () => {
    expect(printingOn({ isTTY: true, columns: 0 }, {}, true).width).toBe(80);
  });
});
