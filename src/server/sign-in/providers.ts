import type { SignInProviders } from "../../graphql/context.ts";
import { nobodyByThis, type ProvenIdentity, type SignInProvider } from "../../model/sign-in-provider.ts";
import type { Log } from "../log.ts";
import { checkIdToken, claimsUnchecked, issuersOf } from "./check-id-token.ts";
import { type OpenProvider, openProvider } from "./open-provider.ts";

/** The providers that the operator configured. */
export interface Providers extends SignInProviders {
  /** The site's provider of this name. */
  named(site: string, name: string): OpenProvider | undefined;
  /** Whom an ID token is of that a provider gave to ourselves, with the nonce that we asked for. */
  checkOurs(provider: OpenProvider, idToken: string, nonce: string): Promise<ProvenIdentity>;
}

/** Opens the configured providers; none of them is asked before someone signs in by it. */
export function openProviders(settings: readonly SignInProvider[], publicUrl: string, log: Log): Providers {
  const all = settings.map((one) =>
    openProvider(one, (err) => log.warn({ provider: one.name, err }, "a sign-in provider does not answer")),
  );
  const acceptedBy = (site: string) =>
    all.filter(({ settings: { sites } }) => site !== "" && (sites.includes("*") || sites.includes(site)));
  const refused = (provider: OpenProvider) => (why: string) =>
    log.info({ provider: provider.settings.name, why }, "an ID token was refused");
  return {
    offeredTo: (site) =>
      acceptedBy(site).map(({ settings: { name, issuer } }) => ({
        name,
        issuer,
        startUrl: `${publicUrl}/signin/${name}?site=${site}`,
      })),
    named: (site, name) => acceptedBy(site).find(({ settings }) => settings.name === name),
    async check(site, idToken) {
      const { iss, aud } = claimsUnchecked(idToken);
      const provider = acceptedBy(site).find(
        ({ settings }) => issuersOf(settings).includes(iss ?? "") && [aud].flat().includes(settings.clientId),
      );
      if (!provider) throw nobodyByThis();
      return checkIdToken(provider, idToken, { nonce: null, refused: refused(provider) });
    },
    checkOurs: (provider, idToken, nonce) => checkIdToken(provider, idToken, { nonce, refused: refused(provider) }),
  };
}
