import { AllowedNetworks, networkFault } from '../../src/access/networks.js';

describe('allowed networks', () => {
  it('admit every address when none is listed, even an unknown one', () => {
    const anywhere = new AllowedNetworks([]);
    expect(anywhere.admits('203.0.113.7')).toBe(true);
    expect(anywhere.admits(undefined)).toBe(true);
  });

  it.each([
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.0/24', '::ffff:192.0.2.9', true],
    ['192.0.2.0/24', '::ffff:c000:209', true],
    ['192.0.2.0/24', '::ffff:192.0.3.9', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['10.1.2.3/8', '10.255.0.1', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:db8::/32', '192.0.2.1', false],
    ['::/0', '2001:db8::1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['0.0.0.0/0', 'not an address', false],
    ['0.0.0.0/0', undefined, false],
    ['0.0.0.0/0', '', false],
  ])('%s admits %s: %s', (network, address, expected) => {
    expect(new AllowedNetworks([network]).admits(address)).toBe(expected);
  });

  it('admit an address that any of them holds', () => {
    const networks = new AllowedNetworks(['192.0.2.0/24', '2001:db8::/32']);
    expect(['192.0.2.1', '2001:db8::1', '198.51.100.1'].map((address) => networks.admits(address))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each([
    '',
    'example.org',
    '192.0.2.0/33',
    '2001:db8::/129',
    '192.0.2.0/',
    '192.0.2.0/08',
    '192.0.2.0/-1',
  ])('refuse %p', (network) => {
    expect(networkFault(network)).not.toBeNull();
    expect(() => new AllowedNetworks([network])).toThrow();
  });

  it.each([
    '192.0.2/24',
    '192.0.2.0/24/1',
    '0x7f.1',
    '192.0.2.0/24 ',
    '::ffff:192.0.2.0/120',
    'fe80::1%eth0',
  ])('refuse to be saved as %p', (network) => expect(networkFault(network)).not.toBeNull());
});
