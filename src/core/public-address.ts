import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Special-purpose blocks (IANA registries of RFC 6890) that ipaddr.js takes for ordinary ones, and the address under
 * which a cloud's own agents listen on every host.
 */
const NOT_PUBLIC = [
  '168.63.129.16/32',
  '192.0.0.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '2620:4f:8000::/48',
  '3fff::/20',
].map((block) => ipaddr.parseCIDR(block));

/** Nothing else is routed: no NAT64, no mapped or compatible IPv4, no unique local or link-local addresses. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/** Whether an address may be connected to for somebody else: what is in doubt may not. */
export function isPublicAddress(text: string): boolean {
  // A zone names an interface of this machine.
  if (isIP(text) === 0 || text.includes('%')) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  if (address.kind() === 'ipv6' && !address.match(GLOBAL_IPV6)) return false;
  return !NOT_PUBLIC.some((block) => block[0].kind() === address.kind() && address.match(block));
}

export const isLoopback = (text: string): boolean =>
  isIP(text) !== 0 && ipaddr.parse(text).range() === 'loopback';
