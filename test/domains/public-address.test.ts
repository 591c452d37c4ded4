import { describe, expect, it } from "vitest";
import { isPublicAddress } from "../../src/domains/public-address.ts";

describe("an address that may be asked for a proof (rule 8.1)", () => {
  it.each([
    "1.1.1.1",
    "9.255.255.255",
    "100.63.255.255",
    "100.128.0.0",
    "172.32.0.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450::1",
  ])("may be %s, which is public", (address) => expect(isPublicAddress(address)).toBe(true));

  it.each([
    ["this network", "0.0.0.0", "0.1.2.3"],
    ["private", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fd00::1", "fc00::1"],
    ["shared by a provider's customers", "100.64.0.1", "100.127.255.255"],
    ["loopback", "127.0.0.1", "127.255.255.254", "::1"],
    ["link-local, where clouds keep their secrets", "169.254.169.254", "fe80::1", "febf::1"],
    ["multicast or broadcast", "224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1"],
    ["reserved", "240.0.0.1", "192.0.0.1", "198.18.0.1", "198.19.255.255", "100::1", "4000::1", "::"],
    ["documentation", "192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    ["IPv4 in the clothes of IPv6", "::ffff:127.0.0.1", "::ffff:1.1.1.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1"],
    ["a tunnel's", "2002:7f00:1::", "2001::1", "192.88.99.1"],
    ["no address", "", "localhost", "127.1", "0x7f000001", "2130706433", "1.1.1.1 ", "1.1.1.1/8"],
  ])("may not be %s", (_what, ...addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });
});
