import { type LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isLoopback, isPublicAddress } from './public-address.js';

const PORTS = ['', '443', '8443'];
export const URL_LENGTH = 2048;
/** However many name servers there are. */
const PATIENCE_MS = 5000;

/** One message for whatever is wrong, so that nobody finds out by it what stands in networks behind this one. */
export class TargetRefused extends Error {
  constructor() {
    super(
      'must be an https address on port 443 or 8443, without credentials, that leads to public addresses only',
    );
  }
}

export interface Target {
  url: URL;
  /** All that its name leads to. */
  addresses: LookupAddress[];
}

/** @returns every address of a name */
export type Resolve = (name: string) => Promise<string[]>;

/**
 * Where requests for others may go. An address is looked at when it is saved and again whenever it is connected to,
 * and what was looked at is what is connected to: a name that leads elsewhere a moment later changes nothing.
 */
export class TargetGuard {
  /** @param allowLoopback for development: http, any port and this very machine */
  constructor(
    private readonly allowLoopback: boolean,
    private readonly resolve: Resolve = resolveByNetwork,
  ) {}

  /**
   * @throws TargetRefused also where the name leads nowhere
   */
  async check(text: string): Promise<Target> {
    if (text.length > URL_LENGTH || !URL.canParse(text)) throw new TargetRefused();
    const url = new URL(text);
    if (url.username !== '' || url.password !== '' || !['http:', 'https:'].includes(url.protocol)) {
      throw new TargetRefused();
    }
    const addresses = await this.addressesOf(url.hostname.replace(/^\[(.*)\]$/, '$1'));
    const isLocal = this.allowLoopback && addresses.every(isLoopback);
    const isAllowed =
      isLocal || (url.protocol === 'https:' && PORTS.includes(url.port) && addresses.every(isPublicAddress));
    if (addresses.length === 0 || !isAllowed) throw new TargetRefused();
    return { url, addresses: addresses.map((address) => ({ address, family: isIP(address) })) };
  }

  private async addressesOf(host: string): Promise<string[]> {
    if (isIP(host) !== 0) return [host];
    // RFC 6761 §6.3: no resolver is asked for it.
    if (this.allowLoopback && host === 'localhost') return ['127.0.0.1'];
    return this.resolve(host).catch(() => []);
  }
}

/** Asks name servers alone: neither the files of this machine nor its few threads for looking things up. */
async function resolveByNetwork(name: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  const timer = setTimeout(() => resolver.cancel(), PATIENCE_MS);
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  clearTimeout(timer);
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}
