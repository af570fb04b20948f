import { type IssuedClient } from '../access/clients.service.js';

/** One partner of the demonstration, and how to be it. */
export interface DemoPartner extends Required<IssuedClient> {
  code: string;
  says: string;
}

type Send = <T>(path: string, body: object) => Promise<T>;

/** Everything in it is made up: partners, the country of Valdora, its towns and what happens there. */
const PARTNERS = [
  {
    code: 'URCO',
    name: 'UN Relief Coordination for Valdora (fictional)',
    kind: 'un_entity',
    ceiling: { tlp: 'RED' },
    scopes: ['alerts:read', 'alerts:publish', 'arrangements:read', 'partners:read'],
    says: 'posts alerts',
  },
  {
    code: 'MERIDIAN',
    name: 'Meridian Aid (fictional)',
    kind: 'ingo',
    ceiling: { tlp: 'AMBER' },
    scopes: ['alerts:read', 'alerts:publish', 'arrangements:read', 'partners:read'],
    says: 'a member up to AMBER: reads the confidential text of the tear-line alert',
  },
  {
    code: 'HARBOUR',
    name: 'Harbour Relief (fictional)',
    kind: 'ingo',
    ceiling: { tlp: 'GREEN' },
    scopes: ['alerts:read', 'arrangements:read', 'partners:read'],
    says: 'a member up to GREEN: reads the lower text of the same alert',
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
export async function seedDemo(url: string, steward: Required<IssuedClient>): Promise<DemoPartner[]> {
  const asSteward = await sender(url, steward);
  const arrangement = await asSteward<{ id: string }>('/v1/arrangements', {
    code: 'VALDORA',
    name: 'Valdora country arrangement (fictional)',
    countries: ['ZZ'],
    level: 'enhanced',
  });
  const partners: DemoPartner[] = [];
  for (const { scopes, says, ...partner } of PARTNERS) {
    const { id } = await asSteward<{ id: string }>('/v1/partners', partner);
    const client = await asSteward<Required<IssuedClient>>(`/v1/partners/${id}/clients`, {
      name: 'Demo',
      scopes,
    });
    if (partner.kind !== 'donor') {
      await asSteward(`/v1/arrangements/${arrangement.id}/members`, { partnerId: id });
    }
    const { clientId, clientSecret } = client;
    partners.push({ code: partner.code, says, clientId, clientSecret });
  }
  const originator = partners[0];
  if (originator !== undefined) await publishAlerts(await sender(url, originator));
  return partners;
}

async function publishAlerts(send: Send): Promise<void> {
  await send('/v1/alerts', TEAR_LINE());
  await send('/v1/alerts', BILINGUAL());
  await send('/v1/alerts', EXERCISE());
  const { id } = await send<{ id: string }>('/v1/alerts', ROADBLOCK());
  await send(`/v1/alerts/${id}/cancellation`, { note: 'The road has been open again since noon.' });
}

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

const BASE = () => ({
  kind: 'advisory',
  status: 'actual',
  categories: ['security'],
  urgency: 'expected',
  severity: 'moderate',
  certainty: 'likely',
  expiresAt: inDays(3),
  grading: { reliability: 'B', credibility: '2' },
});

const TO_VALDORA = { arrangements: ['VALDORA'], kinds: [], partners: [], except: [] };
const GREEN = { tlp: 'GREEN', classification: 'UNCLASSIFIED', audience: TO_VALDORA };

const TEAR_LINE = () => ({
  ...BASE(),
  event: 'Threat to convoys',
  severity: 'severe',
  responses: ['avoid'],
  renditions: [
    {
      ...GREEN,
      texts: [
        {
          language: 'en',
          headline: 'Avoid the eastern road at night',
          description: 'There is a threat to vehicles on the eastern road after dark.',
          instruction: 'Do not travel between Orsa and Kelm after 18:00.',
        },
      ],
      areas: [{ description: 'Eastern road', circles: [{ center: [4.2, -20.1], radiusKm: 40 }] }],
    },
    {
      ...GREEN,
      tlp: 'AMBER',
      classification: 'CONFIDENTIAL',
      classificationReason: 'Would show how the information was obtained',
      texts: [
        {
          language: 'en',
          headline: 'An armed group plans to stop convoys on the eastern road',
          description:
            'Two checkpoints are being prepared near the Kelm bridge, for nights from Thursday on.',
          instruction:
            'Do not travel between Orsa and Kelm after 18:00; report sightings to the duty officer.',
        },
      ],
      areas: [{ description: 'Kelm bridge', circles: [{ center: [4.31, -20.02], radiusKm: 5 }] }],
    },
  ],
});

const BILINGUAL = () => ({
  ...BASE(),
  event: 'Flood',
  categories: ['met', 'transport'],
  renditions: [
    {
      ...GREEN,
      audience: { ...TO_VALDORA, partners: ['LANTERN'] },
      texts: [
        {
          language: 'en',
          headline: 'River Ondra will flood low-lying quarters',
          instruction: 'Move vehicles uphill.',
        },
        {
          language: 'ar',
          headline: 'سيفيض نهر أوندرا على الأحياء المنخفضة',
          instruction: 'انقلوا المركبات إلى أماكن مرتفعة.',
        },
        {
          language: 'fr',
          headline: 'L’Ondra va inonder les quartiers bas',
          instruction: 'Mettez les véhicules en hauteur.',
        },
      ],
      areas: [
        {
          description: 'Lower Orsa',
          polygon: [
            [4.0, -20.3],
            [4.0, -20.2],
            [4.1, -20.2],
            [4.0, -20.3],
          ],
        },
      ],
    },
  ],
});

const EXERCISE = () => ({
  ...BASE(),
  kind: 'flash',
  status: 'exercise',
  event: 'Exercise: relocation of staff',
  renditions: [
    { ...GREEN, texts: [{ language: 'en', headline: 'EXERCISE ONLY: confirm your head count by 12:00' }] },
  ],
});

const ROADBLOCK = () => ({
  ...BASE(),
  kind: 'incident',
  event: 'Roadblock',
  renditions: [
    { ...GREEN, texts: [{ language: 'en', headline: 'The road from Orsa to the airfield is blocked' }] },
  ],
});

async function sender(url: string, { clientId, clientSecret }: Required<IssuedClient>): Promise<Send> {
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const token = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: {
      Authorization: `Basic ${credentials}`,
      'Content-Type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  const { access_token } = (await token.json()) as { access_token: string };
  return async <T>(path: string, body: object): Promise<T> => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${access_token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return (await response.json()) as T;
  };
}
