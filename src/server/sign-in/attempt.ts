import type { Safe } from "../../work/open-work.ts";

/** How long somebody may take at the provider. Milliseconds. */
export const attemptLasts = 600_000;

/** A sign-in that a browser began, kept by that very browser, sealed: so it can neither be read, forged nor finished by another. */
export interface Attempt {
  site: string;
  provider: string;
  state: string;
  nonce: string;
  codeVerifier: string;
  /** A path of ours. */
  returnTo: string;
  /** Milliseconds. */
  endsAt: number;
}

const context = "sign-in attempt";

export function sealAttempt(safe: Safe, attempt: Attempt): string {
  return safe.seal(context, JSON.stringify(attempt));
}

/** The attempt that a browser brings back; null when it brings none that is ours and still lasts. */
export function openAttempt(safe: Safe, sealed: string | undefined): Attempt | null {
  if (!sealed) return null;
  try {
    const attempt = JSON.parse(safe.open(context, sealed)) as Attempt; // as: nobody else can seal one
    return Date.now() < attempt.endsAt ? attempt : null;
  } catch {
    // Sealed by nobody, or under another key.
    return null;
  }
}

/** Where to go after signing in: an address of ours, whatever was asked for. Nobody is sent anywhere else. */
export function ownAddress(publicUrl: string, asked: unknown): string {
  const wanted = typeof asked === "string" && asked.length <= 1000 && asked.startsWith("/") ? asked : "/";
  const url = URL.canParse(wanted, publicUrl) ? new URL(wanted, publicUrl) : null;
  // The whole address, not its path: `/..//elsewhere` is a path of ours that reads as another host.
  return url?.origin === new URL(publicUrl).origin ? url.href : `${publicUrl}/`;
}
