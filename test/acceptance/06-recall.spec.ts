import pg from 'pg';
import { changesOf, everyChannel } from '../alerts/channels.js';
import { caughtUp, EventStream } from '../delivery/event-stream.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  arrangement,
  client,
  join,
  leave,
  partner,
  renditionInput,
  type RenditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import { query } from '../support/database.js';
import { type MailServer, startMailServer } from '../delivery/mail-server.js';
import { mailSettings, newAddress, settled, subscribed, subscriber } from '../delivery/subscribing.js';
import { hook, HOOK_SETTINGS, passTime, Receivers, untilHook } from '../delivery/hooks.js';
import { A_NAME, AN_HOUR, recallsOf } from './receipts.js';

/** Words of the higher and of the lower text; neither may be found with whoever lost it. */
const SECRET = 'Kestrel';
const PLAIN = 'Sparrow';

const text = (word: string, more: Partial<RenditionInput> = {}): RenditionInput => ({
  ...renditionInput(),
  texts: [{ language: 'en', headline: word, description: word, instruction: 'Keep away.' }],
  ...more,
});

interface Story {
  id: string;
  place: TestArrangement;
  readers: TestPartner[];
}

describe('6: recall', () => {
  let app: TestApp;
  let mails: MailServer;
  let originator: TestPartner;
  let stranger: TestPartner;
  const receivers = new Receivers();

  beforeAll(async () => {
    mails = await startMailServer();
    app = await startApp({ settings: { ...mailSettings(mails), ...HOOK_SETTINGS } });
    originator = await partner(app);
    stranger = await partner(app);
  });
  afterAll(async () => {
    await receivers.stop();
    await app.close();
    await mails.stop();
  });

  /** An alert that two members of an arrangement and one named partner have. */
  async function told(
    renditions = (audience: RenditionInput['audience']) => [text(SECRET, { audience })],
  ): Promise<Story> {
    const readers = [await partner(app), await partner(app), await partner(app, { kind: 'national_ngo' })];
    const place = await arrangement(app, { members: readers.slice(0, 2) });
    const audience = {
      arrangements: [place.code],
      kinds: [],
      partners: [readers[2]!.partner.code],
      except: [],
    };
    const { id } = await alert(originator.http, { renditions: renditions(audience) });
    return { id, place, readers };
  }
  const confirm = (http: Http, id: string, body?: object) =>
    http.post(`/v1/alerts/${id}/purge-confirmation`, body);
  const missing = async (): Promise<string> => (await confirm(stranger.http, stranger.partner.id)).text;

  /** What a reader finds that had it and lost it, on every channel: one tombstone, and not a word of the text. */
  async function expectTombstone({ http }: TestPartner, id: string, version = 2): Promise<void> {
    const log = await changesOf(http, id);
    expect(log.filter(([change]) => change === 'withdrawn')).toEqual([['withdrawn', version]]);
    expect(log.at(-1)).toEqual(['withdrawn', version]);
    const stream = await caughtUp(http, { include: 'content' });
    const told = stream.events.filter(({ data }) => data.object.id === id);
    expect(told.filter(({ event }) => event === 'withdrawn')).toHaveLength(1);
    expect([told.at(-1)?.event, told.at(-1)?.data.object.version]).toEqual(['withdrawn', version]);
    expect(stream.text).not.toMatch(/Kestrel|Sparrow/);
    const gone = (await http.get(`/v1/alerts/${stranger.partner.id}`)).text;
    const { changes, ...channels } = await everyChannel(http, id);
    for (const [channel, answer] of Object.entries(channels)) {
      if (['item', 'cap', 'geojson'].includes(channel))
        expect([channel, answer.status, answer.text]).toEqual([channel, 404, gone]);
      else expect([channel, answer.status, answer.text.includes(id)]).toEqual([channel, 200, false]);
    }
    for (const answer of [changes!, ...Object.values(channels)])
      expect(answer.text).not.toMatch(/Kestrel|Sparrow/);
  }

  it('sends one mail without a word of it to whoever was told by mail, and none to others', async () => {
    const readers = [await subscriber(app), await subscriber(app)];
    const [told, digested, late] = [newAddress(), newAddress(), newAddress()];
    await subscribed(app, mails, readers[0]!.http, [
      { address: told },
      { address: digested, delivery: 'digest', digestAt: ['00:00'] },
    ]);
    const place = await arrangement(app, { members: readers });
    const { id } = await alert(originator.http, {
      severity: 'moderate',
      renditions: [
        text(SECRET, { audience: { arrangements: [place.code], kinds: [], partners: [], except: [] } }),
      ],
    });
    await mails.to(told);
    await subscribed(app, mails, readers[1]!.http, [{ address: late }]);
    await leave(app, place, readers[0]!);
    expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    await settled(app);
    const [, tombstone, ...more] = await mails.to(told, 2);
    expect(more).toEqual([]);
    expect(tombstone?.raw).not.toMatch(/Kestrel|Sparrow/);
    expect(mails.received.filter(({ to }) => to.includes(digested) || to.includes(late))).toEqual([]);
  });

  it('gives everybody who ever received a withdrawn alert one tombstone, and shows who has confirmed', async () => {
    const { id, readers } = await told();
    const [first, second, third] = readers.map(({ partner: { code } }) => code) as [string, string, string];
    expect(await recallsOf(originator.http, id)).toEqual({});
    const open = await Promise.all(readers.map(({ http }) => EventStream.open(http)));
    expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    for (const reader of readers) await expectTombstone(reader, id);
    for (const stream of open) {
      await stream.until(({ events }) => events.length === 2);
      stream.close();
      expect(stream.events.map(({ event }) => event)).toEqual(['published', 'withdrawn']);
    }

    const outstanding = await recallsOf(originator.http, id);
    expect(Object.keys(outstanding).sort()).toEqual([first, second, third].sort());
    expect(outstanding[first]).toEqual({
      organisation: { id: readers[0]!.partner.id, code: first, name: A_NAME, kind: 'ingo' },
      loss: 'withdrawn',
      lostAt: AN_HOUR,
    });
    const confirmed = expectStatus(
      await confirm(readers[0]!.http, id, { note: 'Deleted from both systems.' }),
      200,
    );
    expect(confirmed).toEqual({
      confirmedAt: AN_HOUR,
      note: 'Deleted from both systems.',
    });
    expect(expectStatus(await confirm(readers[0]!.http, id), 200)).toEqual(confirmed);
    const colleague = await app.as(await client(app, readers[1]!.partner.id));
    expectStatus(await confirm(colleague, id), 200);
    expectStatus(await confirm(readers[1]!.http, id), 200);

    const after = await recallsOf(originator.http, id);
    expect(after[first]).toMatchObject({
      confirmedAt: AN_HOUR,
      note: 'Deleted from both systems.',
    });
    expect(after[second]).toHaveProperty('confirmedAt');
    expect(after[third]).not.toHaveProperty('confirmedAt');
    expect(Object.keys(await recallsOf(originator.http, id, { outstanding: 'true' }))).toEqual([third]);
    const rows = await query(
      app.database.superuserUrl,
      `select from purge_confirmation where shareable_id = $1`,
      [id],
    );
    expect(rows).toHaveLength(2);
  });

  it.each<[string, (story: Story, lost: TestPartner) => Promise<unknown>]>([
    [
      'by an exclusion',
      ({ id, place, readers }, lost) =>
        originator.http.post(`/v1/alerts/${id}/updates`, {
          ...alertInput(),
          renditions: [
            text(SECRET, {
              audience: {
                arrangements: [place.code],
                kinds: [],
                partners: [readers[2]!.partner.code],
                except: [lost.partner.code],
              },
            }),
          ],
        }),
    ],
    ['by the end of a membership', ({ place }, lost) => leave(app, place, lost)],
    [
      'by a lowered ceiling',
      (_, lost) =>
        app.steward.send('PATCH', `/v1/partners/${lost.partner.id}`, { ceiling: { tlp: 'CLEAR' } }),
    ],
    ['by a suspension', (_, lost) => app.steward.post(`/v1/partners/${lost.partner.id}/suspension`)],
  ])('gives whoever is left out %s one tombstone, and leaves the others alone', async (_, narrow) => {
    const story = await told();
    const [lost, ...kept] = story.readers as [TestPartner, TestPartner, TestPartner];
    await narrow(story, lost);
    lost.http = await app.as(lost.client);
    await expectTombstone(lost, story.id);
    for (const { http } of kept) {
      expect(await changesOf(http, story.id)).toEqual([['published', 1]]);
      expectStatus(await http.get(`/v1/alerts/${story.id}`), 200);
      expect((await confirm(http, story.id)).text).toBe(await missing());
    }
    expect(await recallsOf(originator.http, story.id)).toEqual({
      [lost.partner.code]: expect.objectContaining({ loss: 'withdrawn' }) as unknown,
    });
    expectStatus(await confirm(lost.http, story.id), 200);
    expect(await recallsOf(originator.http, story.id, { outstanding: 'true' })).toEqual({});
  });

  it('reaches webhooks as a tombstone without a word, also those that the alert itself had not reached', async () => {
    const reader = await partner(app, { scopes: ['alerts:read', 'webhooks:manage'] });
    const place = await arrangement(app, { members: [reader] });
    const [up, down] = [await receivers.start(), await receivers.start()];
    down.behaviour = 503;
    await hook(reader.http, up, { content: 'full' });
    const { id: late } = await hook(reader.http, down, { content: 'full' });
    const audience = { arrangements: [place.code], kinds: [], partners: [], except: [] };
    const { id } = await alert(originator.http, { renditions: [text(SECRET, { audience })] });
    await up.changesOf(id, 1);
    await down.changesOf(id, 1);
    expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    expect(await up.changesOf(id, 2)).toEqual(['published', 'withdrawn']);
    const before = down.about(id).length;
    down.behaviour = 204;
    await untilHook(reader.http, late, ({ pending }) => pending === 2 || pending === 0);
    await passTime(app, late, '1 hour');
    await untilHook(reader.http, late, ({ pending }) => pending === 0);
    expect(up.about(id)[0]?.body).toContain(SECRET);
    for (const { body, message } of [...up.about(id).slice(1), ...down.about(id).slice(before)]) {
      expect([message.data.change, body.includes(SECRET)]).toEqual(['withdrawn', false]);
    }
    expect(down.about(id).length).toBeGreaterThan(before);
  });

  it('gives a lower text to whoever loses the higher one, and wants that one purged', async () => {
    const both = (audience: RenditionInput['audience']) => [
      text(PLAIN, { audience }),
      text(SECRET, { tlp: 'AMBER', audience }),
    ];
    const { id, place, readers } = await told(both);
    const [lost, kept] = readers as [TestPartner, TestPartner, TestPartner];
    const audience = { arrangements: [place.code], kinds: [], partners: [], except: [] };
    const narrowed = [
      text(PLAIN, { audience }),
      text(SECRET, { tlp: 'AMBER', audience: { ...audience, except: [lost.partner.code] } }),
    ];
    expectStatus(
      await originator.http.post(`/v1/alerts/${id}/updates`, { ...alertInput(), renditions: narrowed }),
      200,
    );
    expect(await changesOf(lost.http, id)).toEqual([
      ['published', 1],
      ['updated', 2],
    ]);
    for (const answer of Object.values(await everyChannel(lost.http, id))) {
      expect([answer.status, answer.text.includes(SECRET)]).toEqual([200, false]);
    }
    expect(await changesOf(kept.http, id)).toEqual([['published', 1]]);
    expect(await recallsOf(originator.http, id)).toMatchObject({
      [lost.partner.code]: { loss: 'replaced_by_lower' },
      [readers[2]!.partner.code]: { loss: 'withdrawn' },
    });
    expectStatus(await confirm(lost.http, id), 200);
    expect(Object.keys(await recallsOf(originator.http, id, { outstanding: 'true' }))).toEqual([
      readers[2]!.partner.code,
    ]);

    // Withdrawn for good, the lower text goes too: that is another loss.
    expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    await expectTombstone(lost, id, 3);
    expect((await recallsOf(originator.http, id))[lost.partner.code]).toMatchObject({ loss: 'withdrawn' });
    expect((await recallsOf(originator.http, id))[lost.partner.code]).not.toHaveProperty('confirmedAt');
  });

  it('wants another text of the same handling purged by whoever moved from it', async () => {
    const lost = await partner(app);
    const named = (word: string, codes: string[]) =>
      text(word, { audience: { arrangements: [], kinds: [], partners: codes, except: [] } });
    const renditions = [named(SECRET, [lost.partner.code]), named(PLAIN, [lost.partner.code])];
    const { id } = await alert(originator.http, { renditions });
    const moved = [named(SECRET, []), named(PLAIN, [lost.partner.code])];
    expectStatus(
      await originator.http.post(`/v1/alerts/${id}/updates`, { ...alertInput(), renditions: moved }),
      200,
    );
    expect(Object.keys(await recallsOf(originator.http, id))).toEqual([lost.partner.code]);
  });

  it('takes an ordinary new version, a cancellation and a higher text for no loss', async () => {
    const { id, place, readers } = await told((audience) => [text(PLAIN, { audience })]);
    const audience = {
      arrangements: [place.code],
      kinds: [],
      partners: [readers[2]!.partner.code],
      except: [],
    };
    const update = (renditions: RenditionInput[]) =>
      originator.http.post(`/v1/alerts/${id}/updates`, { ...alertInput(), renditions });
    expectStatus(await update([text(`${PLAIN} again`, { audience })]), 200);
    expectStatus(await update([text(PLAIN, { audience }), text(SECRET, { tlp: 'AMBER', audience })]), 200);
    expectStatus(await originator.http.post(`/v1/alerts/${id}/cancellation`), 200);
    expect(await changesOf(readers[0]!.http, id)).toHaveLength(4);
    expect(await recallsOf(originator.http, id)).toEqual({});
    expect((await confirm(readers[0]!.http, id)).text).toBe(await missing());
  });

  it('forgets a loss that was made good, and wants a new confirmation for the next', async () => {
    const { id, place, readers } = await told();
    const [lost] = readers as [TestPartner];
    const code = lost.partner.code;
    await leave(app, place, lost);
    expectStatus(await confirm(lost.http, id, { note: 'The first time.' }), 200);
    await join(app, place, lost);
    expect(await recallsOf(originator.http, id)).toEqual({});
    expect((await confirm(lost.http, id)).text).toBe(await missing());
    await leave(app, place, lost);
    expect((await recallsOf(originator.http, id))[code]).not.toHaveProperty('confirmedAt');
    expect((await recallsOf(originator.http, id))[code]).not.toHaveProperty('note');
    expectStatus(await confirm(lost.http, id), 200);
    expect((await recallsOf(originator.http, id))[code]).toHaveProperty('confirmedAt');
  });

  it('hears confirmations from those alone who lost it: others find nothing there, not even to compare', async () => {
    const { id, place, readers } = await told();
    const [lost] = readers as [TestPartner];
    const narrowed = await app.as(await client(app, lost.partner.id, { ceiling: { tlp: 'GREEN' } }));
    const elsewhere = await arrangement(app);
    const nowhere = await app.as(await client(app, lost.partner.id, { arrangements: [elsewhere.code] }));
    await leave(app, place, lost);
    expectStatus(await confirm(narrowed, id), 403);
    for (const http of [nowhere, stranger.http]) {
      const answer = await confirm(http, id);
      expect([answer.status, answer.text]).toEqual([404, await missing()]);
    }
    expect((await confirm(originator.http, id)).text).toBe(await missing());
    expectStatus(await originator.http.post(`/v1/alerts/${id}/withdrawal`), 204);
    expectStatus(await confirm(originator.http, id), 409);
    expectStatus(await readers[1]!.http.get(`/v1/alerts/${id}/recall`), 404);
    expectStatus(await stranger.http.get(`/v1/alerts/${id}/recall`), 404);
    expect(Object.keys(await recallsOf(originator.http, id))).not.toContain(originator.partner.code);
  });

  it('confirms nothing that is being given back', async () => {
    const { id, place, readers } = await told();
    const [lost] = readers as [TestPartner];
    await leave(app, place, lost);
    const blocker = new pg.Client({ connectionString: app.database.superuserUrl });
    await blocker.connect();
    try {
      // Holds what a re-evaluation holds until it commits.
      await blocker.query('begin');
      await blocker.query('select from change_head where reader_id = $1 for update', [lost.partner.id]);
      const given = join(app, place, lost);
      await waitingFor(blocker, 1);
      const said = confirm(lost.http, id);
      await waitingFor(blocker, 2);
      await blocker.query('commit');
      await given;
      const { status } = await said;
      expect([200, 404]).toContain(status);
      expect(await recallsOf(originator.http, id)).toEqual({});
      await leave(app, place, lost);
      expect((await recallsOf(originator.http, id))[lost.partner.code]).not.toHaveProperty('confirmedAt');
    } finally {
      await blocker.end();
    }
  });

  it('comes down to one history when confirmations and losses race', async () => {
    const { id, place, readers } = await told();
    const [lost] = readers as [TestPartner];
    for (let round = 0; round < 6; round++) {
      const [, said] = await Promise.all([leave(app, place, lost), confirm(lost.http, id)]);
      expect([200, 404]).toContain(said.status);
      const recalls = await recallsOf(originator.http, id);
      expect(recalls[lost.partner.code]?.confirmedAt !== undefined).toBe(said.status === 200);
      const [, again] = await Promise.all([join(app, place, lost), confirm(lost.http, id)]);
      expect([200, 404]).toContain(again.status);
      expect(await recallsOf(originator.http, id)).toEqual({});
    }
  });
});

/** Until as many wait, for what this connection has locked or for each other. */
async function waitingFor(blocker: pg.Client, count: number): Promise<void> {
  for (;;) {
    const { rows } = await blocker.query(
      `select from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`,
    );
    if (rows.length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
