import { isIP } from "node:net";
import { readSender } from "./mail/sender.ts";
import { spellEmail } from "./model/email.ts";

/** Where the data is. */
export type DatabaseSetting =
  | { kind: "sqlite"; file: string }
  | { kind: "mysql"; hosts: { host: string; port: number }[]; user: string; password: string; database: string };

/** `sqlite:FILE` or `mysql://user:password@host:3306/database`, several hosts separated by commas; null for anything else. */
export function readDatabaseUrl(text: string): DatabaseSetting | null {
  // `sqlite://data.db` would be a file at the root; in memory there is nothing that a second connection could read.
  const file = /^sqlite:(?!\/\/|:memory:)(.+)$/.exec(text)?.[1];
  if (file) return { kind: "sqlite", file };
  const [, login, places, name] = /^mysql:\/\/(?:([^@/]+)@)?([^@/?#]+)\/([^/?#]+)$/.exec(text) ?? [];
  if (!places || !name) return null;
  const [user, password, ...more] = (login ?? "root").split(":").map(decoded);
  const hosts = places.split(",").map(readPlace);
  const database = decoded(name);
  if (!user || password === null || more.length > 0 || !database || hosts.includes(null)) return null;
  return { kind: "mysql", hosts: hosts.filter((place) => place !== null), user, password: password ?? "", database };
}

/** `host`, `host:port` or `[IPv6]:port`. */
function readPlace(text: string): { host: string; port: number } | null {
  const [, ipv6, name, digits] = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const host = ipv6 ?? name;
  const port = Number(digits ?? 3306);
  return host && port > 0 && port <= 65535 ? { host, port } : null;
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null; // A percent sign that encodes nothing.
  }
}

/** An origin that links can be built from: https, or http on this very machine. Null for anything else. */
export function readPublicUrl(text: string): string | null {
  const url = readHttpUrl(text);
  if (url?.pathname !== "/") return null;
  return url.protocol === "https:" || isLoopback(url.hostname) ? url.origin : null;
}

/** An issuer, which is compared letter by letter: https, or http on this very machine. Null for anything else. */
export function readIssuer(text: string): string | null {
  const url = readHttpUrl(text);
  return url && text.length <= 254 && (url.protocol === "https:" || isLoopback(url.hostname)) ? text : null;
}

/** The base of a service's addresses, with a slash at the end of a bare host; null for what is no http or https URL. */
export function readServiceUrl(text: string): string | null {
  return readHttpUrl(text)?.href ?? null;
}

function readHttpUrl(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !["http:", "https:"].includes(url.protocol) || /[?#\s]/.test(text)) return null;
  return url.username || url.password ? null : url;
}

function isLoopback(hostname: string): boolean {
  return /^(?:127\.\d+\.\d+\.\d+|\[::1\]|(?:.+\.)?localhost)$/.test(hostname);
}

/** The address of a server without a public one, as a browser on this machine can reach it. */
export function ownUrl(host: string, port: number): string {
  const reachable = ["0.0.0.0", "::"].includes(host) ? "localhost" : host;
  return `http://${isIP(reachable) === 6 ? `[${reachable}]` : reachable}:${port}`;
}

/** Whom letters come from when nobody is named; null where PUBLIC_URL's host is no domain. On this machine letters go nowhere. */
export function noReplyAt(publicUrl: string): string | null {
  const { hostname } = new URL(publicUrl);
  const spelled = spellEmail(`no-reply@${hostname}`);
  if ("email" in spelled) return spelled.email;
  return isLoopback(hostname) ? "no-reply@gatehouse.example" : null;
}

/** Accepts `address` and `Name <address>`, and throws at anything else. */
export function readMailFrom(text: string): void {
  const spelled = spellEmail(readSender(text).address);
  if ("fault" in spelled) throw new Error(`MAIL_FROM must hold an email address. ${spelled.fault}`);
}

/** 32 bytes in base64, padded or not; null for anything else. */
export function readSecretKey(text: string): Buffer | null {
  return /^[A-Za-z0-9+/]{43}=?$/.test(text) ? Buffer.from(text, "base64") : null;
}

/** IP addresses and networks, separated by commas; null when one of them is neither. */
export function readNetworks(text: string): string[] | null {
  const networks = text.split(",").flatMap((part) => part.trim() || []);
  return networks.every(isNetwork) ? networks : null;
}

function isNetwork(text: string): boolean {
  const [address = "", prefix, ...more] = text.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

/** `IPv4`, `IPv4:port`, `IPv6` or `[IPv6]:port`, as DNS servers are named; null for anything else. */
export function readDnsServer(text: string): string | null {
  return isIP(text) || isIP(readPlace(text)?.host ?? "") ? text : null;
}
