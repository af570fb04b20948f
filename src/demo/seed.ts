import { type IssuedClient } from '../access/clients.service.js';
import {
  APPLICATION,
  BILINGUAL,
  EXERCISE,
  FROM_REPORT,
  MISTAKE,
  REPORT,
  ROADBLOCK,
  TEAR_LINE,
} from './said.js';
import { type LetDaysPass, MEMBER_SINCE, tellLapse } from './lapse.js';
import { type Send, sender } from './sender.js';
import { type DemoStory } from './story.js';

/** One partner of the demonstration, and how to be it. */
export interface DemoPartner extends Required<IssuedClient> {
  code: string;
  says: string;
}

/** Everything in it is made up: partners, the country of Valdora, its towns and what happens there. */
const PARTNERS = [
  {
    code: 'URCO',
    name: 'UN Relief Coordination for Valdora (fictional)',
    kind: 'un_entity',
    ceiling: { tlp: 'RED' },
    scopes: [
      'alerts:read',
      'alerts:respond',
      'alerts:publish',
      'audit:read',
      'arrangements:read',
      'partners:read',
    ],
    says: 'posts alerts',
  },
  {
    code: 'MERIDIAN',
    name: 'Meridian Aid (fictional)',
    kind: 'ingo',
    ceiling: { tlp: 'AMBER' },
    scopes: [
      'alerts:read',
      'alerts:respond',
      'alerts:publish',
      'reports:submit',
      'arrangements:read',
      'partners:read',
    ],
    says: 'a member up to AMBER: reads the confidential text of the tear-line alert',
  },
  {
    code: 'HARBOUR',
    name: 'Harbour Relief (fictional)',
    kind: 'ingo',
    ceiling: { tlp: 'GREEN' },
    scopes: [
      'alerts:read',
      'alerts:respond',
      'reports:submit',
      'arrangements:read',
      'partners:read',
      'focal-points:manage',
    ],
    says: 'a member up to GREEN: reads the lower text of the same alert, and reported without its name',
  },
  {
    code: 'LANTERN',
    name: 'Lantern Fund (fictional)',
    kind: 'donor',
    ceiling: { tlp: 'GREEN' },
    scopes: ['alerts:read', 'arrangements:read', 'partners:read'],
    says: 'a donor: reached only when named, so it sees one alert',
  },
] as const;

/** Fills an empty exchange through its own API, as a steward and its partners would. */
export async function seedDemo(
  url: string,
  steward: Required<IssuedClient>,
  letDaysPass: LetDaysPass,
): Promise<{ partners: DemoPartner[]; stories: DemoStory[] }> {
  const asSteward = await sender(url, steward);
  const arrangement = await asSteward<{ id: string }>('/v1/arrangements', {
    code: 'VALDORA',
    name: 'Valdora country arrangement (fictional)',
    countries: ['ZZ'],
    level: 'enhanced',
  });
  const partners: DemoPartner[] = [];
  const ids: Record<string, string> = {};
  const sends: Record<string, Send> = { steward: asSteward };
  for (const { scopes, says, ...partner } of PARTNERS) {
    const { id } = await asSteward<{ id: string }>('/v1/partners', partner);
    const client = await asSteward<Required<IssuedClient>>(`/v1/partners/${id}/clients`, {
      name: 'Demo',
      scopes,
    });
    if (partner.kind !== 'donor') {
      await asSteward(`/v1/arrangements/${arrangement.id}/members`, {
        partnerId: id,
        from: MEMBER_SINCE,
      });
    }
    const { clientId, clientSecret } = client;
    ids[partner.code] = id;
    partners.push({ code: partner.code, says, clientId, clientSecret });
    sends[partner.code] = await sender(url, client);
  }
  const as = (code: string): Send => sends[code] ?? asSteward;
  const stories = [
    ...(await tellAlerts(as('URCO'))),
    ...(await tellReport(as('HARBOUR'), asSteward)),
    ...(await tellRecall(as('URCO'), as('MERIDIAN'))),
    ...(await tellApplication(url, asSteward)),
    ...(await tellLapse(as('HARBOUR'), {
      id: ids['HARBOUR'] ?? '',
      arrangementId: arrangement.id,
      letDaysPass,
    })),
  ];
  return { partners, stories };
}

async function tellAlerts(send: Send): Promise<DemoStory[]> {
  const tearLine = await send<{ id: string }>('/v1/alerts', TEAR_LINE());
  await send('/v1/alerts', BILINGUAL());
  await send('/v1/alerts', EXERCISE());
  const { id } = await send<{ id: string }>('/v1/alerts', ROADBLOCK());
  await send(`/v1/alerts/${id}/cancellation`, { note: 'The road has been open again since noon.' });
  return [
    {
      says: 'a tear-line alert: who has which text, and why',
      as: 'URCO',
      path: `/v1/alerts/${tearLine.id}/audience`,
    },
  ];
}

/** Reported without a name, taken up by the steward, and the alert that came of it. */
async function tellReport(source: Send, steward: Send): Promise<DemoStory[]> {
  const report = await source<{ id: string }>('/v1/reports', REPORT());
  await steward(`/v1/reports/${report.id}/assignment`, {});
  await steward(`/v1/reports/${report.id}/messages`, { text: 'Did it happen by day or by night?' });
  await source(`/v1/reports/${report.id}/messages`, { text: 'At dusk.' });
  const alert = await steward<{ id: string }>('/v1/alerts', FROM_REPORT());
  await steward(`/v1/reports/${report.id}/outcome`, {
    outcome: 'alert',
    alertId: alert.id,
    explanation: 'Thank you: all members have been told to travel in convoy.',
  });
  return [
    { says: 'a protected report and what came of it', as: 'HARBOUR', path: `/v1/reports/${report.id}` },
    {
      says: 'the same on the desk, which does not see whose it is',
      as: 'steward',
      path: `/v1/reports/${report.id}`,
    },
  ];
}

/** Published by mistake and taken back: one organisation has confirmed that it deleted it, the others have not. */
async function tellRecall(originator: Send, reader: Send): Promise<DemoStory[]> {
  const { id } = await originator<{ id: string }>('/v1/alerts', MISTAKE());
  await reader(`/v1/alerts/${id}`);
  await reader(`/v1/alerts/${id}/acknowledgements`, { note: 'All teams told.' });
  await originator(`/v1/alerts/${id}/withdrawal`, {});
  await reader(`/v1/alerts/${id}/purge-confirmation`, {});
  return [
    { says: 'a recall: who has confirmed that it is deleted', as: 'URCO', path: `/v1/alerts/${id}/recall` },
    { says: 'its receipts: sent, fetched, acknowledged', as: 'URCO', path: `/v1/alerts/${id}/receipts` },
  ];
}

/** Came by hand, since nothing is mailed here; taken up, and asked for what is missing. */
async function tellApplication(url: string, steward: Send): Promise<DemoStory[]> {
  const { application, caseLink } = await steward<{ application: { id: string }; caseLink: string }>(
    '/v1/partner-applications/entries',
    APPLICATION(),
  );
  const path = `/v1/partner-applications/${application.id}`;
  const letter = await fetch(`${caseLink}/documents?kind=cover_letter&name=letter`, {
    method: 'POST',
    headers: { 'Content-Type': 'text/plain' },
    body: 'We ask to take part in Valdora. (Nothing of this is real.)',
  });
  if (!letter.ok) throw new Error(`${path}: ${await letter.text()}`);
  await steward(`${path}/vetting`, { reason: 'Complete enough to begin.' });
  await steward(`${path}/information-requests`, { text: 'Please send your certificate of registration.' });
  return [
    { says: 'an application being vetted, like a partner that is there', as: 'steward', path },
    { says: 'the same by its private link', as: 'anybody', path: caseLink.slice(url.length) },
  ];
}
