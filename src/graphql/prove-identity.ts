import { GraphQLError } from "graphql";
import { type ProvenIdentity, ProviderUnavailable } from "../model/sign-in-provider.ts";
import { keyOfSite } from "../queries/callers.ts";
import { hashToken } from "../secrets/token.ts";
import { placeOf } from "./ask.ts";
import type { Context } from "./context.ts";

/**
 * Whom an ID token is of, or a Refusal. Tries are counted for the address and the token before it is looked at, and for the person
 * once it is known who that is: a token that anybody can write must lock nobody out (rule 9.2).
 */
export async function proveIdentity(context: Context, idToken: string): Promise<ProvenIdentity> {
  await context.tries.spend([`address ${context.ipAddress}`, `id token ${hashToken(idToken)}`]);
  const site = await context.door.look(placeOf(context), keyOfSite);
  try {
    const identity = await context.providers.check(site ?? "", idToken);
    await context.tries.spend([`subject ${identity.provider.issuer} ${identity.subject}`]);
    return identity;
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error;
    throw new GraphQLError(error.message, { extensions: { code: "UNAVAILABLE" } });
  }
}
