import { readFileSync } from "node:fs";

/** What a page shows of a terminal: a command, and what it printed. `…` on a line of its own stands for lines that are left out. */
export interface ShownCommand {
  command: string;
  output: string[];
  /** The page's words before the block name what has happened by then: `<!-- scene: leavers -->`. */
  scenes: string[];
}

/** The commands of a page's `console` blocks, in their order. */
export function shownCommands(page: string): ShownCommand[] {
  const commands: ShownCommand[] = [];
  let scenes: string[] = [];
  const parts = readFileSync(page, "utf8").matchAll(/^<!-- scene: (.+?) -->$|^```console\n(.*?)^```$/gms);
  for (const [, scene, block = ""] of parts) {
    if (scene !== undefined) scenes.push(scene);
    for (const line of block.split("\n").slice(0, -1)) {
      if (!line.startsWith("$ ")) commands.at(-1)?.output.push(line);
      else {
        commands.push({ command: line.slice(2), output: [], scenes });
        scenes = [];
      }
    }
  }
  return commands;
}

const runId = /run_[0-9a-z]{20}/g;

/** What differs from one time to another and has to mean the same: ids by the order in which they come, and moments. */
export class Same {
  readonly #shown: string[] = [];
  readonly #printed: string[] = [];

  /** A command as it is typed now, with the ids of now. */
  typed(command: string): string {
    return command.replace(runId, (id) => this.#printed[this.#shown.indexOf(id)] ?? id);
  }

  shown(line: string): string {
    return withoutMoments(numbered(line, this.#shown));
  }

  printed(line: string): string {
    return withoutMoments(numbered(line, this.#printed));
  }
}

function numbered(line: string, known: string[]): string {
  return line.replace(runId, (id) => {
    if (!known.includes(id)) known.push(id);
    return `run_${known.indexOf(id)}`;
  });
}

function withoutMoments(line: string): string {
  return line
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d\.\d{3}Z)?/g, "<moment>")
    .replace(/(dir|usr|grp)_[0-9a-z]{20}/g, "$1_id")
    .replace(/"waitedMs":\d+/, '"waitedMs":0');
}

/** Whether a page shows what was printed, but for the lines that it says it leaves out. */
export function isShownBy(shown: readonly string[], printed: readonly string[]): boolean {
  const parts: string[][] = [[]];
  for (const line of shown)
    if (line === "…") parts.push([]);
    else parts.at(-1)?.push(line);
  let from = 0;
  for (const [index, part] of parts.entries()) {
    const isFirst = index === 0;
    const isLast = index === parts.length - 1;
    const end = printed.length - part.length;
    const at = isFirst ? 0 : isLast ? end : printed.findIndex((_, start) => start >= from && stands(part, printed, start));
    if (at < from || !stands(part, printed, at) || (isFirst && isLast && end !== 0)) return false;
    from = at + part.length;
  }
  return true;
}

function stands(part: readonly string[], printed: readonly string[], at: number): boolean {
  return part.every((line, n) => printed[at + n] === line);
}
