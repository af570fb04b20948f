import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.js';
import { applyInput } from '../applications/applicant.js';
import { countryFocalPoint, directory, namer } from '../focal-points/naming.js';
import { arrangement, join, partner, type TestArrangement, type TestPartner } from '../support/factories.js';
import { expectStatus } from '../support/http.js';

interface Entry {
  action: string;
  partner?: string;
  details: unknown;
}

const SCOPES = ['arrangements:read', 'forums:manage', 'liaison:read', 'liaison:manage', 'audit:read'];

let app: TestApp;
let un: TestPartner;
let reader: TestPartner;
let here: TestArrangement;

beforeAll(async () => {
  app = await startApp();
  [un, reader] = [
    await partner(app, { kind: 'un_entity', scopes: SCOPES }),
    await partner(app, { kind: 'un_entity', scopes: SCOPES }),
  ];
  here = await arrangement(app, { members: [un, reader] });
});
afterAll(() => app.close());

/** What this partner did with this, as the exchange has it, oldest first. */
const done = async (by: string, object: string): Promise<[string, unknown][]> => {
  const query = { of: 'exchange', object, limit: 100 };
  const { items } = expectStatus(await app.steward.get<{ items: Entry[] }>('/v1/audit', { query }), 200);
  return items
    .filter((entry) => entry.partner === by)
    .map(({ action, details }): [string, unknown] => [action, details])
    .reverse();
};

it('tells who read what was said in a meeting, one by one and in a list', async () => {
  const forum = expectStatus(
    await un.http.post<{ id: string }>(`/v1/arrangements/${here.id}/forums`, {
      name: 'Weekly',
      timeZone: 'UTC',
    }),
    201,
  );
  const path = `/v1/forums/${forum.id}/meetings`;
  expectStatus(await reader.http.get(path), 200);
  const meeting = expectStatus(
    await un.http.post<{ id: string }>(path, {
      title: 'This week',
      startsAt: '2026-03-29T10:00:00Z',
      agenda: [],
      handling: { tlp: 'AMBER+STRICT', classification: 'UNCLASSIFIED' },
      chathamHouse: true,
    }),
    201,
  );
  expectStatus(await reader.http.get(`${path}/${meeting.id}`), 200);
  expectStatus(await reader.http.get(path), 200);
  expect(await done(reader.partner.id, meeting.id)).toEqual([['meeting.read', {}]]);
  // Of the first list, in which there was nothing, there is nothing to tell.
  expect(await done(reader.partner.id, forum.id)).toEqual([['meeting.listed', { meetings: [meeting.id] }]]);
  const own = await reader.http.get<{ items: Entry[] }>('/v1/audit', { query: { object: meeting.id } });
  expect(own.body.items.map(({ action }) => action)).toEqual(['meeting.read']);
});

it('tells who read the liaison register, and nothing of who is in it', async () => {
  const path = `/v1/arrangements/${here.id}/liaison`;
  const contact = { authority: 'police', office: 'River police', name: 'Somebody in office' };
  const { id } = expectStatus(await un.http.post<{ id: string }>(`${path}/contacts`, contact), 201);
  for (const list of ['contacts', 'meetings']) expectStatus(await reader.http.get(`${path}/${list}`), 200);
  const read = await done(reader.partner.id, here.id);
  expect(read).toEqual([['liaison.contacts_read', { contacts: [id] }]]);
});

it('tells who read whom to call', async () => {
  const [owner, fellow] = [await namer(app), await namer(app)];
  const place = await arrangement(app, { members: [fellow] });
  await directory(fellow, place);
  expect(await done(fellow.partner.id, place.id)).toEqual([]);
  await join(app, place, owner);
  const { id } = await countryFocalPoint(owner, place);
  await directory(fellow, place);
  expect(await done(fellow.partner.id, place.id)).toEqual([
    ['focal_point.directory_read', { focalPoints: [id] }],
  ]);
});

it('tells who read an application and its evidence', async () => {
  const vetting = await partner(app, { scopes: ['partners:vet'] });
  const entered = await vetting.http.post<{ application: { id: string }; caseLink: string }>(
    '/v1/partner-applications/entries',
    applyInput(),
  );
  const { application, caseLink } = expectStatus(entered, 201);
  const letter = {
    headers: { 'Content-Type': 'text/plain' },
    query: { kind: 'cover_letter', name: 'letter' },
  };
  expectStatus(await app.anonymous.post(`${new URL(caseLink).pathname}/documents`, 'We ask.', letter), 201);
  const path = `/v1/partner-applications/${application.id}`;
  const whole = expectStatus(await vetting.http.get<{ documents: { id: string }[] }>(path), 200);
  const document = whole.documents[0]?.id ?? '';
  expectStatus(await vetting.http.get(`${path}/documents/${document}`), 200);
  expect((await vetting.http.get(`${path}/documents/${application.id}`)).status).toBe(404);
  expect(await done(vetting.partner.id, application.id)).toEqual([
    ['application.entered', expect.anything()],
    ['application.read', {}],
    ['application.document_read', { document }],
  ]);
});
