import { z } from "zod";
import { readIssuer } from "./config-values.ts";
import type { SignInProvider } from "./model/sign-in-provider.ts";

/** Google says who it is by this (https://accounts.google.com/.well-known/openid-configuration). */
const google = "https://accounts.google.com";

const text = (max: number) =>
  z
    .string()
    .regex(/^[\x21-\x7e]+$/)
    .max(max);

const shape = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  issuer: z.string().refine((issuer) => readIssuer(issuer) !== null),
  clientId: text(255),
  clientSecret: text(1000).optional(),
  sites: z.array(z.string().regex(/^(?:\*|[a-z][a-z0-9-]{0,39})$/)).min(1),
  google: z.boolean().optional(),
});

/** What is wrong with a part of a provider. No value is repeated: one of them is a secret. */
const sentences: Record<string, string> = {
  name: "name must be 1 to 40 lower-case letters, digits and hyphens, and start with a letter",
  issuer: "issuer must be an https address as the provider writes it, without user or query; http only for this very machine",
  clientId: "clientId must be what the provider calls this gateway",
  clientSecret: "clientSecret must be a text",
  sites: 'sites must be a list of keys of sites, or ["*"] for every site',
  google: "google must be true or false",
};

/** OIDC_PROVIDERS: a list in JSON. `google: true` lets another issuer stand in for Google, for tests. */
export function readSignInProviders(json: string): { providers: SignInProvider[]; faults: string[] } {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch {
    return { providers: [], faults: ["OIDC_PROVIDERS must be a list in JSON."] };
  }
  if (!Array.isArray(given)) return { providers: [], faults: ["OIDC_PROVIDERS must be a list in JSON."] };
  const faults: string[] = [];
  const providers = given.flatMap((one: unknown, index) => {
    const read = shape.safeParse(one);
    if (read.success) return providerOf(read.data);
    const parts = new Set(read.error.issues.map(({ path }) => sentences[String(path[0])] ?? "it has what no provider has"));
    for (const part of parts) faults.push(`OIDC_PROVIDERS, provider ${index + 1}: ${part}.`);
    return [];
  });
  if (new Set(providers.map(({ name }) => name)).size < providers.length)
    faults.push("OIDC_PROVIDERS: two providers have the same name.");
  return { providers, faults };
}

function providerOf({ google: standsIn = false, clientSecret, ...rest }: z.output<typeof shape>): SignInProvider {
  return { ...rest, clientSecret: clientSecret ?? null, isGoogle: standsIn || rest.issuer === google };
}
