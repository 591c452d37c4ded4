import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import { Node, UserError } from "./building-blocks.ts";
import { DateTime } from "./date-time.ts";
import { Directory } from "./directory.ts";

@ObjectType("Domain", {
  description: "An email domain that the site claims. Accounts of a verified domain are managed by the site.",
  implements: Node,
})
export class Domain {
  @Field(() => ID, { description: "Unique, opaque and stable." })
  id: string;
  @Field(() => String, { description: "Lower case, in ASCII form, for example `example.com`." })
  name: string;
  @Field(() => DomainStatus, { description: "Whether the site has proven that the domain is its own." })
  status: DomainStatus;
  @Field(() => Directory, {
    nullable: true,
    description: "The directory that proved the domain. Null when it was proved by record or file.",
  })
  directory: Directory | null;
  @Field(() => DnsRecord, { description: "One of the two proofs to choose from." })
  dnsRecord: DnsRecord;
  @Field(() => HttpsFile, { description: "The other." })
  httpsFile: HttpsFile;
  @Field(() => Int, {
    description: "Accounts of the site's users on this domain, which verifying lets its admins manage.",
  })
  accountCount: number;
  @Field(() => DateTime, { nullable: true, description: "When it last became `VERIFIED`. Null when it never was." })
  verifiedAt: string | null;
  @Field(() => DateTime, {
    nullable: true,
    description: "When the proof was last found, or found gone. Null before it was first verified.",
  })
  lastCheckedAt: string | null;
}

/** Whether ownership of a domain is proven. */
export const DomainStatus = { PENDING: "PENDING", VERIFIED: "VERIFIED", LAPSED: "LAPSED" } as const;
export type DomainStatus = keyof typeof DomainStatus;
registerEnumType(DomainStatus, {
  name: "DomainStatus",
  description: "Whether ownership of a domain is proven.",
  valuesConfig: {
    PENDING: { description: "Claimed; no proof was found yet." },
    VERIFIED: { description: "Proven: the site manages the accounts of this domain." },
    LAPSED: { description: "Was verified, but its proof has been gone for 7 days." },
  },
});

@ObjectType("DnsRecord", { description: "A DNS TXT record to publish." })
export class DnsRecord {
  @Field(() => String, { description: "The domain itself: the record stands at its top." })
  name: string;
  @Field(() => String, { description: "What the record holds, without quotes: `gatehouse-verification=` and a token." })
  value: string;
}

@ObjectType("HttpsFile", { description: "A file to publish." })
export class HttpsFile {
  @Field(() => String, { description: "Where the file must be found, without a redirect to another host." })
  url: string;
  @Field(() => String, { description: "What the file holds: the same text as the DNS record." })
  content: string;
}

@InputType("DomainAddInput", { description: "What `domainAdd` needs." })
export class DomainAddInput {
  @Field(() => String, {
    description: "For example `example.com`. It does not cover its subdomains, and must not be open to the public.",
  })
  name: string;
}

@ObjectType("DomainAddPayload", { description: "What `domainAdd` answers." })
export class DomainAddPayload {
  @Field(() => Domain, {
    nullable: true,
    description: "The domain with its proofs; one that the site claims already, as it is. Null when `userErrors` says why not.",
  })
  domain: Domain | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("DomainVerifyInput", { description: "What `domainVerify` needs." })
export class DomainVerifyInput {
  @Field(() => ID, { description: "The domain whose proofs to look for." })
  id: string;
}

@ObjectType("DomainVerifyPayload", { description: "What `domainVerify` answers." })
export class DomainVerifyPayload {
  @Field(() => Domain, { nullable: true, description: "The verified domain. Null when `userErrors` says why not." })
  domain: Domain | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}

@InputType("DomainRemoveInput", { description: "What `domainRemove` needs." })
export class DomainRemoveInput {
  @Field(() => ID, { description: "The domain to give up." })
  id: string;
  @Field(() => Boolean, { description: "Check everything, change nothing.", defaultValue: false })
  dryRun: boolean;
}

@ObjectType("DomainRemovePayload", { description: "What `domainRemove` answers." })
export class DomainRemovePayload {
  @Field(() => ID, {
    nullable: true,
    description: "The ID that the domain had. Null on a dry run, and when nothing was changed.",
  })
  deletedId: string | null;
  @Field(() => [UserError], { description: "Why nothing was changed. Empty when it was." })
  userErrors: UserError[];
}
