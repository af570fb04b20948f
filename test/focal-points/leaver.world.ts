import { randomUUID } from 'node:crypto';
import { applicant, type Applicant, supplyAll, type VettedView } from '../applications/applicant.js';
import { endsIn, inForce, SIX } from '../commitments/committing.js';
import { hook } from '../delivery/hooks.js';
import { type MailServer } from '../delivery/mail-server.js';
import { type Receiver } from '../delivery/receiver.js';
import { linkIn, subscribe } from '../delivery/subscribing.js';
import { reportInput } from '../reports/reporting.js';
import { until } from '../sharing/gate.js';
import { type TestApp } from '../support/app.js';
import { query } from '../support/database.js';
import {
  alert,
  arrangement,
  client,
  partner,
  renditionInput,
  type TestArrangement,
  type TestPartner,
  uniqueCode,
} from '../support/factories.js';
import { expectStatus, type Http } from '../support/http.js';
import { confirm, CONFIRMATIONS, nominate, person } from './naming.js';

const READING = ['partners:read', 'arrangements:read', 'alerts:read', 'audit:read', 'commitments:read'];
const WRITING = [
  ...[
    'focal-points:manage',
    'commitments:accept',
    'commitments:assess',
    'subscriptions:manage',
    'feeds:manage',
  ],
  ...[
    'webhooks:manage',
    'reports:submit',
    'alerts:publish',
    'alerts:respond',
    'forums:manage',
    'contact-tree:call',
  ],
];
const UN = ['liaison:read', 'liaison:manage', 'reports:triage'];

/** A person that is written down wherever persons can be, and all that has to be known to ask for it. */
export interface LeaverWorld {
  /** As it is called and reached. */
  words: string[];
  /** As it is called where anybody may write what they like. */
  nickname: string;
  own: TestPartner;
  fellow: TestPartner;
  here: TestArrangement;
  readers: Record<string, Http>;
  /** Id of the focal point that is named when it leaves; and of others that are the same person. */
  focalPoint: string;
  others: string[];
  successor: string;
  boundClients: string[];
  /** By the path as the document has it, or what it begins with. */
  ids: Record<string, string>;
  /** Values of the other parts of paths. */
  parts: Record<string, string>;
  /** Addresses that were mailed to it. */
  links: string[];
}

export async function leaverWorld(app: TestApp, mails: MailServer, receiver: Receiver): Promise<LeaverWorld> {
  const nickname = `Nick ${randomUUID().slice(0, 8)}`;
  const input = person({ role: 'country' });
  const { name, email, phones } = input;
  const one = await applicant(app, mails, { contact: { name, title: 'Security director', email } });
  const own = await admitted(app, one, nickname);
  const fellow = await partner(app, { kind: 'un_entity', scopes: [...READING, ...WRITING, ...UN] });
  const here = await arrangement(app, { members: [own, fellow] });
  const narrowed = await client(app, own.partner.id, { scopes: READING, ceiling: { tlp: 'GREEN' } });
  const vetter = await app.as(app.stewardClient, 'partners:vet partners:manage');

  const country = await nominate(own, { ...input, arrangement: here.code });
  const link = await linkTo(mails, email, CONFIRMATIONS);
  await confirm(own, country);
  const loud = { ...input, name: name.toUpperCase(), email: email.toUpperCase() };
  const alternate = await nominate(own, { ...loud, role: 'alternate', arrangement: here.code });
  const second = await nominate(own, { ...input, role: 'headquarters' });
  const successor = await confirm(
    own,
    await nominate(own, person({ role: 'country', arrangement: here.code })),
  );

  const bound = await client(app, own.partner.id, {
    name: `Laptop of ${name}`,
    focalPointId: country.id,
  } as never);
  const other = await client(app, own.partner.id, { name: 'Tablet', focalPointId: second.id } as never);
  const renamed = `/v1/partners/${own.partner.id}/clients/${other.clientId}`;
  expectStatus(await app.steward.patch(renamed, { name: `Tablet of ${name}` }), 200);

  const subscription = await subscribe(own.http, [{ address: email }]);
  const agreed = await linkTo(mails, email, 'subscription-confirmations');
  expectStatus(await app.anonymous.post(agreed), 200);
  const text = await inForce(own.http);
  const signed = { textId: text.id, accepted: SIX, officerName: name, officerTitle: 'Secretary General' };
  const acceptances = `/v1/partners/${own.partner.id}/acceptances`;
  expectStatus(await own.http.post(acceptances, { ...signed, reminderAddress: email }), 201);
  const meeting = await met(fellow, here, { name, email, nickname });
  const contents = await published(app, own, fellow, here, receiver);

  // From now on mails wait, with the address on them.
  mails.refuseRecipient = (to) =>
    to.toLowerCase() === email.toLowerCase() ? { code: 451, message: 'Come back later' } : undefined;
  const hoursAgo = `update partner_application set link_asked_at = now() - interval '2 hours' where id = $1`;
  await query(app.database.superuserUrl, hoursAgo, [one.id]);
  expectStatus(await app.anonymous.post('/v1/partner-application-links', { email }), 202);
  await endsIn(app, own, '5 days');
  const area = await nominate(own, { ...input, role: 'area', area: 'North', arrangement: here.code });
  await until(async () => (await kindsWaiting(app, email)).length >= 3);

  const { documents } = expectStatus(
    await app.steward.get<VettedView>(`/v1/partner-applications/${one.id}`),
    200,
  );
  return {
    words: [name, email, ...phones, String(input['callSign'])],
    nickname,
    own,
    fellow,
    here,
    readers: {
      own: own.http,
      fellow: fellow.http,
      steward: app.steward,
      vetter,
      narrowed: await app.as(narrowed),
      anonymous: app.anonymous,
    },
    focalPoint: country.id,
    others: [alternate.id, second.id, area.id].sort(),
    successor: successor.id,
    boundClients: [bound.clientId, other.clientId].sort(),
    ids: {
      ...contents.ids,
      '/v1/arrangements': here.id,
      '/v1/commitments/texts': text.id,
      '/v1/forums': meeting.forum,
      '/v1/partner-applications': one.id,
      '/v1/partners': own.partner.id,
      '/v1/subscriptions': subscription.id,
    },
    parts: {
      ...contents.parts,
      meetingId: meeting.id,
      focalPointId: country.id,
      documentId: documents[0]?.id ?? '',
      '/v1/partner-application-cases': tokenOf(one.path),
      '/v1/focal-point-confirmations': tokenOf(link),
      '/v1/subscription-confirmations': tokenOf(agreed),
    },
    links: [link, agreed, one.path],
  };
}

export const kindsWaiting = async (app: TestApp, email: string): Promise<string[]> => {
  const sql = `select distinct split_part(kind, '.', 1) as kind from mail_notice where lower(address) = lower($1)`;
  return (await query<{ kind: string }>(app.database.superuserUrl, sql, [email])).map(({ kind }) => kind);
};

/** In whichever mail it comes. */
const linkTo = (mails: MailServer, to: string, page: string): Promise<string> =>
  until(async () => {
    const mail = (await mails.to(to)).find((one) => (one.mail.text ?? '').includes(`/v1/${page}/`));
    return mail === undefined ? false : linkIn(mail, page);
  });
const tokenOf = (path: string): string => path.split('/').at(-1) ?? '';

/** Applied, asked, answered and admitted, with a client that may do what partners do. */
async function admitted(app: TestApp, one: Applicant, nickname: string): Promise<TestPartner> {
  await supplyAll(app, one);
  const path = `/v1/partner-applications/${one.id}`;
  expectStatus(await app.steward.post(`${path}/vetting`), 200);
  expectStatus(await app.steward.post(`${path}/information-requests`, { text: 'Who is to be asked?' }), 200);
  expectStatus(await app.anonymous.post(`${one.path}/answers`, { text: `${nickname} is.` }), 200);
  const code = uniqueCode('L');
  const approval = { code, ceiling: { tlp: 'RED' }, reason: 'All evidence is in order.' };
  const { partnerId } = expectStatus(
    await app.steward.post<{ partnerId: string }>(`${path}/approval`, approval),
    200,
  );
  const credentials = await client(app, partnerId, { scopes: [...READING, ...WRITING] });
  return { partner: { id: partnerId, code }, client: credentials, http: await app.as(credentials) };
}

/** A meeting at which it spoke and took something on, as others did. */
async function met(
  convenor: TestPartner,
  here: TestArrangement,
  { name, email, nickname }: { name: string; email: string; nickname: string },
): Promise<{ forum: string; id: string }> {
  const forum = expectStatus(
    await convenor.http.post<{ id: string }>(`/v1/arrangements/${here.id}/forums`, {
      name: 'Weekly',
      timeZone: 'UTC',
    }),
    201,
  ).id;
  const meeting = expectStatus(
    await convenor.http.post<{ id: string }>(`/v1/forums/${forum}/meetings`, {
      title: 'This week',
      startsAt: '2026-03-29T10:00:00Z',
      agenda: ['The bridge'],
      handling: { tlp: 'AMBER', classification: 'UNCLASSIFIED' },
      chathamHouse: false,
    }),
    201,
  ).id;
  const minutes = [
    { text: `The road is closed, says ${nickname}.`, speaker: `${name.toUpperCase()} of the NGO` },
    { text: 'The bridge is open.', speaker: 'Somebody else' },
  ];
  const actions = [
    { text: `Ask the drivers, and ${nickname}`, owner: name, done: false },
    { text: 'Ask the police', owner: `Focal point <${email}>`, done: true },
    { text: 'Ask the mayor', owner: 'Somebody else', dueAt: '2026-04-01T00:00:00.000Z', done: false },
  ];
  expectStatus(
    await convenor.http.put(`/v1/forums/${forum}/meetings/${meeting}/minutes`, { minutes, actions }),
    200,
  );
  return { forum, id: meeting };
}

/** One of everything else that has an id. */
async function published(
  app: TestApp,
  own: TestPartner,
  fellow: TestPartner,
  here: TestArrangement,
  receiver: Receiver,
): Promise<Pick<LeaverWorld, 'ids' | 'parts'>> {
  const { id } = await alert(fellow.http, {
    renditions: [renditionInput({ audience: { arrangements: [here.code] } })],
  });
  const open = await alert(fellow.http, {
    renditions: [renditionInput({ tlp: 'CLEAR', audience: { kinds: ['public'] } })],
  });
  expectStatus(await own.http.post(`/v1/alerts/${id}/acknowledgements`, {}), 200);
  const report = expectStatus(
    await own.http.post<{ id: string }>(
      '/v1/reports',
      reportInput({ audience: { arrangements: [here.code] } }),
    ),
    201,
  );
  const assessment = expectStatus(
    await own.http.post<{ id: string }>(`/v1/partners/${own.partner.id}/assessments`, {
      ...{ country: 'SD', commitment: 'training', rating: 'met', text: 'As we said.', shared: true },
    }),
    201,
  );
  const tree = `/v1/arrangements/${here.id}/contact-tree`;
  expectStatus(await app.steward.put(tree, { entries: [{ organisation: own.partner.code }] }), 200);
  const calling = expectStatus(
    await own.http.post<{ id: string }>(`${tree}/activations`, { drill: true, reason: 'As every month.' }),
    201,
  );
  const webhook = await hook(own.http, receiver);
  const feed = expectStatus(
    await own.http.post<{ addresses: string[] }>('/v1/feed-addresses', {
      name: 'Wall',
      ceiling: { tlp: 'GREEN' },
    }),
    201,
  );
  const list = (await own.http.get<{ items: { code: string }[] }>('/v1/reference')).body.items[0]?.code ?? '';
  const entries = await own.http.get<{ items: { code: string }[] }>(`/v1/reference/${list}`);
  const file = await own.http.post<{ id: string }>('/v1/attachments', '%PDF-1.4\n%%EOF\n', {
    headers: { 'Content-Type': 'application/pdf' },
    query: { name: 'plan' },
  });
  return {
    ids: {
      '/v1/alerts': id,
      '/v1/attachments': expectStatus(file, 201).id,
      '/v1/public': open.id,
      '/v1/reports': report.id,
      '/v1/webhooks': webhook.id,
    },
    parts: {
      assessmentId: assessment.id,
      activationId: calling.id,
      list,
      code: entries.body.items[0]?.code ?? '',
      '/v1/feeds': new URL(feed.addresses[0] ?? '').pathname.split('/')[3] ?? '',
    },
  };
}
