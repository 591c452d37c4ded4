import type { Counts } from "./count-changes.ts";
import { sumOf } from "./print-chapters.ts";

export interface NextOptions {
  status: string;
  counts: Counts;
  /** The site's key and the run's public id: parts of the commands. */
  site: string;
  runId: string;
  /** Some lines were left out. */
  cut: boolean;
}

/** A thing to do next: a sentence, and the command that does it. */
export interface NextStep {
  sentence: string;
  command: string | null;
}

/** What whoever reads a report can do now. */
export function nextSteps({ status, counts, site, runId, cut }: NextOptions): NextStep[] {
  const run = `gatehouse sync run --site ${site}`;
  const isThere = (fate: Parameters<typeof sumOf>[1]) => sumOf(counts, fate) !== "";
  const steps: NextStep[] = [];
  if (isThere("disputed"))
    steps.push({
      sentence:
        "What is disputed stays as it is until it is settled: in the directory, or here with syncSettle. The next run looks again.",
      command: null,
    });
  if (isThere("failed")) steps.push({ sentence: "What failed is tried again in the next run.", command: null });
  if (cut) steps.push({ sentence: "To see every line:", command: `gatehouse sync show --site ${site} --run ${runId} --all` });
  if (status === "PLANNED" && (isThere("come") || isThere("change") || isThere("go")))
    steps.push({
      sentence: isThere("held")
        ? "Nothing has been changed yet. To apply this plan but for what is held, within 24 hours:"
        : "Nothing has been changed yet. To apply exactly this plan, within 24 hours:",
      command: `${run} --run ${runId}`,
    });
  if ((status === "PLANNED" || status === "HELD") && isThere("held"))
    steps.push({
      sentence: `To approve the held removals as well (${sumOf(counts, "held")}), each proven absent once more:`,
      command: `${run} --run ${runId} --approve-removals`,
    });
  if (status === "FAILED") steps.push({ sentence: "To see what is wrong:", command: "gatehouse doctor" });
  if (status === "FAILED" || (status === "CANCELLED" && isThere("unmade")))
    steps.push({ sentence: "To look again:", command: `gatehouse sync plan --site ${site}` });
  return steps;
}
