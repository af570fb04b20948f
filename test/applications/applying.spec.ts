import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { eventually } from '../alerts/channels.js';
import { mutationsOf, omissionsOf, sendAll, unnamed } from '../alerts/mutations.js';
import { type MailServer, startMailServer } from '../delivery/mail-server.js';
import { mailSettings } from '../delivery/subscribing.js';
import { startApp, type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import { partner, uniqueCode } from '../support/factories.js';
import { expectStatus, type Http, type Problem } from '../support/http.js';
import {
  applicant,
  apply,
  applyInput,
  caseIn,
  type CaseView,
  mailedLink,
  PHOTO,
  supply,
  vetted,
} from './applicant.js';

let mails: MailServer;
let app: TestApp;
beforeAll(async () => {
  mails = await startMailServer();
  app = await startApp({ settings: mailSettings(mails) });
});
afterAll(async () => {
  await app.close();
  await mails.stop();
});

const APPLICATIONS = '/v1/partner-applications';
const rows = <T extends Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T[]> =>
  query<T>(app.database.superuserUrl, sql, values);

describe('applying', () => {
  it('answers the same whether or not the organisation is a partner, or applied already', async () => {
    const known = await partner(app, { name: 'Known Relief', code: uniqueCode('K') });
    const first = applyInput();
    const answers = [
      await app.anonymous.post(APPLICATIONS, first),
      await app.anonymous.post(APPLICATIONS, first),
      await app.anonymous.post(APPLICATIONS, applyInput({ name: 'Known Relief' })),
      await app.anonymous.post(APPLICATIONS, applyInput({ name: known.partner.code })),
      await app.anonymous.post(APPLICATIONS, applyInput()),
    ];
    const shown = answers.map(({ status, text, headers }) => [
      status,
      text,
      [...headers.keys()].filter((name) => !/^(ratelimit|x-request-id|date)/.test(name)).sort(),
    ]);
    expect(new Set(shown.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 202, body: { confirmWithinDays: 7 } });
  });

  it('sends no more than three mails a day to one address, and says nothing of it', async () => {
    const { contact } = applyInput();
    for (let count = 0; count < 5; count++) {
      expect((await app.anonymous.post(APPLICATIONS, applyInput({ contact }))).status).toBe(202);
    }
    const kept = await rows('select from partner_application where contact_email = $1', [contact.email]);
    expect(kept.length).toBe(3);
    await mails.to(contact.email, 3);
  });

  describe('however many ask', () => {
    const links = '/v1/partner-application-links';
    const limited = async (
      perHour: string,
      perDay: string,
      work: (from: (address: string) => Http) => Promise<void>,
    ): Promise<void> => {
      await rows('delete from partner_application_asking');
      const settings = {
        ...{ ...mailSettings(mails), SLT_APPLICATIONS_PER_HOUR: perHour, SLT_APPLICATIONS_PER_DAY: perDay },
        SLT_TRUST_PROXY: '1',
      };
      const other = await startApp({ database: app.database, settings });
      try {
        await work((address) => other.anonymous.with({ 'X-Forwarded-For': address }));
      } finally {
        await other.close();
      }
    };
    const apply = async (by: Http): Promise<number> => (await by.post(APPLICATIONS, applyInput())).status;

    it('mails nobody for whoever asks too often from one network, and says so', () =>
      limited('3', '1000', async (from) => {
        const [one, same] = ['2001:db8::1', '2001:db8::2'].map(from) as [Http, Http];
        const asked = await Promise.all([
          ...[one, same, one].map((by) => by.post(APPLICATIONS, applyInput())),
          ...[one, same].map((by) => by.post(links, { email: 'nobody@nowhere.example' })),
        ]);
        expect(asked.map(({ status }) => status).toSorted()).toEqual([202, 202, 202, 429, 429]);
        const input = applyInput();
        const late = await same.post(APPLICATIONS, input);
        expect([late.status, late.headers.get('retry-after')]).toEqual([429, '3600']);
        const address = [input.contact.email];
        expect(await rows('select from partner_application where contact_email = $1', address)).toEqual([]);
        expect(await apply(from('2001:db8:1::1'))).toBe(202);
        await rows(`update partner_application_asking set at = now() - interval '25 h'`);
        expect(await apply(same)).toBe(202);
        const network = await rows('select to_jsonb(t)::text as all from partner_application_asking t');
        expect(JSON.stringify(network)).not.toContain('2001:db8');
      }));

    it.each([
      ['2001:db8:9:', (place: number) => `2001:db8:9:${place}::1`, '2001:db8:8::1'],
      ['203.0.113.', (place: number) => `203.0.113.${place}`, '198.51.100.1'],
    ])('mails nobody for whoever asks from one network after the other of %s', (_, place, elsewhere) =>
      limited('1', '1', async (from) => {
        const answers: number[] = [];
        for (let n = 1; n <= 7; n++) answers.push(await apply(from(place(n))));
        expect(answers).toEqual([202, 202, 202, 202, 202, 429, 429]);
        // None of them was confirmed: the day of the others has not begun.
        expect(await apply(from(elsewhere))).toBe(202);
      }),
    );

    it('takes no more in a day than can be vetted, counting what was confirmed', () =>
      limited('1000', '1', async (from) => {
        await rows(
          `update partner_application set submitted_at = now() - interval '25 h' where submitted_at is not null`,
        );
        const input = applyInput();
        expect((await from('192.0.2.1').post(APPLICATIONS, input)).status).toBe(202);
        expect(await apply(from('192.0.2.2'))).toBe(202);
        await rows(
          `update partner_application set state = 'submitted', submitted_at = now(), decide_by = now()
           where contact_email = $1`,
          [input.contact.email],
        );
        expect(await apply(from('192.0.2.3'))).toBe(429);
        // Whoever has a case still reaches it.
        expect((await from('192.0.2.3').post(links, { email: input.contact.email })).status).toBe(202);
      }));
  });

  it('mails nothing that whoever applies wrote to an address that nobody confirmed', async () => {
    const name = 'your account. Verify it now at slt-login.example/verify, else it ends. SLT';
    const { mail } = await apply(app, mails, applyInput({ name }));
    for (const part of [mail.subject, mail.text, mail.html]) {
      expect(String(part)).not.toMatch(/slt-login|Verify|your account|Writer/);
    }
    for (const name of ['Relief https://evil.example', 'Relief WWW.evil.example', 'ftp://evil']) {
      const { status, body } = await app.anonymous.post<Problem>(APPLICATIONS, applyInput({ name }));
      expect([status, body.errors?.map(({ pointer }) => pointer)]).toEqual([400, ['#/name']]);
    }
  });

  it('needs what its kind must say, and names all of it that is missing', async () => {
    const { contact } = applyInput();
    const bare = { name: 'Bare', contact, language: 'en' };
    const missing = async (kind: string): Promise<string[]> => {
      const answer = await app.anonymous.post<Problem>(APPLICATIONS, { ...bare, kind });
      expect(answer.status).toBe(400);
      return (answer.body.errors ?? []).map(({ pointer }) => pointer);
    };
    expect(await missing('ingo')).toEqual(
      ['country', 'registrationNumber', 'website', 'unPartnership', 'countries'].map((name) => `#/${name}`),
    );
    expect(await missing('un_entity')).toEqual(['#/mandate']);
    expect(await missing('national_ngo')).toEqual(['#/country', '#/registrationNumber', '#/unPartnership']);
  });

  it('refuses any wrong value, and keeps nothing of it', async () => {
    const before = await rows('select from partner_application');
    const harmless = /^#\/(name|registrationNumber|mandate|contact\/(name|title)|unPartnership\/\w+)$/;
    const wrong = mutationsOf(applyInput()).filter(
      ({ pointer, what }) => !(harmless.test(pointer) && /^(a word|not a number)$/.test(what)),
    );
    const all = [...wrong, ...omissionsOf(applyInput())];
    expect(unnamed(all, await sendAll(app.anonymous, APPLICATIONS, all))).toEqual([]);
    expect((await rows('select from partner_application')).length).toBe(before.length);
  });

  it('says that it cannot confirm an address without a mail server', async () => {
    const other = await startApp({ database: app.database });
    try {
      expect((await other.anonymous.post(APPLICATIONS, applyInput())).status).toBe(422);
      expect(
        (await other.anonymous.post('/v1/partner-application-links', { email: 'a@b.example' })).status,
      ).toBe(422);
    } finally {
      await other.close();
    }
  });
});

describe('the address', () => {
  it('is confirmed before anybody sees the application, and not by reading the link', async () => {
    const input = applyInput();
    const mail = await apply(app, mails, input);
    const [row] = await rows<{ id: string }>('select id from partner_application where contact_email = $1', [
      input.contact.email,
    ]);
    const path = `${APPLICATIONS}/${row?.id}`;
    const seen = async () => [
      (await app.steward.get(path)).status,
      (await app.steward.get(APPLICATIONS, { query: { limit: 200 } })).text.includes(row?.id ?? '?'),
      (await app.steward.post(`${path}/rejection`, { reason: 'Unseen' })).status,
    ];
    expect(await seen()).toEqual([404, false, 404]);
    expect((await app.anonymous.get(mailedLink(mail))).status).toBe(200);
    expect(await seen()).toEqual([404, false, 404]);
    expectStatus(await app.anonymous.post(mailedLink(mail)), 200);
    expect((await app.steward.get(path)).status).toBe(200);
  });

  it('is written to in the language of the application, from right to left where that is so', async () => {
    const { contact, name } = applyInput();
    const mail = await apply(app, mails, applyInput({ contact, name, language: 'ar' }));
    expect(mail.mail.subject).toBe('يُرجى التأكيد: طلب انضمام إلى SLT Exchange');
    expect(mail.mail.html).toContain('<html lang="ar" dir="rtl">');
    expect(mail.mail.text).not.toContain(name);
    const page = await app.anonymous.get(mailedLink(mail));
    expect([page.text.includes('dir="rtl"'), page.headers.get('content-security-policy')]).toEqual([
      true,
      expect.stringContaining("default-src 'none'"),
    ]);
  });

  it('gets its mail though the mail server was away, once it is back, and then nothing of it is kept', async () => {
    const input = applyInput();
    mails.refuseMessage = () => ({ code: 451, message: 'try later' });
    expectStatus(await app.anonymous.post(APPLICATIONS, input), 202);
    const held = () =>
      rows<{ attempts: number; params: unknown }>(
        'select attempts, params from mail_notice where address = $1',
        [input.contact.email],
      );
    await eventually(async () => ((await held())[0]?.attempts ?? 0) > 0);
    expect(JSON.stringify(await held())).not.toMatch(/partner-application-links|case_/);
    mails.refuseMessage = () => undefined;
    await eventually(async () => {
      await rows(
        "update mail_notice set due_at = now() where address = $1 and due_at < now() + interval '80 s'",
        [input.contact.email],
      );
      return (await held()).length === 0;
    });
    await mails.to(input.contact.email);
  });

  it('has a link that is good once, for this application, and not when it was made up', async () => {
    const mail = await apply(app, mails, applyInput());
    const link = mailedLink(mail);
    expectStatus(await app.anonymous.post(link), 200);
    const missing = await app.anonymous.post('/v1/partner-application-links/x');
    for (const path of [link, `${link.slice(0, -2)}AA`, link.replace(/links\/./, 'links/A')]) {
      const answer = await app.anonymous.post(path);
      expect([answer.status, answer.text]).toEqual([404, missing.text]);
      expect((await app.anonymous.get(path)).status).toBe(404);
    }
  });

  it('gets a new link when it asks, the same answer comes for any address, and the older private link ends', async () => {
    const one = await applicant(app, mails);
    const ask = (email: string) => app.anonymous.post('/v1/partner-application-links', { email });
    await rows(`update partner_application set link_asked_at = now() - interval '2 h' where id = $1`, [
      one.id,
    ]);
    const [known, unknown] = [await ask(one.input.contact.email), await ask('nobody@nowhere.example')];
    expect([known.status, known.text]).toEqual([202, unknown.text]);
    const mail = (await mails.to(one.input.contact.email, 2)).at(-1);
    expect((await app.anonymous.get(one.path)).status).toBe(200);
    const page = await app.anonymous.post(mailedLink(mail as NonNullable<typeof mail>));
    expect((await app.anonymous.get(one.path)).status).toBe(404);
    expect((await app.anonymous.get(caseIn(page.text))).status).toBe(200);
  });

  it('has its new link looked for after the answer, which is made of the same steps for any address', async () => {
    const one = await applicant(app, mails);
    const known = one.input.contact.email;
    await rows(`update partner_application set link_asked_at = now() - interval '2 h' where id = $1`, [
      one.id,
    ]);
    // Whoever looks for it waits; whoever asks does not.
    const held = new pg.Client({ connectionString: app.database.superuserUrl });
    await held.connect();
    try {
      await held.query('begin; lock table partner_application in access exclusive mode');
      for (const email of [known, 'nobody@nowhere.example']) {
        expectStatus(await app.anonymous.impatient().post('/v1/partner-application-links', { email }), 202);
      }
    } finally {
      await held.end();
    }
    await mails.to(known, 2);
    await eventually(
      async () =>
        (await rows('select from partner_application_asking where address is not null')).length === 0,
    );
  });

  it('that is never confirmed is forgotten with all that was said', async () => {
    const input = applyInput();
    await apply(app, mails, input);
    await rows(
      `update partner_application set created_at = now() - interval '9 d' where contact_email = $1`,
      [input.contact.email],
    );
    await eventually(
      async () =>
        (await rows('select from partner_application where contact_email = $1', [input.contact.email]))
          .length === 0,
    );
  });

  it('takes as much from an address that has a case, which was asked for today', async () => {
    const { input } = await vetted(app, mails);
    const about = [input.contact.email];
    await rows('update partner_application set link_asked_at = now() where contact_email = $1', about);
    for (let count = 0; count < 3; count++) {
      const more = applyInput({ contact: input.contact });
      expect((await app.anonymous.post(APPLICATIONS, more)).status).toBe(202);
    }
    const asked = `select from partner_application where contact_email = $1 and state = 'unconfirmed'`;
    expect((await rows(asked, about)).length).toBe(3);
  });
});

describe('the private link', () => {
  it('shows the application that it is for, without who vets it', async () => {
    const one = await vetted(app, mails);
    const { body, headers } = await app.anonymous.get<CaseView>(one.path);
    expect(body).toMatchObject({ state: 'vetting', name: one.input.name, missingDocuments: [] });
    expect(body.history.map(({ act, by }) => [act, by])).toEqual([
      ['confirm', 'applicant'],
      ...[1, 2, 3].map(() => ['supply', 'applicant']),
      ['take_up', 'vetting'],
    ]);
    expect(JSON.stringify(body)).not.toMatch(/"(client|partner|id|duplicates|contact)":"?(?!0)[^,]*steward/);
    expect(body.history.some((event) => event.client !== undefined || event.partner !== undefined)).toBe(
      false,
    );
    expect(headers.get('cache-control')).toBe('private, no-store');
  });

  it('is kept as a digest alone', async () => {
    const { path } = await applicant(app, mails);
    const token = path.split('/').at(-1) ?? '';
    const [row] = await rows<{ all: string }>(
      `select jsonb_agg(to_jsonb(a))::text || (select coalesce(jsonb_agg(to_jsonb(n)), '[]')::text from mail_notice n)
         as all from partner_application a`,
    );
    expect(row?.all.includes(token)).toBe(false);
  });

  it('opens nothing of another application, and none of the routes of vetting', async () => {
    const [one, other] = await Promise.all([applicant(app, mails), vetted(app, mails)]);
    const theirs = expectStatus(await app.steward.get<CaseView>(`${APPLICATIONS}/${other.id}`), 200)
      .documents[0];
    expect((await app.anonymous.get(one.path)).text).not.toContain(other.input.name);
    for (const path of [
      `${one.path}/documents/${theirs?.id}`,
      `${one.path}x`,
      `/v1/partner-application-cases/${other.id}`,
      '/v1/partner-application-cases/case_',
    ]) {
      expect([path, (await app.anonymous.get(path)).status]).toEqual([path, 404]);
    }
    const token = one.path.split('/').at(-1) ?? '';
    const bearer = app.anonymous.with({ Authorization: `Bearer ${token}` });
    for (const path of [
      APPLICATIONS,
      `${APPLICATIONS}/${one.id}`,
      `${APPLICATIONS}/${other.id}/documents/${theirs?.id}`,
    ]) {
      expect([path, (await bearer.get(path)).status]).toEqual([path, 401]);
    }
    expect((await bearer.post(`${APPLICATIONS}/${one.id}/approval`, {})).status).toBe(401);
  });

  it('ends when vetting revokes it, and every act with it', async () => {
    const { path, id } = await applicant(app, mails);
    expectStatus(await app.steward.post(`${APPLICATIONS}/${id}/link-revocation`), 204);
    const missing = (await app.anonymous.get('/v1/partner-application-cases/x')).text;
    const answers = [
      await app.anonymous.get(path),
      await app.anonymous.post(`${path}/answers`, { text: 'Late' }),
      await app.anonymous.post(`${path}/withdrawal`),
      await supply(app.anonymous, path, 'other'),
    ];
    expect(answers.map(({ status, text }) => [status, text])).toEqual(answers.map(() => [404, missing]));
  });

  it('takes evidence that is what it says, clean, at most twelve and none beyond the limit', async () => {
    const { path, id } = await applicant(app, mails);
    const http = app.anonymous;
    expect((await supply(http, path, 'other', { body: PHOTO, type: 'application/pdf' })).status).toBe(415);
    expect(
      (await supply(http, path, 'other', { body: Buffer.from('MZ'), type: 'application/x-msdownload' }))
        .status,
    ).toBe(415);
    expect(
      (await supply(http, path, 'other', { body: Buffer.from('<html>'), type: 'text/html' })).status,
    ).toBe(415);
    expect((await supply(http, path, 'passport')).status).toBe(400);
    expect((await supply(http, path, 'other', { name: '../x' })).status).toBe(400);
    const big = Buffer.alloc(5 * 1024 * 1024 + 1, 'x');
    expect((await supply(http, path, 'other', { body: big, type: 'text/plain' })).status).toBe(413);
    const kept = expectStatus(
      await supply(http, path, 'other', { body: PHOTO, type: 'image/jpeg', name: 'face' }),
      201,
    );
    expect(kept.documents).toMatchObject([{ kind: 'other', name: 'face.jpg', type: 'image/jpeg' }]);
    const [document] = kept.documents;
    const answer = await fetch(`${app.url}${APPLICATIONS}/${id}/documents/${document?.id}`, {
      headers: app.steward.sent,
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect([bytes.length, bytes.includes('A. Reporter')]).toEqual([document?.bytes, false]);
    for (let count = 1; count < 12; count++) expectStatus(await supply(http, path, 'other'), 201);
    expect((await supply(http, path, 'other')).status).toBe(409);
  });

  it('is answered alike for whatever is none', async () => {
    const answers = await Promise.all(
      ['x', randomUUID(), `case_${'A'.repeat(43)}`, '%00'].map((token) =>
        app.anonymous.get(`/v1/partner-application-cases/${token}`),
      ),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(404);
  });
});
