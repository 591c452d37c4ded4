import type { ChildProcess } from "node:child_process";
import { nextMessage, startChild } from "./child.ts";

/** Where a server listens on loopback, and what to show it. */
export interface ServerAddress {
  port: number;
  token: string;
}

/** In a server's process: tells its address, and then its processor time, in microseconds, as often as it is asked. */
export function tellCpu(address: ServerAddress): void {
  process.send?.(address);
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
}

/** A server whose processor time is measured. */
export interface MeasuredServer {
  token: string;
  /** Answers the JSON of one POST. */
  ask(body: string): Promise<string>;
  /** The microseconds of processor time that one request costs, from so many sent by four clients at once. */
  cpuOf(body: string, requests: number): Promise<number>;
  stop(): void;
}

export async function startServer(file: string, ...args: string[]): Promise<MeasuredServer> {
  const child = startChild(file, args);
  const { port, token } = await nextMessage<ServerAddress>(child);
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
  const ask = async (body: string): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, { method: "POST", headers, body });
    if (!response.ok) throw new Error(`${file} answered ${response.status}: ${await response.text()}`);
    return response.text();
  };
  return {
    token,
    ask,
    async cpuOf(body, requests) {
      const before = await askCpu(child);
      let left = requests;
      const client = async () => {
        while (left-- > 0) await ask(body);
      };
      await Promise.all(Array.from({ length: 4 }, client));
      return ((await askCpu(child)) - before) / requests;
    },
    stop: () => child.disconnect(),
  };
}

function askCpu(child: ChildProcess): Promise<number> {
  const answer = nextMessage<number>(child);
  child.send("CPU");
  return answer;
}
