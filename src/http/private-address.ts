import { BlockList, isIP } from "node:net";

// Addresses that are not public (IANA's special-purpose registries): those of this machine and its networks, and those at which clouds
// serve data to their machines.
const PRIVATE_V4 = `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
  192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4`;

/** In IPv6 only global unicast is public, without addresses that embed IPv4 or are for examples. */
const PUBLIC_V6 = "2000::/3";
const PRIVATE_V6 = "2001::/23 2001:db8::/32 2002::/16 3fff::/20";

/** In a network without IPv4, DNS64 embeds an IPv4 address in this prefix and NAT64 connects to it. */
const NAT64 = "64:ff9b::";
const NAT64_BITS = 96;
const PRIVATE_BY_NAT64 = PRIVATE_V4.replaceAll(
  /(\S+)\/(\d+)/g,
  (_, address: string, bits: string) => `${NAT64}${address}/${NAT64_BITS + Number(bits)}`,
);

const privateV4 = listOf(PRIVATE_V4, "ipv4");
const nat64 = listOf(`${NAT64}/${NAT64_BITS}`, "ipv6");
const privateByNat64 = listOf(PRIVATE_BY_NAT64, "ipv6");
const publicV6 = listOf(PUBLIC_V6, "ipv6");
const privateV6 = listOf(PRIVATE_V6, "ipv6");

function listOf(networks: string, family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const network of networks.split(/\s+/)) {
    const [address = "", bits] = network.split("/");
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** Whether an IP address is not public. Anything that is not an address counts as private, since it cannot be connected to. */
export function isPrivateAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return privateV4.check(address, "ipv4");
    case 6:
      if (nat64.check(address, "ipv6")) return privateByNat64.check(address, "ipv6");
      return !publicV6.check(address, "ipv6") || privateV6.check(address, "ipv6");
    default:
      return true;
  }
}
