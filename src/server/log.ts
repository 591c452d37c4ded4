import { type DestinationStream, destination as fileDescriptor, type Logger, pino, stdSerializers, stdTimeFunctions } from "pino";
import { tokenShape } from "../secrets/token.ts";

/** Where anything is logged: `log.info({ siteId }, "Synced")`. Facts first, then a sentence. */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error" | "child">;

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

const hidden = "[hidden]";

/**
 * Keys whose values are never written, at any depth: `authorization`, `set-cookie`, `newPassword`, `accessToken`, `tokenHash`,
 * `SECRET_KEY`, `serviceAccountKey`, `private_key`, ... A database error's `sql` and `parameters` hold whatever was being stored.
 */
const secretKey =
  /(?:(?:authorization|cookie|password|token|secret|credential)s?(?:_?(?:hash|key|value))?|(?:private|account)_?key)$|^(?:sql|parameters)$/i;

/**
 * Secrets that name themselves, wherever in a text they stand, and what is written in their place. What people send us can end up in
 * a log, so none of these may look at the same run of characters twice.
 */
const secretShapes: [RegExp, string][] = [
  [new RegExp(tokenShape, "g"), hidden],
  [/-----BEGIN [^-]+-----[\s\S]*?(?:-----END [^-]+-----|$)/g, hidden], // a PEM block, also one cut short
  [/\$argon2[a-z]*\$[^\s"']+/g, hidden],
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)*/g, hidden], // a JWT
  [/\bya29\.[\w.-]+/g, hidden], // an access token of Google's
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{16,}/gi, `$1 ${hidden}`],
  [/:\/\/[^\s/?#"'@]*@/g, `://${hidden}@`], // user and password of a URL
  [/\?[\w%.~+[\]-]*=[^\s"'#]*/g, `?${hidden}`], // the query of a URL
];

/**
 * A log in JSON lines, to standard error unless a destination is given. Every line is read again before it is written, and whatever
 * looks secret is left out of it: facts, bindings of children, errors and sentences alike.
 */
export function createLog({ level, destination }: { level: LogLevel; destination?: DestinationStream }): Logger {
  const options = {
    level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: stdSerializers.err },
    hooks: { streamWrite: (line: string) => `${JSON.stringify(JSON.parse(line, withoutSecrets))}\n` },
  };
  return pino(options, destination ?? fileDescriptor({ dest: 2, sync: true }));
}

/** A reviver for JSON: it is shown every key and value, the innermost first. */
function withoutSecrets(key: string, value: unknown): unknown {
  if (value === null || typeof value === "boolean") return value;
  if (secretKey.test(key)) return hidden;
  return typeof value === "string" ? secretShapes.reduce((text, [shape, instead]) => text.replace(shape, instead), value) : value;
}
