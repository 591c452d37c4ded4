import { BlockList, isIP } from "node:net";

/** Networks of IPv4 that are not of the public Internet (IANA IPv4 Special-Purpose Address Registry), multicast and class E. */
const closedV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

/**
 * What of IPv6's global unicast (2000::/3) is not public, or leads to an IPv4 address inside (IANA IPv6 Special-Purpose Address
 * Registry): IETF protocols with Teredo, documentation twice, 6to4. All outside of 2000::/3 is closed: loopback, link-local,
 * unique-local, multicast, IPv4-mapped, NAT64.
 */
const closedV6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

const closed = listOf([...closedV4, ...closedV6]);
const globalUnicast = listOf(["2000::/3"]);

/** Whether an IP address is one of the public Internet. Whatever is no address is not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !closed.check(address, "ipv4");
  return family === 6 && globalUnicast.check(address, "ipv6") && !closed.check(address, "ipv6");
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? "ipv4" : "ipv6");
  }
  return list;
}
