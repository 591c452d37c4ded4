import type { Resolver } from "node:dns/promises";
import type { Finding } from "../model/domain-proof.ts";
import { codeOf, saysNone } from "./dns-answer.ts";
import { isPublicAddress } from "./public-address.ts";

export interface Address {
  address: string;
  family: 4 | 6;
}

/** The addresses of a name that may be asked, or why there are none. Asks DNS alone, never the hosts file of this machine. */
export async function findAddresses(
  resolver: Resolver,
  name: string,
  allowsPrivate: boolean,
): Promise<{ addresses: Address[] } | Finding> {
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const known = answers.flatMap((answer, index): Address[] =>
    answer.status === "fulfilled" ? answer.value.map((address) => ({ address, family: index === 0 ? 4 : 6 })) : [],
  );
  const addresses = allowsPrivate ? known : known.filter(({ address }) => isPublicAddress(address));
  if (addresses.length > 0) return { addresses };
  if (known.length > 0)
    return { outcome: "UNKNOWN", detail: `${name} has no address on the public Internet to ask for the file.` };
  const failure = answers.find((answer) => answer.status === "rejected" && !saysNone(answer.reason));
  return failure?.status === "rejected"
    ? { outcome: "UNKNOWN", detail: `DNS gave no answer for the address of ${name} (${codeOf(failure.reason)}).` }
    : { outcome: "ABSENT", detail: `${name} has no web server: DNS knows no address of it.` };
}
