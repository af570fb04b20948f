import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alert,
  arrangement,
  join,
  partner,
  type TestArrangement,
  type TestPartner,
} from '../support/factories.js';
import { countBlocked, until } from '../sharing/gate.js';
import { expectStatus, type Http } from '../support/http.js';
import {
  assign,
  changes,
  conclude,
  custodianClient,
  NOT_USED,
  read,
  type Report,
  reporter,
  reportInput,
  reveal,
  submitted,
  TRIAGE_SCOPES,
  triager,
  withdraw,
  write,
} from './reporting.js';

describe('triage', () => {
  let app: TestApp;
  let source: TestPartner;
  let other: TestPartner;
  let near: TestPartner;
  let desk: Http;
  let sdn: TestArrangement;
  beforeAll(async () => {
    app = await startApp();
    [source, other, near] = [await reporter(app), await reporter(app), await triager(app)];
    desk = await custodianClient(app, TRIAGE_SCOPES);
    sdn = await arrangement(app, { members: [source, near] });
  });
  afterAll(() => app.close());

  const forMembers = (): Promise<Report> =>
    submitted(source.http, { tlp: 'GREEN', audience: { arrangements: [sdn.code] } });

  it('climbs the ladder: no token, no right, no such thing, bad input', async () => {
    const body = { ...NOT_USED, explanation: 'Known.' };
    for (const [path, sent] of [
      ['assignment', undefined],
      ['outcome', body],
    ] as const) {
      const at = `/v1/reports/${randomUUID()}/${path}`;
      expectStatus(await app.anonymous.post(at, sent), 401);
      expectStatus(await source.http.post(at, sent), 403);
      expectStatus(await desk.post(at, sent), 404);
    }
    const { id } = await submitted(source.http);
    expectStatus(await near.http.post(`/v1/reports/${id}/outcome`, body), 404);
    for (const wrong of [
      { outcome: 'not_used' },
      { outcome: 'not_used', reason: 'no_such_reason' },
      { outcome: 'alert' },
      { outcome: 'recorded', alertId: randomUUID() },
      { outcome: 'alert', alertId: randomUUID() },
      { outcome: 'merged', mergedInto: randomUUID() },
      { outcome: 'merged', mergedInto: id },
    ]) {
      expect([wrong, (await conclude(desk, id, wrong)).status]).toEqual([wrong, 400]);
    }
    expectStatus(await conclude(desk, id), 200);
  });

  it('is taken by one desk, which alone goes on, save that the custodian may step in', async () => {
    const third = await triager(app);
    const wider = await arrangement(app, { members: [near, third] });
    const { id } = await submitted(source.http, { tlp: 'GREEN', audience: { arrangements: [wider.code] } });
    expectStatus(await conclude(near.http, id), 403);
    expect(expectStatus(await assign(near.http, id), 200)).toMatchObject({
      state: 'in_triage',
      assignedTo: near.partner.id,
    });
    expectStatus(await assign(third.http, id), 403);
    expectStatus(await conclude(third.http, id), 403);
    expectStatus(await write(third.http, id), 403);
    expectStatus(await write(near.http, id), 201);
    expectStatus(await assign(desk, id), 200);
    expectStatus(await write(near.http, id), 403);
    expectStatus(await conclude(near.http, id), 403);
    expectStatus(await conclude(desk, id), 200);
    expect(expectStatus(await read(third.http, id), 200)).toMatchObject({ state: 'concluded' });
  });

  it('is nothing a source can do to its own report, nor anybody through it', async () => {
    const both = await reporter(app, { scopes: ['reports:submit', 'reports:triage', 'alerts:read'] });
    const own = await arrangement(app, { members: [both] });
    const { id } = await submitted(both.http, { tlp: 'GREEN', audience: { arrangements: [own.code] } });
    expectStatus(await assign(both.http, id), 403);
    expectStatus(await conclude(both.http, id), 403);
    expectStatus(await withdraw(desk, id), 403);
  });

  it('tells the source of every step, and gives every report an outcome with an explanation', async () => {
    const { id } = await submitted(source.http);
    expectStatus(await assign(desk, id), 200);
    expectStatus(
      await conclude(desk, id, { outcome: 'recorded', explanation: 'Part of the weekly picture.' }),
      200,
    );
    const seen = expectStatus(await read(source.http, id), 200);
    expect(seen).toMatchObject({
      state: 'concluded',
      outcome: 'recorded',
      outcomes: [{ outcome: 'recorded', explanation: 'Part of the weekly picture.' }],
    });
    expect(await changes(source.http, id)).toEqual(['published', 'updated', 'updated']);
  });

  it('shows the source the alert that its report led to if that reaches it, and else only that there is one', async () => {
    const shared = await alert(near.http, { audience: { arrangements: [sdn.code] } });
    const hidden = await alert(near.http, { audience: { partners: [near.partner.code] } });
    for (const [alertId, target] of [
      [shared.id, shared.id],
      [hidden.id, undefined],
    ]) {
      const { id } = await forMembers();
      expectStatus(await assign(near.http, id), 200);
      const concluded = await conclude(near.http, id, { outcome: 'alert', alertId });
      expect(expectStatus(concluded, 200).outcomes?.[0]?.target).toBe(alertId);
      const seen = expectStatus(await read(source.http, id), 200);
      expect([seen.outcome, seen.outcomes?.[0]?.target]).toEqual(['alert', target]);
    }
    const { id } = await submitted(source.http);
    expectStatus(await conclude(desk, id, { outcome: 'alert', alertId: hidden.id }), 400);
  });

  it('merges reports and leaves each source with its own', async () => {
    const [first, second] = [await submitted(source.http), await submitted(other.http)];
    const merged = await conclude(desk, second.id, { outcome: 'merged', mergedInto: first.id });
    expect(expectStatus(merged, 200).outcomes?.[0]?.target).toBe(first.id);
    expect(expectStatus(await read(desk, first.id), 200).merged).toEqual([second.id]);
    const [one, two] = [await read(source.http, first.id), await read(other.http, second.id)];
    expect(expectStatus(one, 200).merged).toBeUndefined();
    expect(one.text).not.toContain(second.id);
    expect(expectStatus(two, 200)).toMatchObject({ outcome: 'merged' });
    expect(two.text).not.toContain(first.id);
    expectStatus(await read(source.http, second.id), 404);
    expectStatus(await read(other.http, first.id), 404);

    const third = await submitted(other.http);
    const chain = { outcome: 'merged', mergedInto: second.id };
    expectStatus(await conclude(desk, third.id, chain), 409);
    expectStatus(await conclude(desk, first.id, { outcome: 'duplicate', duplicateOf: third.id }), 409);
    expectStatus(await withdraw(other.http, second.id), 204);
    expect(expectStatus(await read(desk, first.id), 200).merged).toEqual([]);
  });

  it('corrects an outcome against the version it read, and keeps the former one', async () => {
    const { id } = await submitted(source.http);
    const { version } = expectStatus(await conclude(desk, id), 200);
    expectStatus(await conclude(desk, id, { outcome: 'recorded' }), 409);
    expectStatus(await conclude(desk, id, { outcome: 'recorded' }, (version ?? 0) - 1), 412);
    expectStatus(await conclude(desk, id, { outcome: 'recorded' }, version), 200);
    const seen = expectStatus(await read(source.http, id), 200);
    expect(seen.outcomes?.map(({ outcome }) => outcome)).toEqual(['recorded', 'not_used']);
    expect(seen.outcome).toBe('recorded');
  });

  it('lists what has been waiting for an outcome for more than a week', async () => {
    const ids = [await submitted(source.http), await submitted(source.http)].map(({ id }) => id);
    await query(
      app.database.superuserUrl,
      `update report set submitted_at = now() - interval '8 days' where id = $1`,
      [ids[0]],
    );
    const overdue = async (): Promise<string[]> => {
      const page = await desk.get<{ items: Report[] }>('/v1/reports', {
        query: { overdue: 'true', limit: '200' },
      });
      return expectStatus(page, 200).items.map(({ id }) => id);
    };
    expect(await overdue()).toEqual([ids[0]]);
    expect(expectStatus(await read(source.http, ids[0] ?? ''), 200).overdue).toBe(true);
    expectStatus(await conclude(desk, ids[0] ?? ''), 200);
    expect(await overdue()).toEqual([]);
  });

  it('lets source and desk write to each other without a name, and tells the other side', async () => {
    const { id } = await submitted(source.http);
    expectStatus(await write(desk, id, 'How many were they?'), 201);
    const key = { headers: { 'Idempotency-Key': randomUUID() } };
    for (const _ of [1, 2]) {
      expectStatus(await source.http.post(`/v1/reports/${id}/messages`, { text: 'Two.' }, key), 201);
    }
    const page = await desk.get<{ items: { from: string; text: string }[] }>(`/v1/reports/${id}/messages`);
    expect(expectStatus(page, 200).items.map(({ from, text }) => [from, text])).toEqual([
      ['desk', 'How many were they?'],
      ['source', 'Two.'],
    ]);
    expect(await changes(source.http, id)).toEqual(['published', 'updated']);
    expect(await changes(desk, id)).toEqual(['published', 'updated']);
    const { id: open } = await forMembers();
    expectStatus(await near.http.get(`/v1/reports/${open}/messages`), 403);
    expectStatus(await other.http.get(`/v1/reports/${open}/messages`), 404);
  });

  describe('revealing a source', () => {
    it('is for the custodian’s named steward alone, with a reason, of what is protected', async () => {
      const steward = await custodianClient(app, ['sources:reveal']);
      const rival = await partner(app, { scopes: ['sources:reveal', 'reports:triage'] });
      await arrangement(app, { members: [rival, source] });
      const reach = { tlp: 'AMBER', audience: { partners: [rival.partner.code] } };
      const { id } = await submitted(source.http, reach);
      expectStatus(await reveal(app.anonymous, id), 401);
      expectStatus(await reveal(desk, id), 403);
      expectStatus(await reveal(rival.http, id), 403);
      expectStatus(await reveal(near.http, id), 403);
      expectStatus(await reveal(steward, randomUUID()), 404);
      expectStatus(await reveal(steward, id, 'too short'), 400);
      const told = expectStatus(await reveal(steward, id), 200);
      expect(told).toEqual({
        id: source.partner.id,
        code: source.partner.code,
        name: `Partner ${source.partner.code}`,
      });
      const open = await submitted(source.http, { attribution: 'a_partner' });
      expectStatus(await reveal(steward, open.id), 409);
    });

    it('is told to the source: in its log, in its report, in its audit', async () => {
      const steward = await custodianClient(app, ['sources:reveal']);
      const { id } = await submitted(source.http);
      expectStatus(await reveal(steward, id, 'A convoy leaves within the hour.'), 200);
      expect(expectStatus(await read(source.http, id), 200).reveals).toEqual([
        expect.objectContaining({ reason: 'A convoy leaves within the hour.' }),
      ]);
      expect(await changes(source.http, id)).toEqual(['published', 'updated']);
      const audit = await source.http.get<{ items: { action: string; details: object }[] }>('/v1/audit', {
        query: { object: id },
      });
      expect(expectStatus(audit, 200).items[0]).toMatchObject({
        action: 'report.source_revealed',
        details: { reason: 'A convoy leaves within the hour.' },
      });
      const change = reportInput({ act: 'looting' });
      expectStatus(await source.http.post(`/v1/reports/${id}/updates`, change), 200);
      expect(expectStatus(await read(desk, id), 200).source).toBeUndefined();
      expectStatus(await withdraw(source.http, id), 204);
      expectStatus(await reveal(steward, id), 404);
    });
  });

  describe('at the same moment', () => {
    it('one of two desks concludes, and the other is told that it was too late', async () => {
      const second = await custodianClient(app, TRIAGE_SCOPES);
      for (let round = 0; round < 5; round++) {
        const { id } = await submitted(source.http);
        const answers = await Promise.all([
          conclude(desk, id),
          conclude(second, id, { outcome: 'recorded' }),
        ]);
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
        expect(expectStatus(await read(source.http, id), 200).outcomes).toHaveLength(1);
      }
    });

    it('a source withdraws while the desk concludes, and what is withdrawn stays so', async () => {
      for (let round = 0; round < 5; round++) {
        const { id } = await submitted(source.http);
        const [gone, done] = await Promise.all([withdraw(source.http, id), conclude(desk, id)]);
        expect(gone.status).toBe(204);
        expect([200, 404]).toContain(done.status);
        expect(expectStatus(await read(source.http, id), 200).state).toBe('withdrawn');
        expectStatus(await read(desk, id), 404);
      }
    });

    it('a membership begins while two reports are being told of: neither waits for the other', async () => {
      const [a, b] = [await forMembers(), await submitted(other.http)];
      const superuser = new pg.Client({ connectionString: app.database.superuserUrl });
      await superuser.connect();
      try {
        const key = `hashtextextended('shareable:${b.id}', 0)`;
        await superuser.query(`select pg_advisory_lock(${key})`);
        const merging = conclude(desk, a.id, { outcome: 'merged', mergedInto: b.id });
        await until(async () => (await countBlocked(superuser)) === 1);
        // What it holds of the first is nothing that a change of its audience needs.
        const joining = join(app, sdn, other).then(() => 'joined');
        const outcome = await Promise.race([
          joining,
          until(async () => (await countBlocked(superuser)) > 1).then(() => 'waiting'),
        ]);
        await superuser.query(`select pg_advisory_unlock(${key})`);
        await joining;
        expect([outcome, (await merging).status]).toEqual(['joined', 200]);
      } finally {
        await superuser.end();
      }
    });

    it('a desk that loses the report meanwhile finds it gone', async () => {
      const { id } = await forMembers();
      const superuser = new pg.Client({ connectionString: app.database.superuserUrl });
      await superuser.connect();
      try {
        // Of what it has read, the report as a row stays; what lets it speak of that is gone.
        await superuser.query(`create function lose() returns trigger language plpgsql security definer as
          $$ begin delete from share_grant where shareable_id = new.id and reader_id = '${near.partner.id}';
             return null; end $$;
          create trigger lose after update on report for each row when (new.id = '${id}') execute function lose()`);
        expectStatus(await assign(near.http, id), 404);
        await superuser.query(`drop trigger lose on report`);
        expectStatus(await assign(near.http, id), 200);
      } finally {
        await superuser.end();
      }
    });

    it('two reports are merged into each other, and one of them goes on', async () => {
      for (let round = 0; round < 3; round++) {
        const [a, b] = [await submitted(source.http), await submitted(other.http)];
        const answers = await Promise.all([
          conclude(desk, a.id, { outcome: 'merged', mergedInto: b.id }),
          conclude(desk, b.id, { outcome: 'merged', mergedInto: a.id }),
        ]);
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      }
    });
  });
});
