import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { readSignInProviders } from "./config-sign-in.ts";
import {
  type DatabaseSetting,
  noReplyAt,
  ownUrl,
  readDatabaseUrl,
  readDnsServer,
  readMailFrom,
  readNetworks,
  readPublicUrl,
  readSecretKey,
  readServiceUrl,
} from "./config-values.ts";
import { readSmtpUrl } from "./mail/smtp-url.ts";
import type { SignInProvider } from "./model/sign-in-provider.ts";

export type { DatabaseSetting } from "./config-values.ts";

/** Every setting, read and found good. `null` means not set. */
export interface Config {
  database: DatabaseSetting;
  host: string;
  /** 0 lets the system choose. */
  port: number;
  /** An origin: no path, no slash at the end. */
  publicUrl: string;
  /** 32 bytes. */
  secretKey: Buffer;
  smtpUrl: string | null;
  mailFrom: string;
  signInProviders: readonly SignInProvider[];
  /** IP addresses and networks (CIDR). */
  trustedProxies: string[];
  googleApiUrl: string | null;
  googleTokenUrl: string | null;
  googleQueriesPerMinute: number;
  /** Points that each caller has in a minute. An operation of the largest size has to fit. */
  costPerMinute: number;
  /** How the proofs of domains are looked for. */
  domains: { dnsServer: string | null; privateAddresses: "refuse" | "allow"; httpsPort: number };
  logLevel: "debug" | "info" | "warn" | "error" | "silent";
  executor: "jit" | "js";
  syncChangesDays: number;
}

/** Settings that make no sense, each in a sentence. None of them repeats a value, since values can be secrets. */
export class ConfigFault extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The settings are not complete:\n${faults.map((fault) => `- ${fault}`).join("\n")}`);
    this.name = "ConfigFault";
    this.faults = faults;
  }
}

/** A setting that a function reads, which answers null for what makes no sense. */
function readBy<T>(read: (text: string) => T | null, fault: string) {
  return z.string().transform((text, context): T => {
    const value = read(text);
    if (value !== null) return value;
    context.addIssue({ code: "custom", message: fault });
    return z.NEVER;
  });
}

/** A setting that stays as it is when a function of the mail room can read it; what that throws never holds the text. */
function acceptedBy(read: (text: string) => unknown) {
  return z.string().superRefine((text, context) => {
    try {
      read(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : "This cannot be read." });
    }
  });
}

const wholeNumber = (name: string, from: number, to: number) =>
  readBy(
    (text) => (/^\d{1,9}$/.test(text) && Number(text) >= from && Number(text) <= to ? Number(text) : null),
    `${name} must be a whole number from ${from} to ${to}.`,
  );

const oneOf = <const W extends readonly string[]>(name: string, words: W) =>
  z.enum(words, { error: `${name} must be one of ${words.join(", ")}.` });

/** The settings as they are read. What stands in `prefault` is what a missing one is taken for. */
const shape = {
  DATABASE_URL: readBy(
    readDatabaseUrl,
    "DATABASE_URL must look like sqlite:./gatehouse.db or mysql://user:password@host:3306/database, with signs in user and password percent-encoded.",
  )
    .prefault("sqlite:./gatehouse.db")
    .meta({
      description: "Where the data is: `sqlite:FILE`, or `mysql://user:password@host:3306/database`, hosts separated by commas.",
    }),
  HOST: readBy((text) => (/^[\w.:-]{1,253}$/.test(text) ? text : null), "HOST must be an IP address or a host name.")
    .prefault("127.0.0.1")
    .meta({ description: "The address to listen on; `0.0.0.0` is every address of this machine." }),
  PORT: wholeNumber("PORT", 0, 65535).prefault("4000").meta({ description: "The port to listen on; 0 lets the system choose." }),
  PUBLIC_URL: readBy(
    readPublicUrl,
    "PUBLIC_URL must be an address like https://people.example.com, without path, user or query; http only for this very machine.",
  )
    .optional()
    .meta({
      description: "The address that people reach Gatehouse at, without a path. Links in letters are built from it alone.",
    }),
  SECRET_KEY: readBy(readSecretKey, "SECRET_KEY must be 32 bytes in base64: `openssl rand -base64 32` makes one.")
    .optional()
    .meta({ description: "32 bytes in base64 that encrypt directory credentials and waiting letters. Losing it loses those." }),
  SMTP_URL: acceptedBy(readSmtpUrl).optional().meta({
    description: "The mail server: `smtps://user:password@host:465` or `smtp://host:587`. Without it letters stay queued.",
  }),
  MAIL_FROM: acceptedBy(readMailFrom).optional().meta({
    description: "Whom letters come from: `name@example.com` or `Name <name@example.com>`; else no-reply at PUBLIC_URL's host.",
  }),
  OIDC_PROVIDERS: z
    .string()
    .transform((text, context) => {
      const { providers, faults } = readSignInProviders(text);
      for (const message of faults) context.addIssue({ code: "custom", message });
      return faults.length > 0 ? z.NEVER : providers;
    })
    .prefault("[]")
    .meta({
      description:
        "Google and other OpenID providers to sign in with: a JSON list of objects with name, issuer, clientId, clientSecret and sites.",
    }),
  TRUSTED_PROXIES: readBy(readNetworks, "TRUSTED_PROXIES must be IP addresses or networks like 10.0.0.0/8, separated by commas.")
    .prefault("")
    .meta({ description: "Proxies whose word on a client's address is taken: IP addresses and networks, separated by commas." }),
  GOOGLE_API_URL: readBy(readServiceUrl, "GOOGLE_API_URL must be an http or https URL without user or query.")
    .optional()
    .meta({ description: "Another address for Google's Admin SDK, for tests." }),
  GOOGLE_TOKEN_URL: readBy(readServiceUrl, "GOOGLE_TOKEN_URL must be an http or https URL without user or query.")
    .optional()
    .meta({ description: "Another address for Google's access tokens, for tests." }),
  GOOGLE_QUERIES_PER_MINUTE: wholeNumber("GOOGLE_QUERIES_PER_MINUTE", 1, 1_000_000).prefault("2400").meta({
    description: "How much Google is asked in a minute at most, for each Cloud project and administrator, by all instances.",
  }),
  COST_PER_MINUTE: wholeNumber("COST_PER_MINUTE", 10_100, 1_000_000_000).prefault("100000").meta({
    description:
      "Points for what is asked for that each account or API token has in a minute: one for an object, ten for a change.",
  }),
  DOMAIN_DNS_SERVER: readBy(readDnsServer, "DOMAIN_DNS_SERVER must be an IP address, with or without a port.").optional().meta({
    description: "Another DNS server to ask for the proofs of domains, for tests: an IP address, with or without a port.",
  }),
  DOMAIN_PRIVATE_ADDRESSES: oneOf("DOMAIN_PRIVATE_ADDRESSES", ["refuse", "allow"]).prefault("refuse").meta({
    description: "`allow` asks web servers at private addresses, too, for the proofs of domains. For tests alone.",
  }),
  DOMAIN_HTTPS_PORT: wholeNumber("DOMAIN_HTTPS_PORT", 1, 65535)
    .prefault("443")
    .meta({ description: "Another port to ask web servers at for the proofs of domains, for tests." }),
  LOG_LEVEL: oneOf("LOG_LEVEL", ["debug", "info", "warn", "error", "silent"])
    .prefault("info")
    .meta({ description: "How much is logged to standard error: `debug`, `info`, `warn`, `error` or `silent`." }),
  EXECUTOR: oneOf("EXECUTOR", ["jit", "js"])
    .prefault("jit")
    .meta({ description: "What runs GraphQL operations: `jit` compiles them, `js` is the reference implementation." }),
  SYNC_CHANGES_DAYS: wholeNumber("SYNC_CHANGES_DAYS", 1, 36500)
    .prefault("90")
    .meta({ description: "For how many days the single changes of a sync run are kept." }),
};

type SettingName = keyof typeof shape;

const names = Object.keys(shape) as SettingName[]; // as: the keys of `shape` are its keys

/** Settings with a secret in them: `NAME_FILE` may name a file that holds the value, as container platforms mount secrets. */
const secrets: ReadonlySet<SettingName> = new Set<SettingName>(["DATABASE_URL", "OIDC_PROVIDERS", "SECRET_KEY", "SMTP_URL"]);

/** A setting for the documentation and for `doctor`. */
export interface Setting {
  name: string;
  description: string;
  /** What a missing one is taken for; null when that is nothing, or follows from another setting. */
  initially: string | null;
  /** Must be given, save for the demo. */
  required: boolean;
  /** May be given as `NAME_FILE` too, and is never shown. */
  secret: boolean;
}

/** Every setting that there is, in the order to tell them. */
export const settings: readonly Setting[] = names.map((name) => ({
  name,
  description: shape[name].description ?? "",
  initially: shape[name] instanceof z.ZodPrefault ? String(shape[name].def.defaultValue) : null,
  required: name === "PUBLIC_URL" || name === "SECRET_KEY",
  secret: secrets.has(name),
}));

/**
 * Reads and checks every setting, and throws one `ConfigFault` with all that is wrong. The demo does without PUBLIC_URL (it is its
 * own host and port then) and without SECRET_KEY (a new one at each start, so what an earlier one sealed stays closed).
 */
export function readConfig(env: NodeJS.ProcessEnv, { demo = false } = {}): Config {
  const { values, faults } = readTexts(env, names);
  if (!demo && isMissing(env, "PUBLIC_URL"))
    faults.push("PUBLIC_URL is missing: the address that people will reach Gatehouse at.");
  if (!demo && isMissing(env, "SECRET_KEY")) faults.push("SECRET_KEY is missing: `openssl rand -base64 32` makes one.");
  const data = parse(z.object(shape), values, faults);
  const publicUrl = data.PUBLIC_URL ?? ownUrl(data.HOST, data.PORT);
  const mailFrom = data.MAIL_FROM ?? noReplyAt(publicUrl);
  if (mailFrom === null) throw new ConfigFault(["MAIL_FROM is missing: PUBLIC_URL's host is no domain that could send letters."]);
  return {
    database: data.DATABASE_URL,
    host: data.HOST,
    port: data.PORT,
    publicUrl,
    secretKey: data.SECRET_KEY ?? randomBytes(32),
    smtpUrl: data.SMTP_URL ?? null,
    mailFrom,
    signInProviders: data.OIDC_PROVIDERS,
    trustedProxies: data.TRUSTED_PROXIES,
    googleApiUrl: data.GOOGLE_API_URL ?? null,
    googleTokenUrl: data.GOOGLE_TOKEN_URL ?? null,
    googleQueriesPerMinute: data.GOOGLE_QUERIES_PER_MINUTE,
    costPerMinute: data.COST_PER_MINUTE,
    domains: {
      dnsServer: data.DOMAIN_DNS_SERVER ?? null,
      privateAddresses: data.DOMAIN_PRIVATE_ADDRESSES,
      httpsPort: data.DOMAIN_HTTPS_PORT,
    },
    logLevel: data.LOG_LEVEL,
    executor: data.EXECUTOR,
    syncChangesDays: data.SYNC_CHANGES_DAYS,
  };
}

/** DATABASE_URL alone, for whoever needs no more: migrations and tests. Throws a `ConfigFault`. */
export function readDatabaseSetting(env: NodeJS.ProcessEnv): DatabaseSetting {
  const { values, faults } = readTexts(env, ["DATABASE_URL"]);
  return parse(shape.DATABASE_URL, values.DATABASE_URL, faults);
}

function parse<T extends z.ZodType>(schema: T, given: unknown, faults: readonly string[]): z.output<T> {
  const read = schema.safeParse(given);
  const found = [...faults, ...(read.error?.issues ?? []).map((issue) => issue.message)];
  if (!read.success || found.length > 0) throw new ConfigFault(found);
  return read.data;
}

function isMissing(env: NodeJS.ProcessEnv, name: SettingName): boolean {
  return !env[name]?.trim() && !env[`${name}_FILE`]?.trim();
}

/** What the environment says, trimmed; an empty text is the same as none. The contents of `NAME_FILE` stand for NAME. */
function readTexts(env: NodeJS.ProcessEnv, wanted: readonly SettingName[]) {
  const faults: string[] = [];
  const values: { [name in SettingName]?: string } = {};
  for (const name of wanted) {
    const text = env[name]?.trim();
    const file = secrets.has(name) ? env[`${name}_FILE`]?.trim() : undefined;
    if (text && file) faults.push(`${name} and ${name}_FILE are both given: give one of them.`);
    else values[name] = (file ? readSecretFile(name, file, faults) : text) || undefined;
  }
  return { values, faults };
}

function readSecretFile(name: SettingName, file: string, faults: string[]): string | undefined {
  try {
    const text = readFileSync(file, "utf8").trim();
    if (text === "") faults.push(`${name}_FILE names an empty file.`);
    return text;
  } catch {
    // Without the path: whoever mixes the two up writes the secret itself here.
    faults.push(`${name}_FILE names a file that cannot be read.`);
  }
}
