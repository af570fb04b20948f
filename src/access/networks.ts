import { BlockList, isIP } from 'node:net';

const MAPPED = /^::ffff:/i;

/** @returns what is wrong with a network in CIDR notation, or with a single address; null when nothing is */
export function networkFault(network: string): string | null {
  const parsed = parse(network);
  if (parsed === null) return 'must be an address or a network such as 192.0.2.0/24 or 2001:db8::/32';
  if (MAPPED.test(parsed.address)) return 'must be written as an IPv4 network';
  return null;
}

/** The networks from which a client may be used; an empty list means from everywhere. */
export class AllowedNetworks {
  private readonly list = new BlockList();
  private readonly everywhere: boolean;

  /** @throws Error for something that is not a network: a damaged list must not read as "everywhere" */
  constructor(networks: readonly string[]) {
    this.everywhere = networks.length === 0;
    for (const network of networks) {
      const parsed = parse(network);
      if (parsed === null) throw new Error('An allowed network cannot be read.');
      this.list.addSubnet(parsed.address, parsed.length, parsed.family);
    }
  }

  admits(address: string | undefined): boolean {
    if (this.everywhere) return true;
    const [bare = ''] = (address ?? '').split('%');
    const version = isIP(bare);
    // An IPv4 address in IPv6 clothes is matched as the IPv4 address that it is.
    return version !== 0 && this.list.check(bare, version === 4 ? 'ipv4' : 'ipv6');
  }
}

function parse(network: string): { address: string; length: number; family: 'ipv4' | 'ipv6' } | null {
  const [address = '', length, ...rest] = network.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes('%')) return null;
  const most = version === 4 ? 32 : 128;
  if (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length)) return null;
  const bits = length === undefined ? most : Number(length);
  return bits > most ? null : { address, length: bits, family: version === 4 ? 'ipv4' : 'ipv6' };
}
