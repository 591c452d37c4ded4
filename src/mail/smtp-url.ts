/** A mail server and how it may be spoken to. */
export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte (`smtps:`). Otherwise STARTTLS, whenever the server offers it. */
  startsWithTls: boolean;
  /** Without TLS nothing is said: a password would be read on the way. */
  requiresTls: boolean;
  /** On loopback nobody stands between, and local servers come with certificates of their own making. */
  checksCertificate: boolean;
  login: { user: string; password: string } | null;
}

/**
 * Reads `SMTP_URL`: `smtp://host:port` or `smtps://user:password@host:port`, percent-encoded; 587 and 465 are the ports
 * when none is named. Refuses paths and options, which would look as if they did something. What it throws never holds the URL,
 * since that holds a password.
 */
export function readSmtpUrl(smtpUrl: string): SmtpServer {
  const url = URL.canParse(smtpUrl) ? new URL(smtpUrl) : null;
  if (!url || !["smtp:", "smtps:"].includes(url.protocol)) throw new Error("SMTP_URL must start with smtp:// or smtps://");
  if (!url.hostname) throw new Error("SMTP_URL names no host");
  if (url.search || url.hash || !["", "/"].includes(url.pathname)) throw new Error("SMTP_URL must end after the host and port");
  if (Boolean(url.username) !== Boolean(url.password))
    throw new Error("SMTP_URL must have both a user and a password, or neither");

  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const startsWithTls = url.protocol === "smtps:";
  const login = url.username ? { user: decoded(url.username), password: decoded(url.password) } : null;
  const loopback = host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
  return {
    host,
    port: Number(url.port) || (startsWithTls ? 465 : 587),
    startsWithTls,
    requiresTls: login !== null && !loopback,
    checksCertificate: !loopback,
    login,
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Error("SMTP_URL has a % that is not an encoding: write it as %25");
  }
}
