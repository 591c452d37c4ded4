import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

/** Which rooms of src/ a room may import, beside itself (src/README.md, "Who may import whom"). `config` is src/config*.ts. */
const rooms: Record<string, readonly string[]> = {
  model: [],
  secrets: [],
  policy: ["model"],
  database: [],
  queries: ["model", "policy", "secrets"],
  work: ["model", "policy", "queries", "database"],
  mail: ["model"],
  actions: ["model", "policy", "queries", "work", "database", "mail", "secrets"],
  graphql: ["model", "policy", "queries", "work", "actions", "secrets"],
  server: ["model", "policy", "queries", "work", "actions", "secrets", "graphql", "database", "mail"],
  domains: ["model", "queries", "work", "actions"],
  config: ["model", "mail"],
  sync: ["model", "queries", "work", "actions"],
};

/** The outside world that a room may know, beside Node itself. */
const world: Record<string, readonly RegExp[]> = {
  model: [/^typeorm$/, /^tr46$/, /^tldts$/, /^lru-cache$/],
  secrets: [/^@node-rs\/argon2$/, /^p-limit$/],
  database: [/^typeorm$/, /^mysql2/, /^better-sqlite3$/],
  work: [/^typeorm$/],
  mail: [/^nodemailer/],
  graphql: [/^graphql$/, /^type-graphql$/, /^@apollo\/server/, /^reflect-metadata$/, /^graphql-jit$/, /^lru-cache$/],
  server: [
    /^fastify$/,
    /^@fastify\//,
    /^@as-integrations\//,
    /^@apollo\/server/,
    /^graphql$/,
    /^@escape\.tech\//,
    /^pino$/,
    /^prom-client$/,
    /^rate-limiter-flexible$/,
    /^jose$/,
    /^openid-client$/,
  ],
  domains: [/^node-cron$/],
  config: [/^zod$/],
  sync: [/^node-cron$/, /^p-limit$/],
};

const mains = /^(src\/main\.ts|src\/commands\/.*|sync\/main\.ts|ormconfig\.ts)$/;
const google = /^sync\/(google[a-z-]*|service-account-key)\.ts$/;
const sample = /^sync\/sample\//;

function roomOf(file: string): string {
  if (file.startsWith("sync/")) return "sync";
  return /^src\/config/.test(file) ? "config" : (file.split("/")[1] ?? "");
}

const files = ["src", "sync"].flatMap((top) =>
  readdirSync(top, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${top}/${name}`),
);

function importsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/^(?:import|export)\s[^;]*?from\s+"([^"]+)";|^import "([^"]+)";/gm)].map(
    (found) => found[1] ?? found[2] ?? "",
  );
}

describe("the house", () => {
  it("has arrows that point downwards only, and rooms that know no more of the world than they need", () => {
    const wrong: string[] = [];
    for (const file of files.filter((name) => !mains.test(name))) {
      const room = roomOf(file);
      for (const target of importsOf(file)) {
        if (target.startsWith("node:")) continue;
        if (target.startsWith(".")) {
          const to = normalize(join(dirname(file), target));
          if (mains.test(to) || (roomOf(to) !== room && !rooms[room]?.includes(roomOf(to)))) wrong.push(`${file} -> ${to}`);
        } else {
          const known = [
            ...(world[room] ?? []),
            ...(google.test(file) ? [/^@googleapis\//, /^google-auth-library$/] : []),
            ...(sample.test(file) ? [/^jose$/] : []),
          ];
          if (!known.some((name) => name.test(target))) wrong.push(`${file} -> ${target}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it("reads settings in one place: no file but the mains touches process.env", () => {
    expect(
      files.filter(
        (file) => !mains.test(file) && /process\.env/.test(readFileSync(file, "utf8").replaceAll("NodeJS.ProcessEnv", "")),
      ),
    ).toEqual([]);
  });

  it("imports every file that declares how something is read: what nobody imports is null without a word", () => {
    const imported = new Set(files.flatMap((file) => importsOf(file).map((target) => normalize(join(dirname(file), target)))));
    const declaring = files.filter((file) => /^declare\w+\(/m.test(readFileSync(file, "utf8")));
    expect(declaring.length).toBeGreaterThan(5);
    expect(declaring.filter((file) => !imported.has(file))).toEqual([]);
  });
});
