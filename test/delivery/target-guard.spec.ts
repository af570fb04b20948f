import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { type AddressInfo } from 'node:net';
import { isPublicAddress } from '../../src/core/public-address.js';
import { post } from '../../src/delivery/webhooks/post.js';
import { type Resolve, TargetGuard, TargetRefused } from '../../src/core/target-guard.js';
import { Receiver } from './receiver.js';

/** Not to be reached by anything that somebody else writes: what they are is said by RFC 6890 and its registries. */
const FORBIDDEN = [
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.100.100.200', '100.127.255.255'],
  ...[
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '169.254.0.1',
    '168.63.129.16',
    '172.16.0.1',
    '172.31.9.9',
  ],
  ...['192.0.0.1', '192.0.0.192', '192.0.2.1', '192.88.99.1', '192.168.0.1', '198.18.0.1', '198.19.255.255'],
  ...['198.51.100.7', '203.0.113.7', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:0:127.0.0.1'],
  ...['64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::1', '100::1', '2001::1', '2001:0:53aa:64c::1'],
  ...['2001:2::1', '2001:10::1', '2001:20::1', '2001:db8::1', '2002:7f00:1::', '2002:a00:1::1', '3fff::1'],
  ...[
    '2620:4f:8000::1',
    '4000::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
  ],
  ...['ff02::1', 'ff0e::1', '2001:4860:4860::8888%1', 'not an address', ''],
];
const PUBLIC = [
  '8.8.8.8',
  '1.1.1.1',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '9.9.9.9',
];
const PUBLIC_IPV6 = ['2606:4700:4700::1111', '2a00:1450:4001::1', '2620:fe::fe'];

/** The many ways in which an address can be written, and what is wrong with some of them. */
const REFUSED_URLS = [
  ...[
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
  ],
  ...[
    'https://127.1/',
    'https://127.0.1/',
    'https://①②⑦.⓪.⓪.①/',
    'https://127。0。0。1/',
    'https://127.0.0.1./',
  ],
  ...[
    'https://0/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
  ],
  ...['https://[64:ff9b::7f00:1]/', 'https://[fd00:ec2::254]/', 'https://[fe80::1]/', 'https:/\\127.0.0.1/'],
  ...['https://169.254.169.254/latest/meta-data/', 'https://168.63.129.16/', 'https://10.0.0.1:8443/'],
  ...['http://8.8.8.8/', 'ftp://8.8.8.8/', 'file:///etc/passwd', 'gopher://8.8.8.8/', 'javascript:alert(1)'],
  ...[
    'https://8.8.8.8:22/',
    'https://8.8.8.8:25/',
    'https://8.8.8.8:5432/',
    'https://8.8.8.8:6379/',
    'https://8.8.8.8:80/',
  ],
  ...[
    'https://user@8.8.8.8/',
    'https://user:secret@8.8.8.8/',
    'https://:secret@8.8.8.8/',
    'https://8.8.8.8@127.0.0.1/',
  ],
  ...[
    'https://localhost/',
    'https://LOCALHOST./',
    'https://db/',
    'https://metadata.google.internal/',
    '//8.8.8.8/',
  ],
  ...['8.8.8.8', '', ' ', 'https://', `https://8.8.8.8/${'a'.repeat(2050)}`],
];

const resolving =
  (answers: Record<string, string[]>): Resolve =>
  (name) =>
    Promise.resolve(answers[name] ?? []);

describe('addresses', () => {
  it.each(FORBIDDEN)('refuses %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
  it.each([...PUBLIC, ...PUBLIC_IPV6])('admits %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('where webhooks may go', () => {
  const names = {
    'a.example': ['8.8.8.8', '2606:4700:4700::1111'],
    db: ['10.0.0.5'],
    localhost: ['127.0.0.1'],
  };
  const guard = new TargetGuard(
    false,
    resolving({ ...names, 'metadata.google.internal': ['169.254.169.254'] }),
  );

  it.each(REFUSED_URLS)('refuses %s, always in the same words', async (url) => {
    const refusal = await guard.check(url).catch((error: unknown) => error);
    expect(refusal).toEqual(new TargetRefused());
  });

  it.each([
    'https://8.8.8.8/',
    'https://8.8.8.8:8443/x',
    'https://[2606:4700:4700::1111]/',
    'https://a.example/x?y',
  ])('admits %s', async (url) => {
    expect((await guard.check(url)).addresses.length).toBeGreaterThan(0);
  });

  it.each(FORBIDDEN.filter((address) => address.includes('.') || address.includes(':')))(
    'refuses a name that leads to %s beside public ones',
    async (address) => {
      const mixed = new TargetGuard(false, resolving({ 'a.example': ['8.8.8.8', address] }));
      await expect(mixed.check('https://a.example/')).rejects.toThrow(TargetRefused);
    },
  );

  it('refuses a name that leads nowhere, or for which nobody answers', async () => {
    const failing = new TargetGuard(false, () => Promise.reject(new Error('SERVFAIL')));
    await expect(failing.check('https://a.example/')).rejects.toThrow(TargetRefused);
    await expect(guard.check('https://nowhere.example/')).rejects.toThrow(TargetRefused);
  });

  it('opens this very machine for development, and nothing else', async () => {
    const open = new TargetGuard(
      true,
      resolving({ 'here.example': ['127.0.0.1'], 'mixed.example': ['127.0.0.1', '10.0.0.1'] }),
    );
    for (const url of [
      'http://127.0.0.1:3000/',
      'http://localhost:3000/',
      'http://[::1]/',
      'http://here.example:81/',
    ]) {
      expect((await open.check(url)).addresses.length).toBe(1);
    }
    for (const url of [
      'http://10.0.0.1/',
      'http://8.8.8.8/',
      'http://mixed.example/',
      'https://169.254.169.254/',
    ]) {
      await expect(open.check(url)).rejects.toThrow(TargetRefused);
    }
  });
});

describe('connecting', () => {
  const open: { server: Server; connections: number }[] = [];
  const receivers: Receiver[] = [];
  afterAll(async () => {
    for (const { server } of open) server.close();
    await Promise.all(receivers.map((one) => one.stop()));
  });

  const listener = async (): Promise<{ port: number; count: () => number }> => {
    const entry = { server: createServer((socket) => socket.destroy()), connections: 0 };
    entry.server.on('connection', () => entry.connections++);
    entry.server.listen(0, '127.0.0.1');
    await once(entry.server, 'listening');
    open.push(entry);
    return { port: (entry.server.address() as AddressInfo).port, count: () => entry.connections };
  };

  const send = async (guard: TargetGuard, url: string, timeoutMs = 2000) =>
    post({ ...(await guard.check(url)), headers: {}, body: '{}', timeoutMs });

  it('goes where the name led when it was looked at, whatever it leads to a moment later', async () => {
    const receiver = await Receiver.start();
    receivers.push(receiver);
    const { port } = new URL(receiver.url);
    let asked = 0;
    const rebinding = new TargetGuard(true, () =>
      Promise.resolve([asked++ === 0 ? '127.0.0.1' : '10.0.0.1']),
    );
    const target = await rebinding.check(`http://rebound.example:${port}/hook`);
    const outcomes = [];
    for (let time = 0; time < 5; time++) {
      outcomes.push(await post({ ...target, headers: {}, body: '{"data":{"object":{}}}', timeoutMs: 2000 }));
    }
    expect(outcomes.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
    expect(asked).toBe(1);
    expect(receiver.received[0]?.headers.host).toBe(`rebound.example:${port}`);
    await expect(rebinding.check(target.url.toString())).rejects.toThrow(TargetRefused);
  });

  it('opens no connection to what it refuses', async () => {
    const { port, count } = await listener();
    const guard = new TargetGuard(false, resolving({ 'a.example': ['127.0.0.1'] }));
    for (const host of ['127.0.0.1', '2130706433', '[::ffff:127.0.0.1]', 'a.example', 'localhost']) {
      await expect(send(guard, `https://${host}:${port}/`)).rejects.toThrow(TargetRefused);
    }
    expect(count()).toBe(0);
  });

  it.each([301, 302, 303, 307, 308])(
    'takes a redirect (%i) for a failure and goes nowhere',
    async (status) => {
      const { port, count } = await listener();
      const receiver = await Receiver.start();
      receivers.push(receiver);
      receiver.behaviour = (response) =>
        response.writeHead(status, { Location: `http://127.0.0.1:${port}/` }).end();
      const outcome = await send(new TargetGuard(true), receiver.url);
      expect(outcome).toMatchObject({ status, error: 'redirect' });
      expect(count()).toBe(0);
    },
  );

  it.each([
    ['never answers', () => undefined, 'timeout'],
    ['hangs up', (response: { destroy(): void }) => response.destroy(), 'connection_failed'],
  ] as const)('gives up on one that %s', async (_, behaviour, error) => {
    const receiver = await Receiver.start();
    receivers.push(receiver);
    receiver.behaviour = behaviour;
    expect(await send(new TargetGuard(true), receiver.url, 300)).toMatchObject({ error });
  });

  it('reads no more than it needs of an answer that does not end', async () => {
    const receiver = await Receiver.start();
    receivers.push(receiver);
    let written = 0;
    receiver.behaviour = (response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) written += 16_384;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    expect(await send(new TargetGuard(true), receiver.url)).toMatchObject({ status: 200 });
    expect(written).toBeLessThan(8 * 1024 * 1024);
    receiver.behaviour = (response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    };
    expect(await send(new TargetGuard(true), receiver.url, 10_000)).toMatchObject({ status: 200 });
  });

  it('refuses headers without end', async () => {
    const receiver = await Receiver.start();
    receivers.push(receiver);
    receiver.behaviour = (response) => response.writeHead(200, { 'X-Long': 'x'.repeat(100_000) }).end();
    expect(await send(new TargetGuard(true), receiver.url)).toMatchObject({ error: 'connection_failed' });
  });

  it.each([
    ['120', 120],
    [new Date(Date.now() + 60_000).toUTCString(), expect.closeTo(60, -1) as number],
    ['soon', undefined],
  ])('hears when a receiver asks for time: %s', async (header, seconds) => {
    const receiver = await Receiver.start();
    receivers.push(receiver);
    receiver.behaviour = (response) => response.writeHead(429, { 'Retry-After': header }).end();
    const outcome = await send(new TargetGuard(true), receiver.url);
    expect(outcome).toMatchObject({ status: 429, error: 'refused' });
    expect(outcome.retryAfter).toEqual(seconds);
  });
});
