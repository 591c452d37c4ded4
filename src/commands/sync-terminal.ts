import type { WriteStream } from "node:tty";
import type { PrintOptions } from "../../sync/report/print-lines.ts";
import { coloured, uncoloured } from "../../sync/report/terminal-text.ts";

/**
 * How to print on standard output: by the terminal's width, and in colours unless nobody wants them. In a pipe or a file lines are as long
 * as they are, and nothing but text.
 */
export function printingOn(
  stream: Pick<WriteStream, "isTTY" | "columns">,
  env: NodeJS.ProcessEnv,
  wantsColour: boolean,
): PrintOptions {
  if (!stream.isTTY) return { width: Number.POSITIVE_INFINITY, paint: uncoloured };
  const isColoured = wantsColour && !env.NO_COLOR && env.TERM !== "dumb";
  // Some terminals do not say how wide they are.
  return { width: Math.max(40, stream.columns || 80), paint: isColoured ? coloured : uncoloured };
}
