import type { Resolver } from "node:dns/promises";
import { type DomainClaim, type Finding, proofPrefix, proofText } from "../model/domain-proof.ts";
import { codeOf, saysNone } from "./dns-answer.ts";

/** Looks among the TXT records at the domain itself. A record in several strings is one text (RFC 7208, 3.3, says so for all uses). */
export async function lookForRecord(resolver: Resolver, { name, token }: DomainClaim): Promise<Finding> {
  try {
    const texts = (await resolver.resolveTxt(name)).map((strings) => strings.join("").trim());
    if (texts.includes(proofText(token))) return { outcome: "FOUND", detail: "The TXT record is there." };
    const hasOther = texts.some((text) => text.startsWith(proofPrefix));
    return { outcome: "ABSENT", detail: hasOther ? `The TXT record at ${name} holds another value.` : noRecord(name) };
  } catch (error) {
    if (saysNone(error)) return { outcome: "ABSENT", detail: noRecord(name) };
    return { outcome: "UNKNOWN", detail: `DNS gave no answer for TXT records at ${name} (${codeOf(error)}).` };
  }
}

const noRecord = (name: string) => `There is no TXT record of ours at ${name}.`;
