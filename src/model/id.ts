import { randomBytes } from "node:crypto";

/** Outside, an id starts with three letters that name its type: `usr_01jd…`. Inside, only the 20 characters behind them are kept. */
export const idPrefixes = {
  Account: "acc",
  ApiToken: "tok",
  Application: "app",
  AuditEvent: "evt",
  Directory: "dir",
  Domain: "dom",
  Grant: "grt",
  Group: "grp",
  Invitation: "inv",
  Site: "sit",
  SyncChange: "chg",
  SyncRun: "run",
  User: "usr",
} as const;

export type NodeType = keyof typeof idPrefixes;

const typeByPrefix = new Map(Object.entries(idPrefixes).map(([type, prefix]) => [prefix as string, type as NodeType]));

/** Crockford's base32 alphabet, lower case: no i, l, o, u. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const compactForm = /^[0-9a-hjkmnp-tv-z]{20}$/;

let lastTime = 0;
let lastRandom = new Uint8Array(11);

/**
 * A new compact id: 20 characters, 9 of milliseconds and 11 random, so that ids sort by time; within one millisecond of one
 * process they count upwards.
 */
export function newId(now = Date.now()): string {
  if (now > lastTime) {
    lastTime = now;
    lastRandom = Uint8Array.from(randomBytes(11), (byte) => byte & 31);
  } else {
    for (let at = 10; at >= 0; at--) {
      lastRandom[at] = ((lastRandom[at] ?? 0) + 1) & 31;
      if (lastRandom[at] !== 0) break;
    }
  }
  let time = "";
  for (let rest = lastTime, at = 0; at < 9; at++, rest = Math.floor(rest / 32)) time = alphabet[rest % 32] + time;
  let random = "";
  for (const digit of lastRandom) random += alphabet[digit];
  return time + random;
}

/** The id as the outside knows it. */
export function publicId(type: NodeType, id: string): string {
  return `${idPrefixes[type]}_${id}`;
}

/** The compact id behind a public one, or null when it is not an id of this type: such an id names nothing. */
export function compactId(type: NodeType, id: string): string | null {
  const compact = id.slice(4);
  return id.startsWith(`${idPrefixes[type]}_`) && compactForm.test(compact) ? compact : null;
}

/** The type that a public id claims, or null. */
export function typeOfId(id: string): NodeType | null {
  return id[3] === "_" ? (typeByPrefix.get(id.slice(0, 3)) ?? null) : null;
}
