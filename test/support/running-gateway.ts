import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { expect } from "vitest";

export interface GatewayAnswer {
  status: number;
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions: { code: string } }[];
  text: string;
}

/** The real command `gatehouse serve`, as a process of its own. */
export interface RunningGateway {
  /** All that it wrote to its log. */
  log(): string;
  /** Waits until the log holds this. */
  says(words: RegExp): Promise<void>;
  /** The status and the text of a path such as `/readyz`; status 0 when nothing listens. */
  probe(path: string): Promise<{ status: number; text: string }>;
  /** Waits until it is ready. */
  ready(): Promise<void>;
  post(query: string, variables?: object): Promise<GatewayAnswer>;
  /** Makes a change that has to succeed, and answers its payload. */
  change<T>(name: string, input: object, selection: string): Promise<T>;
  /** Makes it stand still, or go on. */
  send(signal: "SIGSTOP" | "SIGCONT"): void;
  /** Ends it, at once or in order, and answers its exit code. */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null>;
}

/** Runs a program to its end. */
export async function run(env: NodeJS.ProcessEnv, program: string, args: readonly string[]) {
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const [output, errors] = [collect(child.stdout), collect(child.stderr)];
  const code = await new Promise<number | null>((closed) => child.once("close", closed));
  return { code, output: output(), errors: errors() };
}

/** Runs a command of `gatehouse` to its end. */
export function runCommand(env: NodeJS.ProcessEnv, ...args: string[]) {
  return run(env, process.execPath, ["bin/gatehouse.js", ...args]);
}

/** Starts the gateway. It is not ready yet. `token` is an API token of the site. */
export function startGateway(env: NodeJS.ProcessEnv & { PORT: string }, token: string): RunningGateway {
  const child = spawn(process.execPath, ["bin/gatehouse.js", "serve"], { env, stdio: ["ignore", "ignore", "pipe"] });
  const log = collect(child.stderr);
  const url = `http://127.0.0.1:${env.PORT}`;
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };

  const gateway: RunningGateway = {
    log,
    says: (words) => until(child, async () => words.test(log()), `the log says ${words}`, log),
    async probe(path) {
      const response = await fetch(url + path).catch(() => null);
      return { status: response?.status ?? 0, text: (await response?.text()) ?? "" };
    },
    ready: () => until(child, async () => (await gateway.probe("/readyz")).status === 200, "it is ready", log),
    async post(query, variables = {}) {
      const body = JSON.stringify({ query, variables });
      const response = await fetch(`${url}/graphql`, { method: "POST", headers, body });
      const text = await response.text();
      return { status: response.status, text, ...(JSON.parse(text) as object) };
    },
    async change<T>(name: string, input: object, selection: string) {
      const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
      const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code message } } }`;
      const { data, errors } = await gateway.post(query, { input });
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ [name]: { userErrors: [] } });
      return data?.[name] as T; // as: the one field that was selected
    },
    send(signal) {
      child.kill(signal);
    },
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await once(child, "exit");
      }
      return child.exitCode;
    },
  };
  return gateway;
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.on("data", (chunk) => {
    text += chunk;
  });
  return () => text;
}

/** Waits for something to become true while the process lives. */
async function until(child: ChildProcess, isSo: () => Promise<boolean>, what: string, log: () => string): Promise<void> {
  const end = Date.now() + 40_000;
  while (!(await isSo())) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The gateway has ended before ${what}: ${log()}`);
    if (Date.now() > end) throw new Error(`Waited in vain until ${what}: ${log()}`);
    await wait(50);
  }
}
