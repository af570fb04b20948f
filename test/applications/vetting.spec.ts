import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { eventually } from '../alerts/channels.js';
import { ACTS_BY_SIDE, type Act, STATES } from './machine.js';
import { describeTransitions, TRANSITIONS } from '../../src/applications/application.rules.js';
import { likeness, nameKey, ownDomains } from '../../src/applications/duplicates.rules.js';
import { APPLICATION_WORDS } from '../../src/applications/words/words.js';
import { type MailServer, startMailServer } from '../delivery/mail-server.js';
import { mailSettings } from '../delivery/subscribing.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { client, partner, type TestPartner, uniqueCode } from '../support/factories.js';
import { type Answer, expectStatus, type Http, type Problem } from '../support/http.js';
import {
  applicant,
  type Applicant,
  applyInput,
  type CaseView,
  supply,
  VET_SCOPES,
  vetted,
  type VettedView,
} from './applicant.js';

let mails: MailServer;
let app: TestApp;
let vetting: TestPartner;
beforeAll(async () => {
  mails = await startMailServer();
  app = await startApp({ settings: mailSettings(mails) });
  vetting = await partner(app, { kind: 'un_entity', scopes: VET_SCOPES });
});
afterAll(async () => {
  await app.close();
  await mails.stop();
});

const APPLICATIONS = '/v1/partner-applications';
const of = ({ id }: { id: string }): string => `${APPLICATIONS}/${id}`;
const rows = <T extends Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T[]> =>
  query<T>(app.database.superuserUrl, sql, values);
const approval = (): Record<string, unknown> => ({
  code: uniqueCode('N'),
  ceiling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
  reason: 'All evidence is in order.',
});
const approve = (http: Http, one: { id: string }, body = approval()): Promise<Answer<VettedView>> =>
  http.post<VettedView>(`${of(one)}/approval`, body);

describe('every route of vetting', () => {
  it('asks for a token, then for its scope; no other right opens it', async () => {
    const one = await vetted(app, mails);
    const { documents } = expectStatus(await app.steward.get<VettedView>(of(one)), 200);
    const routes: [string, string, unknown?][] = [
      ['GET', APPLICATIONS],
      ['POST', `${APPLICATIONS}/entries`, applyInput()],
      ['GET', of(one)],
      ['GET', `${of(one)}/documents/${documents[0]?.id}`],
      ['POST', `${of(one)}/vetting`, {}],
      ['POST', `${of(one)}/information-requests`, { text: 'Why?' }],
      ['POST', `${of(one)}/approval`, approval()],
      ['POST', `${of(one)}/rejection`, { reason: 'No' }],
      ['POST', `${of(one)}/link-revocation`],
    ];
    const [peer, manager] = await Promise.all([
      partner(app),
      partner(app, { scopes: ['partners:manage', 'partners:read', 'audit:read'] }),
    ]);
    for (const [method, path, body] of routes) {
      for (const [who, http, status] of [
        ['nobody', app.anonymous, 401],
        ['a partner', peer.http, 403],
        ['who manages partners', manager.http, 403],
      ] as const) {
        const answer = await http.send(method, path, body);
        expect([method, path, who, answer.status]).toEqual([method, path, who, status]);
      }
    }
    const onlyVetting = await app.as(vetting.client, 'partners:vet');
    expect((await approve(onlyVetting, one)).status).toBe(403);
    expect(expectStatus(await app.steward.get<VettedView>(of(one)), 200).state).toBe('vetting');
  });

  it('cannot be held by a client that reads less than its partner', async () => {
    const body = { name: 'x', scopes: ['partners:vet'], ceiling: { tlp: 'GREEN' } };
    const answer = await app.steward.post<Problem>(`/v1/partners/${vetting.partner.id}/clients`, body);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, '#/scopes/0']);
  });

  it('answers for an id that is not there, or none, with the same 404', async () => {
    const answers = await Promise.all(
      [randomUUID(), 'x', '%00'].flatMap((id) => [
        app.steward.get(`${APPLICATIONS}/${id}`),
        app.steward.get(`${APPLICATIONS}/${id}/documents/${randomUUID()}`),
        app.steward.post(`${APPLICATIONS}/${id}/vetting`),
        app.steward.post(`${APPLICATIONS}/${id}/approval`, approval()),
        app.steward.post(`${APPLICATIONS}/${id}/rejection`, { reason: 'No' }),
        app.steward.post(`${APPLICATIONS}/${id}/link-revocation`),
      ]),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(404);
  });
});

describe('evidence', () => {
  it('is for vetting alone, of the application that it belongs to, as a file that can do nothing', async () => {
    const [one, other] = await Promise.all([vetted(app, mails), applicant(app, mails)]);
    const { documents } = expectStatus(await app.steward.get<VettedView>(of(one)), 200);
    const path = `${of(one)}/documents/${documents[0]?.id}`;
    const { status, headers } = await vetting.http.get(path);
    expect([
      status,
      ...['content-disposition', 'content-security-policy', 'x-content-type-options', 'cache-control'].map(
        (name) => headers.get(name),
      ),
    ]).toEqual([
      200,
      expect.stringMatching(/^attachment; filename="evidence.pdf"/),
      "sandbox; default-src 'none'",
      'nosniff',
      'private, no-store',
    ]);
    expect((await vetting.http.get(`${of(other)}/documents/${documents[0]?.id}`)).status).toBe(404);
    expect((await app.anonymous.get(path)).status).toBe(401);
    expect((await app.steward.get(`/v1/attachments/${documents[0]?.id}`)).status).toBe(404);
  });
});

/** How each act is done, by whom it may be. */
const ACTS: Record<Act, (one: Applicant) => Promise<Answer<unknown>>> = {
  take_up: (one) => vetting.http.post(`${of(one)}/vetting`),
  request_information: (one) => vetting.http.post(`${of(one)}/information-requests`, { text: 'Since when?' }),
  approve: (one) => approve(vetting.http, one),
  reject: (one) => vetting.http.post(`${of(one)}/rejection`, { reason: 'No evidence.' }),
  answer: (one) => app.anonymous.post(`${one.path}/answers`, { text: 'Since 2001.' }),
  supply: (one) => supply(app.anonymous, one.path, 'other'),
  withdraw: (one) => app.anonymous.post(`${one.path}/withdrawal`),
};

const inState = async (state: (typeof STATES)[number]): Promise<Applicant> => {
  const one = state === 'submitted' ? await applicant(app, mails) : await vetted(app, mails);
  const done = async (act: Act): Promise<void> => {
    const answer = await ACTS[act](one);
    if (answer.status >= 300) throw new Error(`${act}: ${answer.text}`);
  };
  if (state === 'information_requested' || state === 'expired') await done('request_information');
  if (state === 'expired') {
    await rows(`update partner_application set answer_by = now() - interval '1 s' where id = $1`, [one.id]);
    await eventually(async () => (await app.steward.get<VettedView>(of(one))).body.state === 'expired');
  }
  if (state === 'approved') await done('approve');
  if (state === 'rejected') await done('reject');
  if (state === 'withdrawn') await done('withdraw');
  return one;
};

describe('the state machine', () => {
  it.each(STATES)(
    'does in %s what its table says, and refuses the rest',
    async (state) => {
      const stateOf = async (one: Applicant) => (await app.steward.get<VettedView>(of(one))).body.state;
      for (const [act, side] of Object.entries(ACTS_BY_SIDE) as [Act, string][]) {
        const { by, from, to } = TRANSITIONS[act];
        expect([act, by]).toEqual([act, side]);
        const allowed = (from as readonly string[]).includes(state);
        const one = await inState(state);
        const answer = await ACTS[act](one);
        expect([state, act, answer.status < 300 ? 'done' : answer.status]).toEqual([
          state,
          act,
          allowed ? 'done' : 409,
        ]);
        expect([act, await stateOf(one)]).toEqual([act, allowed && to !== 'same' ? to : state]);
      }
    },
    240_000,
  );

  it('is the table that README and OpenAPI show', () => {
    const squeezed = (text: string): string => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');
    expect(squeezed(readFileSync('README.md', 'utf8'))).toContain(describeTransitions());
  });
});

describe('approval', () => {
  it('admits the partner with its code and ceiling, and leaves a trace of who, when and why', async () => {
    const one = await vetted(app, mails);
    const body = approval();
    const view = expectStatus(await approve(vetting.http, one, body), 200);
    expect(view).toMatchObject({ state: 'approved', reason: 'All evidence is in order.' });
    const admitted = expectStatus(await app.steward.get(`/v1/partners/${view.partnerId}`), 200);
    expect(admitted).toMatchObject({
      ...{ code: body['code'], name: one.input.name, kind: 'ingo', country: 'CH', status: 'active' },
      ceiling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
    });
    expect(view.history.at(-1)).toMatchObject({
      ...{ act: 'approve', by: 'vetting', reason: body['reason'] },
      ...{ partner: vetting.partner.id, client: vetting.client.clientId },
    });
    const audit = await app.steward.get<{ items: { action: string; partner?: string; details: unknown }[] }>(
      '/v1/audit',
      {
        query: { of: 'exchange', object: one.id },
      },
    );
    expect(audit.body.items.map(({ action }) => action)).toEqual([
      ...['application.approved', 'application.taken_up'],
      ...[1, 2, 3].map(() => 'application.evidence_supplied'),
      'application.submitted',
    ]);
    expect(audit.body.items[0]).toMatchObject({
      partner: vetting.partner.id,
      details: { state: 'approved', by: 'vetting' },
    });
    expect(audit.text).not.toContain(body['reason']);
    const news = await mails.to(one.input.contact.email, 2);
    await eventually(() => Promise.resolve(news.length >= 2));
    expect(news.at(-1)?.raw).not.toMatch(/approved|in order/);
    const seen = expectStatus(await app.anonymous.get<CaseView>(one.path), 200);
    expect([seen.state, seen.reason]).toEqual(['approved', body['reason']]);
  });

  it('needs all evidence, and happens with its partner or not at all', async () => {
    const one = await applicant(app, mails);
    expectStatus(await vetting.http.post(`${of(one)}/vetting`), 200);
    const refused = await approve(vetting.http, one);
    expect([refused.status, refused.text.includes('registration_certificate')]).toEqual([409, true]);
    const whole = await vetted(app, mails);
    const taken = { ...approval(), code: vetting.partner.code };
    expect((await approve(vetting.http, whole, taken)).status).toBe(409);
    const after = expectStatus(await app.steward.get<VettedView>(of(whole)), 200);
    expect([after.state, after.history.at(-1)?.act]).toEqual(['vetting', 'take_up']);
    const twins = await Promise.all([1, 2].map(() => approve(vetting.http, whole)));
    expect(twins.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('is not for the organisation that applies, nor for the client that entered the application', async () => {
    const first = await vetted(app, mails);
    const { partnerId = '' } = expectStatus(await approve(vetting.http, first), 200);
    const own = await app.as(await client(app, partnerId, { scopes: VET_SCOPES }));
    const { contact, website } = first.input;
    const colleague = { ...contact, email: contact.email.replace('ada', 'bob') };
    const again = await vetted(app, mails, { website, contact: colleague });
    const refused = await approve(own, again);
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('somebody else')]);
    const entered = expectStatus(
      await vetting.http.post<{ application: VettedView; caseLink: string }>(
        `${APPLICATIONS}/entries`,
        applyInput(),
      ),
      201,
    );
    const one = { id: entered.application.id, path: new URL(entered.caseLink).pathname };
    for (const kind of ['cover_letter', 'registration_certificate', 'un_partnership']) {
      expectStatus(await supply(app.anonymous, one.path, kind), 201);
    }
    expectStatus(await vetting.http.post(`${of(one)}/vetting`), 200);
    expect((await approve(vetting.http, one)).status).toBe(403);
    const second = await app.as(await client(app, vetting.partner.id, { scopes: VET_SCOPES }));
    expect((await approve(second, one)).status).toBe(200);
  });
});

describe('vetting', () => {
  it('asks and is answered, in the case and in the open', async () => {
    const one = await vetted(app, mails);
    expectStatus(await vetting.http.post(`${of(one)}/information-requests`, { text: 'Since when?' }), 200);
    const asked = expectStatus(await app.anonymous.get<CaseView & { answerDueAt?: string }>(one.path), 200);
    expect([asked.state, asked.messages, typeof asked.answerDueAt]).toMatchObject([
      ...['information_requested', [{ from: 'vetting', text: 'Since when?' }], 'string'],
    ]);
    expectStatus(await app.anonymous.post(`${one.path}/answers`, { text: 'Since 2001.' }), 200);
    const answered = expectStatus(await vetting.http.get<VettedView>(of(one)), 200);
    expect([answered.state, answered.messages.map(({ from }) => from)]).toEqual([
      'vetting',
      ['vetting', 'applicant'],
    ]);
  });

  it('shows by when it is to be decided, and lists what is overdue', async () => {
    const [late, early] = await Promise.all([vetted(app, mails), vetted(app, mails)]);
    await rows(`update partner_application set decide_by = now() - interval '1 h' where id = $1`, [late.id]);
    const page = expectStatus(
      await vetting.http.get<{ items: VettedView[] }>(APPLICATIONS, {
        query: { overdue: 'true', limit: 200 },
      }),
      200,
    );
    expect(page.items.map(({ id }) => id)).toEqual([late.id]);
    expect(expectStatus(await vetting.http.get<VettedView>(of(late)), 200).isOverdue).toBe(true);
    expect(expectStatus(await vetting.http.get<VettedView>(of(early)), 200).isOverdue).toBe(false);
    const one = await applicant(app, mails);
    const past = { decisionDueAt: '2020-01-01T00:00:00Z' };
    expect((await vetting.http.post(`${of(one)}/vetting`, past)).status).toBe(400);
    const due = { decisionDueAt: '2099-01-01T01:00:00+01:00' };
    expect(
      expectStatus(await vetting.http.post<VettedView>(`${of(one)}/vetting`, due), 200).decisionDueAt,
    ).toBe('2099-01-01T00:00:00.000Z');
  });

  it('lists in pages that hold each of them once', async () => {
    const all = await Promise.all([1, 2, 3].map(() => applicant(app, mails)));
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { items: VettedView[]; nextCursor: string | null } = expectStatus(
        await vetting.http.get<{ items: VettedView[]; nextCursor: string | null }>(APPLICATIONS, {
          query: { limit: 2, state: 'submitted', ...(cursor && { cursor }) },
        }),
        200,
      );
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(all.map(({ id }) => id)));
  });

  it('is shown what the organisation could be already, and the applicant is not', async () => {
    const known = await partner(app, { name: 'Fondation Étoile du Nord' });
    const one = await applicant(app, mails, { name: 'ETOILE  du nord (Foundation)' });
    const { contact, registrationNumber } = one.input;
    const colleague = { ...contact, email: contact.email.replace('ada', 'bob') };
    const again = await applicant(app, mails, {
      registrationNumber: String(registrationNumber).toLowerCase(),
      contact: colleague,
    });
    const hints = async ({ id }: { id: string }) =>
      expectStatus(await vetting.http.get<VettedView>(of({ id })), 200).duplicates;
    const named = await applicant(app, mails, { name: 'Étoile Nord du Fondation' });
    expect(await hints(named)).toMatchObject([
      { alike: ['name'], applicationId: one.id },
      { alike: ['name'], partnerId: known.partner.id },
    ]);
    expect(await hints(again)).toMatchObject([{ alike: ['registration', 'domain'], applicationId: one.id }]);
    expect((await app.anonymous.get(again.path)).text).not.toContain(one.id);
    expect('duplicates' in (await app.anonymous.get(again.path)).body).toBe(false);
  });
});

describe('what is over', () => {
  it('loses the contact, the evidence and the correspondence in time, and the private link', async () => {
    const one = await vetted(app, mails);
    expectStatus(await vetting.http.post(`${of(one)}/information-requests`, { text: 'Who is Ada?' }), 200);
    expectStatus(await vetting.http.post(`${of(one)}/rejection`, { reason: 'No answer.' }), 200);
    const before = expectStatus(await vetting.http.get<VettedView & { eraseAt?: string }>(of(one)), 200);
    expect([before.contact?.email, before.documents.length, typeof before.eraseAt]).toEqual([
      ...[one.input.contact.email, 3, 'string'],
    ]);
    await rows(`update partner_application set erase_at = now() - interval '1 s' where id = $1`, [one.id]);
    await eventually(async () => (await vetting.http.get<VettedView>(of(one))).body.contact === undefined);
    const after = expectStatus(await vetting.http.get<VettedView>(of(one)), 200);
    expect([after.documents, after.messages, after.state, after.reason]).toEqual([
      [],
      [],
      'rejected',
      undefined,
    ]);
    expect(after.history.at(-1)).toMatchObject({ act: 'reject', by: 'vetting' });
    expect((await app.anonymous.get(one.path)).status).toBe(404);
    const left = await rows<{ all: string }>(
      `select to_jsonb(a)::text || (select string_agg(to_jsonb(e)::text, ',') from partner_application_event e
           where e.application_id = a.id) || (select string_agg(to_jsonb(t)::text, ',') from audit_entry t
           where t.object_id = a.id) as all
       from partner_application a where id = $1`,
      [one.id],
    );
    expect(left[0]?.all).toContain('application.rejected');
    expect(left[0]?.all).not.toMatch(/Ada|Security director|No answer/);
  });
});

describe('rules', () => {
  it('tell organisations by their names, whatever the form, and not by where anybody has mail', () => {
    expect(nameKey('The Étoile Foundation, Inc.')).toBe(nameKey('Fondation Etoile'));
    expect(nameKey('هيئة الإغاثة')).not.toBe('');
    expect(ownDomains('https://www.a.example/x', 'me@gmail.com')).toEqual(['a.example']);
    const keys = { name_key: 'a', country: 'CH', registration_key: '1', domains: ['a.example'] };
    expect(likeness(keys, { ...keys, name_key: 'b', country: 'FR', domains: [] })).toEqual([]);
  });

  it('say the same in every language, in its own words', () => {
    const placeholders = (text: unknown): string[] =>
      JSON.stringify(text)
        .match(/\{\w+\}/g)
        ?.sort() ?? [];
    const { en } = APPLICATION_WORDS;
    for (const [language, words] of Object.entries(APPLICATION_WORDS)) {
      expect([language, placeholders(words)]).toEqual([language, placeholders(en)]);
      if (language !== 'en') expect(JSON.stringify(words)).not.toContain(en.page.over);
    }
  });
});
