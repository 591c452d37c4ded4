import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Query, Resolver } from "type-graphql";
import { addDomain } from "../actions/domains/add-domain.ts";
import { removeDomain } from "../actions/domains/remove-domain.ts";
import { verifyDomain } from "../actions/domains/verify-domain.ts";
import type { Sighting } from "../model/domain-proof.ts";
import { mayTry } from "../policy/policy.ts";
import { findClaim, listDomains } from "../queries/domains.ts";
import { one } from "./answers.ts";
import { ask, change } from "./ask.ts";
import type { Context } from "./context.ts";
import {
  Domain,
  DomainAddInput,
  DomainAddPayload,
  DomainRemoveInput,
  DomainRemovePayload,
  DomainVerifyInput,
  DomainVerifyPayload,
} from "./domain.ts";

/** Looks for the proofs of a domain, before and outside the transaction; null where the asker may not, or there is no such domain. */
async function lookFor({ door, siteId, actor, lookForProof }: Context, id: string): Promise<Sighting | null> {
  if (siteId === null || !mayTry(actor, "domainVerify")) return null;
  const claim = await door.look({ siteId, actor }, (reader) => findClaim(reader, id));
  return claim && lookForProof(claim);
}

/** The domains of a site, and how it comes to own them. */
@Resolver()
export class DomainResolver {
  @Query(() => [Domain], { nullable: true, description: "Every domain of the site. Scope: `DOMAINS_READ`." })
  domains(@Ctx() context: Context, @Info() info: GraphQLResolveInfo): Promise<Domain[] | null> {
    return ask(context, info, "DOMAINS_READ", (reader, selection) => listDomains(reader, selection));
  }

  @Mutation(() => DomainAddPayload, {
    nullable: true,
    description: "Claims a domain and returns the proofs to choose from. Scope: `DOMAINS_WRITE`.",
  })
  async domainAdd(
    @Arg("input", () => DomainAddInput) input: DomainAddInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<DomainAddPayload> {
    return change(context, info, "domainAdd", input, (work) => addDomain(work, input), {
      fields: { domain: one("Domain") },
      nothing: { domain: null },
    });
  }

  @Mutation(() => DomainVerifyPayload, { nullable: true, description: "Looks for either proof now. Scope: `DOMAINS_WRITE`." })
  async domainVerify(
    @Arg("input", () => DomainVerifyInput) input: DomainVerifyInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<DomainVerifyPayload> {
    const sighting = await lookFor(context, input.id);
    return change(context, info, "domainVerify", input, (work) => verifyDomain(work, { id: input.id, sighting }), {
      fields: { domain: one("Domain") },
      nothing: { domain: null },
    });
  }

  @Mutation(() => DomainRemovePayload, {
    nullable: true,
    description: "Gives a domain up: its accounts are no longer managed. Scope: `DOMAINS_WRITE`.",
  })
  async domainRemove(
    @Arg("input", () => DomainRemoveInput) input: DomainRemoveInput,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<DomainRemovePayload> {
    return change(context, info, "domainRemove", input, (work) => removeDomain(work, input), {
      fields: { deletedId: () => Promise.resolve(input.dryRun ? null : input.id) },
      nothing: { deletedId: null },
    });
  }
}
