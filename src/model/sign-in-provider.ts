import { Refusal } from "./refusal.ts";

/** An OpenID provider that the operator configured, and the sites that accept it. */
export interface SignInProvider {
  /** Stands in `/signin/<name>`. */
  name: string;
  issuer: string;
  clientId: string;
  /** Null for a public client, which proves itself by PKCE alone. */
  clientSecret: string | null;
  /** Keys of sites; `*` is every site. */
  sites: readonly string[];
  /** Google: its subjects are the ids of Workspace users, and `hd` names the Workspace of an account. */
  isGoogle: boolean;
}

/** Whom a checked ID token is of. */
export interface ProvenIdentity {
  provider: Pick<SignInProvider, "name" | "issuer" | "isGoogle">;
  /** The provider's stable id of the person: `sub`. */
  subject: string;
  /** Spelled. The provider verified it. */
  email: string;
  fullName: string | null;
  /** Google's `hd`, spelled. Null for an account of no Workspace. */
  hostedDomain: string | null;
  /** Of what was signed, so that no other spelling of the signature is another token. */
  tokenHash: string;
  /** From when on the token is refused for its age alone. */
  expiresAt: string;
}

/** The provider did not answer, so that nothing can be said of the token. */
export class ProviderUnavailable extends Error {
  constructor(provider: string, cause: unknown) {
    super(`The sign-in provider ${provider} does not answer. Try again in a moment.`, { cause });
    this.name = "ProviderUnavailable";
  }
}

/** The one answer to every ID token that lets nobody in, so that it does not tell who has an account (rule 9.2). */
export function nobodyByThis(): Refusal {
  return new Refusal(
    "BAD_CREDENTIALS",
    "Nobody can sign in here with this. If you were invited, follow the link in your letter; else ask an administrator of the site.",
    ["input", "idToken"],
  );
}
