import { setTimeout as sleep } from 'node:timers/promises';
import { HOOK_SETTINGS } from '../delivery/hooks.js';
import { type MailServer, startMailServer } from '../delivery/mail-server.js';
import { mailSettings, makeDue } from '../delivery/subscribing.js';
import { type ClientCredentials, startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alert,
  arrangement,
  client,
  join,
  leave,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
  uniqueCode,
} from '../support/factories.js';
import { expectStatus } from '../support/http.js';
import { Connections } from './connections.js';

/** The time in which every ending has taken effect on every channel. */
const WITHIN_MS = 5000;
const LONG = 600_000;
const SCOPES = [
  ...['partners:read', 'arrangements:read', 'alerts:read', 'alerts:respond'],
  ...['feeds:manage', 'webhooks:manage', 'subscriptions:manage'],
];
const ATTACHMENT_BYTES = 9 * 1024 * 1024;

interface World {
  place: TestArrangement;
  elsewhere: TestArrangement;
  reader: TestPartner;
  sponsor: TestPartner | undefined;
  key: ClientCredentials;
  open: Connections;
  /** Of what was published before, and after. */
  words: { before: string; after: string };
}

/** What ends, and what of it is over: the token alone, the client, the partner, or one place. */
interface Ending {
  name: string;
  ends: 'token' | 'client' | 'partner' | 'place';
  /** A suspended partner may go on reading that it has lost what it had. */
  mayStillAsk?: true;
  sponsored?: true;
  end: (world: World) => Promise<unknown>;
}

let app: TestApp;
let mails: MailServer;
let un: TestPartner;

const stand = (world: TestPartner | undefined, change: string) =>
  app.steward.post(`/v1/partners/${world?.partner.id}/${change}`, {});
const closeIn = (world: TestPartner | undefined) =>
  app.steward.post(`/v1/partners/${world?.partner.id}/presences`, { country: 'SD', status: 'closed' });
const dated = (table: string, column: string, id: string) =>
  query(app.database.superuserUrl, `update ${table} set ${column} = now() where id = $1`, [id]);

const ENDINGS: Ending[] = [
  {
    name: 'partner suspended',
    ends: 'partner',
    mayStillAsk: true,
    end: ({ reader }) => stand(reader, 'suspension'),
  },
  { name: 'partner withdrawn', ends: 'partner', end: ({ reader }) => stand(reader, 'withdrawal') },
  {
    name: 'partner expired',
    ends: 'partner',
    end: ({ reader }) => dated('partner', 'expires_at', reader.partner.id),
  },
  {
    name: 'client revoked',
    ends: 'client',
    end: ({ reader, key }) => app.steward.delete(`/v1/partners/${reader.partner.id}/clients/${key.clientId}`),
  },
  { name: 'client expired', ends: 'client', end: ({ key }) => dated('client', 'expires_at', key.clientId) },
  { name: 'token revoked', ends: 'token', end: ({ open, key }) => revokeToken(open, key) },
  { name: 'membership ended', ends: 'place', end: ({ reader, place }) => leave(app, place, reader) },
  {
    name: 'membership over by its date',
    ends: 'place',
    end: ({ reader, place }) =>
      query(
        app.database.superuserUrl,
        `update membership set starts_at = now() - interval '1 hour', ends_at = now()
         where partner_id = $1 and arrangement_id = $2`,
        [reader.partner.id, place.id],
      ),
  },
  { name: 'presence closed', ends: 'place', end: ({ reader }) => closeIn(reader) },
  {
    name: 'presence of the sponsor closed',
    ends: 'place',
    sponsored: true,
    end: ({ sponsor }) => closeIn(sponsor),
  },
  {
    name: 'sponsor suspended',
    ends: 'partner',
    mayStillAsk: true,
    sponsored: true,
    end: ({ sponsor }) => stand(sponsor, 'suspension'),
  },
  {
    name: 'sponsor withdrawn',
    ends: 'partner',
    sponsored: true,
    end: ({ sponsor }) => stand(sponsor, 'withdrawal'),
  },
  {
    name: 'sponsor gone from the arrangement',
    ends: 'place',
    sponsored: true,
    end: ({ sponsor, place }) => leave(app, place, sponsor as TestPartner),
  },
];

async function revokeToken(
  { http }: Connections,
  { clientId, clientSecret }: ClientCredentials,
): Promise<void> {
  const form = new URLSearchParams({ token: (http.sent['Authorization'] ?? '').slice(7) }).toString();
  const headers = {
    Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    'Content-Type': 'application/x-www-form-urlencoded',
  };
  expectStatus(await app.anonymous.post('/oauth/revocation', form, { headers }), 200);
}

async function publish(place: TestArrangement, word: string, attachments: string[] = []): Promise<void> {
  const texts = [{ language: 'en', headline: word, description: `${word} in full` }];
  const audience = { arrangements: [place.code] };
  const rendition = {
    ...renditionInput({ audience, texts }),
    ...(attachments.length > 0 && { attachments }),
  };
  await alert(un.http, { renditions: [rendition] });
}

async function build({ sponsored }: Ending, attachment: string): Promise<World> {
  const [place, elsewhere] = [
    await arrangement(app, { members: [un] }),
    await arrangement(app, { members: [un] }),
  ];
  const sponsor = sponsored ? await partner(app) : undefined;
  if (sponsor !== undefined) {
    await join(app, place, sponsor);
    await join(app, elsewhere, sponsor);
  }
  const reader = sponsor === undefined ? await partner(app, { scopes: SCOPES }) : await under(sponsor);
  await join(app, place, reader);
  await join(app, elsewhere, reader);
  const key = await client(app, reader.partner.id, { scopes: SCOPES });
  const words = { before: uniqueCode('Kestrel'), after: uniqueCode('Sparrow') };
  await publish(place, words.before, [attachment]);
  const open = await Connections.open(app, mails, key, place, attachment);
  return { place, elsewhere, reader, sponsor, key, open, words };
}

async function under(sponsor: TestPartner): Promise<TestPartner> {
  const body = { code: uniqueCode('S'), name: 'A local organisation' };
  const made = expectStatus(
    await app.steward.post<TestPartner['partner']>(`/v1/partners/${sponsor.partner.id}/sub-partners`, body),
    201,
  );
  const credentials = await client(app, made.id, { scopes: SCOPES });
  return { partner: made, client: credentials, http: await app.as(credentials) };
}

async function upload(): Promise<string> {
  const text = Array.from({ length: ATTACHMENT_BYTES / 16 }, (_, n) => `${String(n).padStart(15, '.')}\n`);
  const answer = await un.http.post<{ id: string }>('/v1/attachments', text.join(''), {
    headers: { 'Content-Type': 'text/plain' },
    query: { name: 'long.txt' },
  });
  return expectStatus(answer, 201).id;
}

describe('five seconds after', () => {
  const worlds = new Map<string, World>();
  const of = ({ name }: Ending): World => worlds.get(name) as World;

  beforeAll(async () => {
    mails = await startMailServer();
    app = await startApp({ settings: { ...mailSettings(mails), ...HOOK_SETTINGS } });
    un = await partner(app, { kind: 'un_entity' });
    for (const ending of ENDINGS) worlds.set(ending.name, await build(ending, await upload()));
    for (const ending of ENDINGS) await ending.end(of(ending));
    await sleep(WITHIN_MS);
    for (const ending of ENDINGS) {
      const { place, words, open } = of(ending);
      await publish(place, words.after);
      await open.retryHook(app);
    }
    await makeDue(app);
    // For whatever would come, had it not ended.
    await sleep(2500);
  }, LONG);
  afterAll(async () => {
    for (const { open } of worlds.values()) await open.close();
    await app.close();
    await mails.stop();
  });

  describe.each(ENDINGS.map((ending) => [ending.name, ending] as const))('%s', (_, ending) => {
    it('an open stream says nothing more, and is closed where nobody may listen', () => {
      const { open, words } = of(ending);
      expect(open.stream.text).toContain(words.before);
      expect(open.stream.text).not.toContain(words.after);
      expect(open.stream.ended).toBe(ending.ends !== 'place' && !ending.mayStillAsk);
    });

    it('a request that waits is answered without it', async () => {
      const { open, words } = of(ending);
      const answer = await Promise.race([open.poll, sleep(0).then(() => undefined)]);
      expect(answer).toBeDefined();
      for (const word of Object.values(words)) expect(answer?.text).not.toContain(word);
    });

    it('a download that was under way is cut', async () => {
      const { complete, bytes } = await of(ending).open.finishDownload();
      expect([complete, bytes < ATTACHMENT_BYTES]).toEqual([false, true]);
    });

    it('no list, feed, bundle, log or new token opens it', async () => {
      const { open, words } = of(ending);
      const answers = await open.askAround(app);
      // Its client may ask for another token, and its feed address asks for none.
      const still = ending.ends === 'token' ? ['feed', 'new'] : [];
      for (const [channel, { status, text }] of Object.entries(answers)) {
        if (still.some((one) => channel.startsWith(one))) continue;
        const leaks = Object.values(words).filter((word) => text.includes(word));
        expect([channel, leaks]).toEqual([channel, []]);
        if (ending.ends === 'place' || ending.mayStillAsk) continue;
        expect([channel, [401, 404].includes(status)]).toEqual([channel, true]);
      }
    });

    it('no webhook or mail brings it, not even one that was to be tried again', async () => {
      const { open, words } = of(ending);
      if (ending.ends === 'token') return;
      const sent = open.receiver.received;
      expect(sent.filter(({ message }) => message.data.change !== 'withdrawn')).toEqual([]);
      for (const word of Object.values(words)) expect(JSON.stringify(sent)).not.toContain(word);
      const mailed = (await mails.to(open.address, 0)).map(({ raw }) => raw).join();
      expect(mailed).not.toContain(words.after);
    });
  });
});
