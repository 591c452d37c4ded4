import { readFileSync } from "node:fs";

/**
 * Google's discovery document of the Directory API, of 14 September 2026 as google-api-python-client 2.201.0 has it: only the
 * methods and schemas that the sample answers with, and without their descriptions.
 */
export const discovery: Discovery = JSON.parse(readFileSync(new URL("google-schemas.json", import.meta.url), "utf8"));

interface Discovery {
  revision: string;
  methods: Record<string, DiscoveredMethod>;
  schemas: Record<string, Schema>;
}

export interface DiscoveredMethod {
  path: string;
  response: string;
  scopes: string[];
  parameters: Record<string, { location: string; minimum?: string; maximum?: string; default?: string }>;
}

export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  default?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
}

/** The API's errors are in no discovery document. Source: the guide on errors, and those that were seen (google-error.ts). */
const errorProperties: Record<string, string[]> = {
  body: ["error"],
  error: ["code", "message", "errors", "status", "details"],
  part: ["message", "domain", "reason", "location", "locationType"],
};

/** What is wrong with an answer, each a sentence; nothing is said of one that is as Google's. */
export function problemsOf(method: string, { status, body, fields }: { status: number; body: unknown; fields: string | null }) {
  const found = discovery.methods[method];
  if (!found) return [`The document has no method ${method}.`];
  if (status !== 200) return errorProblems(status, body);
  return problemsOfValue({ $ref: found.response }, body, { at: "", isMasked: fields !== null });
}

/** Whether a value is of a schema, all the way down. */
export function problemsOfValue(schema: Schema, value: unknown, where: { at: string; isMasked: boolean }): string[] {
  if (schema.$ref !== undefined) {
    const named = discovery.schemas[schema.$ref];
    return named ? problemsOfValue(named, value, where) : [`There is no schema ${schema.$ref}.`];
  }
  const { at } = where;
  const wrong = (what: string) => [`${at || "The body"} is ${what}, but ${JSON.stringify(value)?.slice(0, 60)}.`];
  if (value === null || value === undefined) return wrong("never null");
  switch (schema.type) {
    case "any":
      return [];
    case "string":
      return isText(schema, value) ? [] : wrong(`text${schema.format ? ` of the format ${schema.format}` : ""}`);
    case "boolean":
      return typeof value === "boolean" ? [] : wrong("true or false");
    case "array":
      if (!Array.isArray(value)) return wrong("a list");
      if (value.length === 0) return wrong("absent where it would be empty");
      return value.flatMap((item, index) => problemsOfValue(schema.items ?? {}, item, { ...where, at: `${at}[${index}]` }));
    case "object":
      return typeof value === "object" && !Array.isArray(value) ? objectProblems(schema, value, where) : wrong("an object");
    default:
      return [`The checker does not know the type ${schema.type} of ${at}.`];
  }
}

function objectProblems(
  { properties = {}, additionalProperties }: Schema,
  value: object,
  where: { at: string; isMasked: boolean },
) {
  const problems = Object.entries(value).flatMap(([name, part]) => {
    const schema = properties[name] ?? additionalProperties;
    const at = where.at === "" ? name : `${where.at}.${name}`;
    if (!schema) return [`Google has no property ${at}.`];
    return problemsOfValue(schema, part, { ...where, at });
  });
  const kind = properties.kind?.default;
  const said: unknown = Reflect.get(value, "kind");
  const isExpected = said === kind || (said === undefined && where.isMasked);
  return isExpected ? problems : [...problems, `${where.at || "The body"} is of the kind ${kind}, but says ${said}.`];
}

function isText({ format }: Schema, value: unknown): boolean {
  if (typeof value !== "string") return false;
  if (format === "int64") return /^-?\d{1,19}$/.test(value);
  return format !== "date-time" || (/^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value)));
}

function errorProblems(status: number, body: unknown): string[] {
  const error = partOf(body, "error");
  const parts: unknown = partOf(error, "errors");
  const problems = [
    ...unknownNames("body", body),
    ...unknownNames("error", error),
    ...(Array.isArray(parts) ? parts.flatMap((part) => unknownNames("part", part)) : []),
  ];
  if (partOf(error, "code") !== status) problems.push(`The code of the error is ${partOf(error, "code")}, its status ${status}.`);
  if (!isFilled(partOf(error, "message"))) problems.push("The error has no message.");
  if (!Array.isArray(parts) || parts.length === 0) problems.push("The error has no errors.");
  for (const part of Array.isArray(parts) ? parts : [])
    for (const name of ["message", "domain", "reason"])
      if (!isFilled(partOf(part, name))) problems.push(`An error has no ${name}.`);
  const ofFrontEnd: unknown = partOf(error, "status");
  if (ofFrontEnd !== undefined && !/^[A-Z_]+$/.test(String(ofFrontEnd))) problems.push(`The status is ${ofFrontEnd}.`);
  return problems;
}

function unknownNames(what: keyof typeof errorProperties, value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [`The ${what} of the error is no object.`];
  const known = errorProperties[what] ?? [];
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => `Google's errors have no ${name} in the ${what}.`);
}

function isFilled(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
