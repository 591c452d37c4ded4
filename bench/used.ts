import { readFileSync, writeFileSync } from "node:fs";

/** What something took of this process. */
export interface Used {
  seconds: number;
  /** In all threads. */
  cpuSeconds: number;
  /** Resident memory just before, and the most while it lasted. */
  idleBytes: number;
  peakBytes: number;
}

/** Does something and says what it took. */
export async function measureUse<T>(work: () => Promise<T>): Promise<Used & { value: T }> {
  const idleBytes = restartPeak();
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const value = await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { value, seconds, cpuSeconds: (user + system) / 1e6, idleBytes, peakBytes: peakBytes() };
}

/** Lets the peak begin anew at what is resident now, which it answers. Only Linux can. */
function restartPeak(): number {
  if (process.platform === "linux") writeFileSync("/proc/self/clear_refs", "5");
  return process.memoryUsage.rss();
}

/** `maxRSS` would on Linux begin with what the parent process had. */
function peakBytes(): number {
  const kilobytes =
    process.platform === "linux" ? /VmHWM:\s*(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] : undefined;
  return Number(kilobytes ?? process.resourceUsage().maxRSS) * 1024;
}
