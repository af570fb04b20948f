import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  alertInput,
  client,
  partner,
  renditionInput,
  type RenditionInput,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import { query } from '../support/database.js';
import { countBlocked, Gate, until } from '../sharing/gate.js';
import { type MailServer, startMailServer } from './mail-server.js';
import {
  linkIn,
  mailSettings,
  makeDue,
  newAddress,
  settled,
  subscribed,
  SUBSCRIBER_SCOPES,
  subscriber,
  type SubscriptionView,
} from './subscribing.js';

/** Words of texts; nowhere to be found by whom they are not for. */
const HEADLINE = 'Kestrel over the bridge';
const DETAILS = 'Sparrow details';

describe('alerts by mail', () => {
  let app: TestApp;
  let mails: MailServer;
  let originator: TestPartner;
  let reader: TestPartner;

  beforeAll(async () => {
    mails = await startMailServer();
    app = await startApp({ settings: mailSettings(mails) });
    originator = await partner(app);
    reader = await subscriber(app);
  });
  afterEach(() => {
    mails.refuseRecipient = () => undefined;
    mails.refuseMessage = () => undefined;
  });
  afterAll(async () => {
    await app.close();
    await mails.stop();
  });

  const text = (more: Partial<RenditionInput> = {}, to = reader): RenditionInput => ({
    ...renditionInput({ audience: { partners: [to.partner.code] } }),
    texts: [{ language: 'en', headline: HEADLINE, description: DETAILS, instruction: 'Keep away.' }],
    ...more,
  });
  const tell = (more: Record<string, unknown> = {}, rendition = text()): Promise<{ id: string }> =>
    alert(originator.http, { severity: 'moderate', ...more, renditions: [rendition] });
  const change = async (id: string, what: string, body?: Record<string, unknown>): Promise<void> => {
    const answer = await originator.http.post(`/v1/alerts/${id}/${what}`, body);
    if (answer.status >= 300) throw new Error(`${what}: ${answer.status} ${answer.text}`);
  };
  const update = async (
    id: string,
    rendition = text(),
    more: Record<string, unknown> = {},
  ): Promise<void> => {
    await change(id, 'updates', alertInput({ severity: 'moderate', ...more, renditions: [rendition] }));
  };
  const one = async (more: Record<string, unknown> = {}, http: Http = reader.http): Promise<string> => {
    const address = newAddress();
    await subscribed(app, mails, http, [{ address }], more);
    return address;
  };
  const recipientOf = async (address: string): Promise<SubscriptionView['recipients'][number]> => {
    const { items } = expectStatus(
      await reader.http.get<{ items: SubscriptionView[] }>('/v1/subscriptions?limit=200'),
      200,
    );
    const found = items.flatMap(({ recipients }) => recipients).find((each) => each.address === address);
    if (found === undefined) throw new Error(`${address} is no recipient`);
    return found;
  };
  /** As if whoever has it had gone away, and the time for it had come. */
  const release = (): Promise<unknown> =>
    query(
      app.database.superuserUrl,
      `with freed as (update subscription_recipient set taken_until = now())
       update mail_message set due_at = now() where state = 'waiting'`,
    );

  it('say the label first, in subject and body, and all that helps to act', async () => {
    const address = await one();
    const { id } = await tell({ severity: 'severe' });
    const [got] = await mails.to(address);
    expect(got?.mail.subject).toBe(`[TLP:GREEN] ${HEADLINE} (Severe)`);
    const lines = got?.mail.text?.split('\n') ?? [];
    expect(lines[0]).toBe('TLP:GREEN');
    expect(got?.mail.text).toMatch(/Severity: Severe\nUrgency: Immediate\nCertainty: Observed\n/);
    for (const said of [
      DETAILS,
      'Keep away.',
      'Town market',
      'Decisions remain',
      `${app.url}/v1/alerts/${id}`,
    ])
      expect([said, got?.mail.text?.includes(said)]).toEqual([said, true]);
    expect(got?.mail.html).toContain(DETAILS);
    expect(got?.mail.html).not.toMatch(/<(img|script|link|iframe)|url\(|src=/i);
    expect(got?.from).toBe('alerts@exchange.example');
    expect(got?.header('auto-submitted')).toBe('auto-generated');
    expect(got?.header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    expect(got?.header('list-unsubscribe')).toMatch(/^<http.*\/v1\/unsubscribe\/[\w.-]+>$/);
    const receipts = expectStatus(
      await originator.http.get<{ items: { fetchedAt?: string }[] }>(`/v1/alerts/${id}/receipts`),
      200,
    );
    expect(receipts.items).toEqual([expect.objectContaining({ fetchedAt: expect.any(String) as string })]);
  });

  it('announce what is above the ceiling of mail with its address, and not a word of it', async () => {
    const [low, raised] = [await one(), await one({ mailCeiling: { tlp: 'AMBER' } })];
    const { id } = await tell({}, text({ tlp: 'AMBER' }));
    const [notice] = await mails.to(low);
    const [content] = await mails.to(raised);
    expect(notice?.mail.subject).toBe('[TLP:AMBER] An alert is waiting for you on the exchange');
    expect(notice?.mail.text).toContain(`/v1/alerts/${id}`);
    expect(notice?.raw + JSON.stringify(notice?.mail)).not.toMatch(/Kestrel|Sparrow|Moderate|market/i);
    expect(content?.mail.subject).toContain(HEADLINE);

    const alone = await subscriber(app);
    const address = await one({}, alone.http);
    const { id: unread } = await tell({}, text({ tlp: 'RED' }, alone));
    await mails.to(address);
    const receipts = await originator.http.get(`/v1/alerts/${unread}/receipts`);
    expect(receipts.text).not.toContain('fetchedAt');
  });

  it('announce what is above it in a digest too, and by its classification as well', async () => {
    const address = newAddress();
    await subscribed(app, mails, reader.http, [{ address, delivery: 'digest', digestAt: ['00:00'] }], {
      mailCeiling: { tlp: 'AMBER', classification: 'UNCLASSIFIED' },
    });
    const secret = { classification: 'CONFIDENTIAL', classificationReason: 'Names a source.' } as const;
    const entity = await partner(app, { kind: 'un_entity' });
    await alert(entity.http, { severity: 'moderate', renditions: [text({ tlp: 'AMBER', ...secret })] });
    await settled(app);
    await makeDue(app, ['digest']);
    const [got] = await mails.to(address);
    expect(got?.mail.subject).toContain('[TLP:AMBER] [CONFIDENTIAL]');
    expect(got?.raw).not.toMatch(/Kestrel|Sparrow/);
  });

  it('keep everything about an alert in one thread, and end it with a withdrawal that says nothing of it', async () => {
    const address = await one();
    const { id } = await tell();
    await mails.to(address);
    await update(id, text({ areas: [] }));
    await mails.to(address, 2);
    await change(id, 'cancellation', {});
    await mails.to(address, 3);
    await change(id, 'withdrawal');
    const got = await mails.to(address, 4);
    const root = got[0]?.header('message-id');
    expect(got.map((mail) => mail.header('in-reply-to'))).toEqual([undefined, root, root, root]);
    expect(got.map((mail) => mail.header('references'))).toEqual([undefined, root, root, root]);
    expect(got[1]?.mail.subject).toBe(`[TLP:GREEN] Update: ${HEADLINE} (Moderate)`);
    expect(got[2]?.mail.subject).toBe(`[TLP:GREEN] Cancelled: ${HEADLINE} (Moderate)`);
    expect(got[3]?.mail.subject).toBe('[TLP:GREEN] An alert was withdrawn: delete what you received');
    expect(got[3]?.raw + JSON.stringify(got[3]?.mail)).not.toMatch(/Kestrel|Sparrow|market/i);
    await settled(app);
    expect(await mails.to(address)).toHaveLength(4);
  });

  it('go on to who was told, when the alert has become one that the filter would not take', async () => {
    const address = await one({ filter: { minSeverity: 'moderate' } });
    const { id } = await tell();
    await mails.to(address);
    await update(id, text({ areas: [] }), { severity: 'minor' });
    const [, second] = await mails.to(address, 2);
    expect(second?.mail.subject).toBe(`[TLP:GREEN] Update: ${HEADLINE} (Minor)`);
    const never = await tell({ severity: 'minor' });
    await update(never.id, text({ areas: [] }), { severity: 'minor' });
    await settled(app);
    expect(await mails.to(address)).toHaveLength(2);
  });

  it('do not tell what was withdrawn before it was sent, nor of its withdrawal', async () => {
    const [slow, digested] = [newAddress(), newAddress()];
    await subscribed(app, mails, reader.http, [
      { address: slow },
      { address: digested, delivery: 'digest', digestAt: ['00:00'] },
    ]);
    mails.refuseRecipient = () => ({ code: 451, message: '4.7.1 come back later' });
    const { id } = await tell();
    await settled(app);
    mails.refuseRecipient = () => undefined;
    await change(id, 'withdrawal');
    await release();
    await settled(app);
    const told = mails.received.filter(({ to }) => to.includes(slow) || to.includes(digested));
    expect(told.filter(({ raw }) => raw.includes('Kestrel'))).toEqual([]);
    expect(told.filter(({ to }) => to.includes(digested))).toEqual([]);
  });

  it('do not tell what is withdrawn in the very moment of sending', async () => {
    const superuser = new pg.Client({ connectionString: app.database.superuserUrl });
    await superuser.connect();
    const address = await one();
    const own = `new.partner_id = '${reader.partner.id}'`;
    const gate = await Gate.closed(superuser, 'fetch_receipt', 'at once', own);
    try {
      const { id } = await tell();
      // It has been read, and is not on its way yet.
      await gate.reached();
      await change(id, 'withdrawal');
      await until(async () => {
        const { rows } = await superuser.query(
          `select from mail_message where alert_id = $1 and kind = 'alert' and state = 'waiting'`,
          [id],
        );
        return rows.length === 0;
      });
      await gate.open();
      await settled(app);
      expect(mails.received.filter(({ to }) => to.includes(address))).toEqual([]);
    } finally {
      await gate.remove();
      await superuser.end();
    }
  });

  it('send drills to nobody who did not ask, and mark them before anything else', async () => {
    const [plain, drilled] = [await one(), await one({ drills: true })];
    await tell({ status: 'exercise', severity: 'extreme' });
    await tell({ status: 'test' });
    const got = await mails.to(drilled, 2);
    expect(got.map(({ mail }) => mail.subject).sort()).toEqual([
      `[EXERCISE] [TLP:GREEN] ${HEADLINE} (Extreme)`,
      `[TEST] [TLP:GREEN] ${HEADLINE} (Moderate)`,
    ]);
    for (const { mail } of got) expect(mail.text).toContain('This is a drill.');
    await settled(app);
    expect(mails.received.filter(({ to }) => to.includes(plain))).toEqual([]);
  });

  it('let no text become a header', async () => {
    const address = await one();
    const headline = 'First\r\nBcc: everybody@office.example\r\n\r\nand a body \u202e\u2066turned';
    await tell({}, text({ texts: [{ language: 'en', headline, description: DETAILS }] }));
    const [got] = await mails.to(address);
    expect(got?.to).toEqual([address]);
    expect(got?.header('bcc')).toBeUndefined();
    expect(got?.mail.subject).toBe(
      '[TLP:GREEN] First Bcc: everybody@office.example and a body turned (Moderate)',
    );
  });

  it('escape what they show', async () => {
    const address = await one();
    const headline = '<script>alert(1)</script> & <b>"bold"</b>';
    await tell({}, text({ texts: [{ language: 'en', headline, description: DETAILS }] }));
    const [got] = await mails.to(address);
    expect(got?.mail.html).not.toMatch(/<script|<b>/);
    expect(got?.mail.html).toContain('&lt;script&gt;');
    expect(got?.mail.text).toContain(headline);
  });

  it('come in the language of the recipient, with a stated fallback, and right to left where that is so', async () => {
    const [french, chinese, arabic] = [newAddress(), newAddress(), newAddress()];
    await subscribed(app, mails, reader.http, [
      { address: french, language: 'fr' },
      { address: chinese, language: 'zh' },
      { address: arabic, language: 'ar' },
    ]);
    await tell(
      {},
      text({
        texts: [
          { language: 'en', headline: HEADLINE, description: DETAILS },
          { language: 'fr', headline: 'Faucon sur le pont', description: 'Détails' },
        ],
      }),
    );
    const [fr] = await mails.to(french);
    expect(fr?.mail.subject).toBe('[TLP:GREEN] Faucon sur le pont (Modérée)');
    expect(fr?.mail.text).not.toContain('Langue de ce texte');
    const [zh] = await mails.to(chinese);
    expect(zh?.mail.subject).toBe(`[TLP:GREEN] ${HEADLINE} (中等)`);
    expect(zh?.mail.text).toContain('没有您所用语言的文本。本文语言：英语。');
    const [ar] = await mails.to(arabic);
    expect(ar?.mail.html).toContain('<html lang="ar" dir="rtl">');
    expect(ar?.mail.html).toContain('<p lang="en" dir="auto"');
    expect(ar?.mail.html).toContain('<bdi>');
    expect(ar?.mail.text).toContain('\u2068');
    expect(ar?.mail.text?.startsWith('TLP:GREEN')).toBe(true);
  });

  it('stop with one click, and not because something follows links', async () => {
    const [address, neighbour] = [newAddress(), newAddress()];
    await subscribed(app, mails, reader.http, [{ address }, { address: neighbour }]);
    await tell();
    const [got] = await mails.to(address);
    const path = linkIn(got!, 'unsubscribe');
    expect(got?.header('list-unsubscribe')).toBe(`<${app.url}${path}>`);
    for (const method of ['GET', 'HEAD']) expect((await app.anonymous.send(method, path)).status).toBe(200);
    expect((await recipientOf(address)).state).toBe('confirmed');
    const click = await app.anonymous.post(path, 'List-Unsubscribe=One-Click', {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(click.status).toBe(200);
    expect((await recipientOf(address)).state).toBe('unsubscribed');
    const boundary =
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n';
    const again = await app.anonymous.post(path, boundary, {
      headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
    });
    expect(again.status).toBe(200);
    await tell({ severity: 'extreme' });
    await mails.to(neighbour, 2);
    await settled(app);
    expect(await mails.to(address)).toHaveLength(1);
  });

  it('stop with one click also in the moment in which one has been sent', async () => {
    const superuser = new pg.Client({ connectionString: app.database.superuserUrl });
    await superuser.connect();
    // Of its own, so that nobody else is being sent anything.
    const own = await subscriber(app);
    const address = newAddress();
    const { id } = await subscribed(app, mails, own.http, [{ address }]);
    await tell({}, text({}, own));
    const path = linkIn((await mails.to(address))[0]!, 'unsubscribe');
    await settled(app);
    let taken: () => void = () => undefined;
    const isTaken = new Promise<void>((resolve) => (taken = resolve));
    let isAsked = false;
    mails.refuseMessage = async () => {
      isAsked = true;
      await isTaken;
      return undefined;
    };
    await tell({}, text({}, own));
    await until(() => Promise.resolve(isAsked));
    const gate = await Gate.closed(
      superuser,
      'subscription_recipient',
      'at once',
      `new.state = 'unsubscribed'`,
    );
    try {
      const click = app.anonymous.post(path);
      await gate.reached();
      taken();
      await until(async () => (await countBlocked(superuser)) > 1);
      // After a second PostgreSQL looks who waits for each other, and ends the one that came last.
      await sleep(1500);
      await gate.open();
      expect((await click).status).toBe(200);
      await settled(app);
      const { body } = await own.http.get<SubscriptionView>(`/v1/subscriptions/${id}`);
      expect(body.recipients[0]?.state).toBe('unsubscribed');
    } finally {
      taken();
      await gate.remove();
      await superuser.end();
    }
  });

  it('send what is more than a recipient can read in one digest, each alert on one line', async () => {
    const address = newAddress();
    await subscribed(app, mails, reader.http, [{ address, maxPerHour: 2 }]);
    for (let index = 0; index < 5; index++) await tell();
    await settled(app);
    expect(await mails.to(address)).toHaveLength(2);
    await tell({ severity: 'severe' });
    expect(await mails.to(address, 3)).toHaveLength(3);
    await makeDue(app, ['digest']);
    const got = await mails.to(address, 4);
    expect(got[3]?.mail.subject).toBe('[TLP:GREEN] Alerts: 3');
    expect(got[3]?.mail.text?.match(/Kestrel/g)).toHaveLength(3);
  });

  describe('when the mail server', () => {
    it('asks to come back later, come back under the same id', async () => {
      const address = await one();
      const seen: (string | undefined)[] = [];
      mails.refuseMessage = (raw) => {
        if (!raw.includes(address)) return undefined;
        seen.push(/^message-id:\s*(\S+)/im.exec(raw)?.[1]);
        return seen.length === 1 ? { code: 451, message: '4.7.1 greylisted' } : undefined;
      };
      await tell();
      await settled(app);
      expect(seen).toHaveLength(1);
      expect((await recipientOf(address)).state).toBe('confirmed');
      await release();
      const [got] = await mails.to(address);
      expect(seen).toEqual([got?.header('message-id'), got?.header('message-id')]);
    });

    it('refuses a recipient for good, stop for that one, tell its owner, and go on for the others', async () => {
      const [gone, fine] = [newAddress(), newAddress()];
      const { id } = await subscribed(app, mails, reader.http, [{ address: gone }, { address: fine }]);
      mails.refuseRecipient = (address) =>
        address === gone ? { code: 550, message: `5.1.1 <${gone}> is unknown here` } : undefined;
      await tell();
      await mails.to(fine);
      await settled(app);
      expect(await recipientOf(gone)).toMatchObject({ state: 'failed', failure: '550 5.1.1' });
      const audit = await reader.http.get<{ items: { details: object }[] }>('/v1/audit', {
        query: { action: 'subscription.recipient_failed', object: id },
      });
      expect(audit.body.items).toEqual([
        expect.objectContaining({ details: { recipient: expect.any(String) as string, code: '550 5.1.1' } }),
      ]);
      mails.refuseRecipient = () => undefined;
      await tell();
      await mails.to(fine, 2);
      expect(mails.received.filter(({ to }) => to.includes(gone))).toEqual([]);
    });

    it('is away, wait for it, and lose nothing', async () => {
      const address = await one();
      await mails.stop();
      const { id } = await tell();
      await settled(app);
      await mails.start();
      await release();
      const [got] = await mails.to(address);
      expect(got?.mail.text).toContain(id);
    });
  });

  it('that were sent when the process lost its database are repeated under the same id', async () => {
    const address = await one();
    const rename = (from: string, to: string): Promise<unknown> =>
      query(app.database.superuserUrl, `alter table ${from} rename to ${to}`);
    let isCut = false;
    // Between the mail and the note that it was sent.
    mails.refuseMessage = async (raw) => {
      if (!raw.includes(address) || isCut) return undefined;
      isCut = true;
      await rename('mail_message', 'mail_message_away');
      return undefined;
    };
    await tell();
    await mails.to(address);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await rename('mail_message_away', 'mail_message');
    await release();
    const got = await mails.to(address, 2);
    expect(got[1]?.header('message-id')).toBe(got[0]?.header('message-id'));
    await settled(app);
    expect(await mails.to(address)).toHaveLength(2);
  });

  it('are sent once by several processes', async () => {
    const second = await startApp({ database: app.database, settings: mailSettings(mails) });
    const addresses = Array.from({ length: 10 }, newAddress);
    await subscribed(
      app,
      mails,
      reader.http,
      addresses.map((address) => ({ address, maxPerHour: 200 })),
    );
    for (let index = 0; index < 6; index++) await tell();
    for (const address of addresses) await mails.to(address, 6);
    await settled(app);
    await second.close();
    for (const address of addresses) {
      const ids = (await mails.to(address)).map((got) => got.header('message-id'));
      expect([ids.length, new Set(ids).size]).toEqual([6, 6]);
    }
  });

  describe('under the rights of the moment', () => {
    it('rest when their keeper has ended, and go on when another client takes them over', async () => {
      const keeper = await client(app, reader.partner.id, { scopes: SUBSCRIBER_SCOPES });
      const address = newAddress();
      const { id } = await subscribed(app, mails, await app.as(keeper), [{ address }]);
      const revoked = await app.steward.delete(
        `/v1/partners/${reader.partner.id}/clients/${keeper.clientId}`,
      );
      expect(revoked.status).toBeLessThan(300);
      await tell();
      await settled(app);
      expect(mails.received.filter(({ to }) => to.includes(address))).toEqual([]);
      const resting = expectStatus(await reader.http.get<SubscriptionView>(`/v1/subscriptions/${id}`), 200);
      expect(resting.state).toBe('resting');
      const taken = expectStatus(
        await reader.http.patch<SubscriptionView>(`/v1/subscriptions/${id}`, {}),
        200,
      );
      expect(taken.state).toBe('active');
      const [got] = await mails.to(address);
      expect(got?.mail.subject).toContain(HEADLINE);
    });

    it('tell nothing while the partner is suspended, not even what was decided before', async () => {
      const away = await subscriber(app);
      const address = newAddress();
      await subscribed(app, mails, away.http, [{ address, delivery: 'digest', digestAt: ['00:00'] }]);
      await tell({}, text({}, away));
      await settled(app);
      const { status } = await app.steward.post(`/v1/partners/${away.partner.id}/suspension`, {});
      expect(status).toBeLessThan(300);
      await release();
      await settled(app);
      await tell({ severity: 'extreme' }, text({}, away));
      await settled(app);
      expect(mails.received.filter(({ to }) => to.includes(address))).toEqual([]);
    });

    it('tell the text that is for the reader when it is sent, not the one that was', async () => {
      const address = newAddress();
      await subscribed(app, mails, reader.http, [{ address, delivery: 'digest', digestAt: ['00:00'] }]);
      const { id } = await tell();
      await settled(app);
      const plain = { language: 'en', headline: 'Wren', description: 'Nothing more' };
      await update(id, text({ texts: [plain] }));
      await settled(app);
      await makeDue(app, ['digest']);
      const [got] = await mails.to(address);
      expect(got?.mail.text).toContain('Wren');
      expect(got?.raw).not.toContain('Kestrel');
    });
  });
});
