import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStream, heldAfter } from '../delivery/event-stream.js';
import { hook, HOOK_SETTINGS, Receivers } from '../delivery/hooks.js';
import { type MailServer, startMailServer } from '../delivery/mail-server.js';
import { type Receiver } from '../delivery/receiver.js';
import { mailSettings } from '../delivery/subscribing.js';
import {
  confirm,
  countryFocalPoint,
  directory,
  dutyLine,
  type FocalPoint,
  namer,
  NAMING_SCOPES,
  nominate,
  passDays,
  register,
} from '../focal-points/naming.js';
import { until } from '../sharing/gate.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  alert,
  arrangement,
  join,
  leave,
  renditionInput,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { expectStatus } from '../support/http.js';
import { feed, FEED_FORMATS, FORMATS, list, sorted } from './walks.js';

/** The promise of the acceptance test, and what it takes at most. */
const WITHIN_MS = 60_000;
const SCOPES = [...NAMING_SCOPES, 'webhooks:manage', 'feeds:manage'];
const HIGH = { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' };

/** A member with everything open by which it could be told something. */
interface Listener extends TestPartner {
  stream: EventStream;
  receiver: Receiver;
  address: string;
}

describe('membership and focal points, as they begin, lapse and end', () => {
  let app: TestApp;
  /** Another process of the same service. */
  let twin: TestApp;
  let mails: MailServer;
  let originator: TestPartner;
  let chair: TestPartner;
  let chairLine: string;
  let here: TestArrangement;
  const receivers = new Receivers();
  const streams: EventStream[] = [];

  beforeAll(async () => {
    mails = await startMailServer();
    const settings = { ...mailSettings(mails), ...HOOK_SETTINGS };
    app = await startApp({ settings });
    twin = await startApp({ settings, database: app.database });
    originator = await namer(app, { scopes: SCOPES });
    chair = await namer(app, { scopes: SCOPES });
    here = await arrangement(app, { members: [originator, chair] });
    expectStatus(
      await app.steward.put(`/v1/arrangements/${here.id}/chair`, { partnerId: chair.partner.id }),
      200,
    );
    const line = dutyLine();
    chairLine = line.email;
    await nominate(chair, line);
  });
  afterAll(async () => {
    for (const stream of streams) stream.close();
    await receivers.stop();
    await twin.close();
    await app.close();
    await mails.stop();
  });

  async function listener(): Promise<Listener> {
    const member = await namer(app, { scopes: SCOPES });
    const receiver = await receivers.start();
    await hook(member.http, receiver, { types: ['alert'], content: 'full', ceiling: HIGH });
    await join(app, here, member);
    const { addresses } = expectStatus(
      await member.http.post<{ addresses: string[] }>('/v1/feed-addresses', { name: 'Wall', ceiling: HIGH }),
      201,
    );
    const stream = await EventStream.open(member.http);
    streams.push(stream);
    return { ...member, stream, receiver, address: new URL(addresses[0] ?? '').pathname };
  }

  const publish = (
    tlp: 'GREEN' | 'AMBER',
    headline: string,
    overrides: Parameters<typeof alert>[1] = {},
  ): Promise<{ id: string }> =>
    alert(originator.http, {
      renditions: [text(tlp, headline)],
      ...overrides,
    });

  const text = (tlp: 'GREEN' | 'AMBER', headline: string): ReturnType<typeof renditionInput> =>
    renditionInput({
      tlp,
      audience: { arrangements: [here.code] },
      texts: [{ language: 'en', headline, description: 'What it says.' }],
    });

  const toldByStream = ({ stream }: Listener): string[] =>
    sorted(heldAfter(stream.events.map(({ data }) => data)).keys());
  const toldByHook = ({ receiver }: Listener): string[] =>
    sorted(
      heldAfter(
        [...receiver.received]
          .sort((a, b) => (a.message.data.position ?? 0) - (b.message.data.position ?? 0))
          .map(({ message }) => message.data as never),
      ).keys(),
    );

  /** Waits until all that is open has told it, and asks all that can be asked. */
  async function expectToHave(member: Listener, ids: string[], gone: string[] = []): Promise<void> {
    const wanted = sorted(ids);
    const isSo = (found: string[]): boolean => JSON.stringify(found) === JSON.stringify(wanted);
    await member.stream.until(() => isSo(toldByStream(member)), WITHIN_MS);
    await until(() => Promise.resolve(isSo(toldByHook(member))));
    for (const http of [member.http, await twin.as(member.client)]) {
      const { found, count } = await list(http);
      expect([sorted(found.keys()), count]).toEqual([wanted, ids.length]);
    }
    const changes = expectStatus(
      await member.http.get<{ items: never[] }>('/v1/changes', { query: { limit: 200 } }),
      200,
    );
    expect(sorted(heldAfter(changes.items).keys())).toEqual(wanted);
    for (const format of FEED_FORMATS) {
      const path = `/v1/feeds/alerts.${format}`;
      expect([format, sorted(await feed(member.http, path))]).toEqual([format, wanted]);
    }
    expect(sorted(await feed(app.anonymous, member.address))).toEqual(wanted);
    for (const id of [...ids, ...gone]) {
      for (const format of FORMATS) {
        const answer = await member.http.get(`/v1/alerts/${id}`, { headers: { Accept: format } });
        expect([id, format, answer.status]).toEqual([id, format, gone.includes(id) ? 404 : 200]);
      }
    }
  }

  it('the end of a membership removes access in every channel, and in those that were open', async () => {
    const member = await listener();
    const ids = [(await publish('GREEN', 'One')).id, (await publish('AMBER', 'Two')).id];
    await countryFocalPoint(originator, here);
    await expectToHave(member, ids);
    expect((await directory(member, here)).length).toBe(3);
    await leave(app, here, member);
    await expectToHave(member, [], ids);
    for (const part of ['', '/members', '/focal-points', '/readiness', '/levels']) {
      const answer = await member.http.get(`/v1/arrangements/${here.id}${part}`);
      expect([part, answer.status]).toEqual([part, 404]);
    }
    expect((await directory(chair, here)).map(({ partnerId }) => partnerId)).not.toContain(member.partner.id);
    expect(new Set(member.receiver.received.map(({ message }) => message.data.change))).toEqual(
      new Set(['published', 'withdrawn']),
    );
  });

  describe('a member of whom nobody confirms', () => {
    let member: Listener;
    let focalPoint: FocalPoint;
    let headquarters: FocalPoint;
    let line: string;
    let green: string;
    let amber: string;
    let both: string;
    let own: string;

    beforeAll(async () => {
      member = await listener();
      focalPoint = await countryFocalPoint(member, here);
      headquarters = await confirm(member, await nominate(member));
      const duty = dutyLine({ arrangement: here.code });
      line = duty.email;
      await nominate(member, duty);
      green = (await publish('GREEN', 'For all')).id;
      amber = (await publish('AMBER', 'For members')).id;
      const renditions = [text('AMBER', 'All of it'), text('GREEN', 'The less')];
      both = (await alert(originator.http, { renditions })).id;
      own = (await alert(member.http, { renditions: [text('AMBER', 'Its own')], severity: 'minor' })).id;
    });

    it('has everything on day 90', async () => {
      await passDays(app, member, 90);
      // Somebody answers for all of it, and for this arrangement nobody.
      await confirm(member, headquarters);
      await until(async () => {
        const { items } = await register(member);
        return items.find(({ id }) => id === focalPoint.id)?.state === 'due';
      });
      const known = (await list(member.http)).found;
      expect([known.has(amber), known.get(both)?.said]).toEqual([true, 'All of it']);
      const here90 = (await directory(chair, here)).find(({ partnerId }) => partnerId === member.partner.id);
      expect(here90?.confirmation).toBe('confirmed');
    });

    it('has nothing above GREEN from day 91, in every channel, and keeps what is its own', async () => {
      await passDays(app, member, 1);
      await until(async () => (await register(member)).coverage.some((one) => one.suspendedSince));
      const standing = [...(await list(member.http)).found.keys()].filter((id) => id !== amber);
      expect(standing).toEqual(expect.arrayContaining([green, both, own]));
      await expectToHave(member, standing, [amber]);
      const { body } = await member.http.get<{ text: { headline: string } }>(`/v1/alerts/${both}`);
      expect(body.text.headline).toBe('The less');
      const me = expectStatus(await member.http.get<{ ceiling: { tlp: string } }>('/v1/me'), 200);
      expect(me.ceiling.tlp).toBe('RED');
      const found = (await register(member)).items.find(({ id }) => id === focalPoint.id);
      expect(found?.state).toBe('lapsed');
    });

    it('is told of to the chair, by mail and in the directory', async () => {
      const told = (await mails.to(chairLine, 2)).filter(({ mail }) =>
        (mail.subject ?? '').includes('no confirmed focal point'),
      );
      expect(told).toHaveLength(1);
      expect(told[0]?.mail.text).toContain(here.code);
      expect(told[0]?.mail.text).toContain(`Partner ${member.partner.code}`);
      const found = (await directory(chair, here)).find(({ partnerId }) => partnerId === member.partner.id);
      expect(found).toMatchObject({ confirmation: 'unconfirmed' });
    });

    it('still has severe GREEN alerts sent to its duty address, each change once, and nothing else', async () => {
      await publish('AMBER', 'Severe but restricted');
      await publish('GREEN', 'Green but minor', { severity: 'minor' });
      await publish('GREEN', 'A drill', { status: 'exercise' });
      const first = await publish('GREEN', 'First severe');
      await until(() => Promise.resolve(alertsTo(line).includes('First severe')));
      expectStatus(
        await originator.http.post(`/v1/alerts/${first.id}/updates`, {
          ...updateOf('First severe, once more'),
        }),
        200,
      );
      await until(() => Promise.resolve(alertsTo(line).includes('First severe, once more')));
      await publish('GREEN', 'Second extreme', { severity: 'extreme' });
      await until(() => Promise.resolve(alertsTo(line).includes('Second extreme')));
      expect(alertsTo(line)).toEqual(['First severe', 'First severe, once more', 'Second extreme']);
      expect(alertsTo(chairLine)).toEqual([]);
    });

    const updateOf = (headline: string): Record<string, unknown> => ({
      kind: 'advisory',
      status: 'actual',
      event: 'Armed clashes',
      categories: ['security'],
      urgency: 'immediate',
      severity: 'severe',
      certainty: 'observed',
      responses: ['avoid'],
      expiresAt: '2099-01-02T06:00:00Z',
      attribution: 'named',
      noLowerReason: 'The tests address whom they mean',
      renditions: [text('GREEN', headline)],
    });

    /** Headlines of alerts that were mailed to an address, as their subjects say them. */
    const alertsTo = (address: string): string[] =>
      mails.received
        .filter(({ to }) => to.includes(address))
        .flatMap(({ mail }) => /^\[TLP:\w+\] (?:Update: )?(.*) \(\w+\)$/.exec(mail.subject ?? '')?.[1] ?? []);

    it('has everything back once somebody confirms', async () => {
      await confirm(member, focalPoint);
      await until(async () => (await list(member.http)).found.has(amber));
      await expectToHave(member, [...(await list(member.http)).found.keys()]);
      expect((await list(member.http)).found.get(both)?.said).toBe('All of it');
      expect((await register(member)).coverage.every((one) => one.suspendedSince === undefined)).toBe(true);
    });
  });
});
