import {
  ALERT,
  ARRANGEMENT,
  JSON_TYPE,
  MADE,
  one,
  PARTNER,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const partner = {
  code: 'RIVERAID',
  name: 'River Aid International',
  kind: 'ingo',
  country: 'NO',
  ceiling: { tlp: 'AMBER' },
};

export const client = { name: 'Operations room', scopes: ['alerts:publish', 'alerts:read'] };

const arrangement = { code: 'ULN', name: 'Ulana', countries: ['SD'], level: 'enhanced' };

const texts = [
  {
    language: 'en',
    headline: 'Armed clashes near the market of Ulana',
    description: 'Shots were heard around the market since dawn; the road to the bridge is closed.',
    instruction: 'Avoid the market and the bridge until further notice.',
  },
];

export const facts = {
  kind: 'advisory',
  status: 'actual',
  event: 'Armed clashes',
  categories: ['security'],
  incidentTypes: ['armed_clash'],
  urgency: 'immediate',
  severity: 'severe',
  certainty: 'observed',
  responses: ['avoid'],
  onsetAt: '2030-01-01T06:00:00Z',
  expiresAt: '2030-01-02T06:00:00Z',
  grading: { reliability: 'B', credibility: '2' },
  attribution: 'named',
  acknowledgement: 'none',
};

const ring = [
  [15.5, 32.4],
  [15.7, 32.4],
  [15.7, 32.7],
  [15.5, 32.4],
];

export const alertTo = (audience: object) => ({
  ...facts,
  renditions: [
    {
      tlp: 'GREEN',
      classification: 'UNCLASSIFIED',
      audience,
      texts,
      areas: [{ description: 'Market of Ulana', polygon: ring, countries: ['SD'] }],
    },
  ],
});

const CAP = `<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>ulana-2030-001</identifier>
  <sender>watch.riveraid.example</sender>
  <sent>2026-11-02T09:00:00-00:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Restricted</scope>
  <restriction>TLP:GREEN</restriction>
  <info>
    <language>en</language>
    <category>Security</category>
    <event>Armed clashes</event>
    <responseType>Avoid</responseType>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Observed</certainty>
    <expires>2030-01-02T06:00:00-00:00</expires>
    <headline>Armed clashes near the market of Ulana</headline>
    <area>
      <areaDesc>Market of Ulana</areaDesc>
      <polygon>15.5,32.4 15.7,32.4 15.7,32.7 15.5,32.4</polygon>
    </area>
  </info>
</alert>
`;

export const alert = {
  id: ALERT,
  version: 1,
  changedAt: '2026-11-02T09:00:00.000Z',
  ...facts,
  state: 'published',
  messageType: 'alert',
  originator: { code: 'RIVERAID', name: 'River Aid International' },
  handling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
  text: {
    direction: 'ltr',
    provenance: 'author',
    ...texts[0],
    shortText:
      'Armed clashes near the market of Ulana. Avoid the market and the bridge until further notice.',
  },
  languages: ['en'],
  areas: [{ description: 'Market of Ulana', polygons: [ring], circles: [], geocodes: [], countries: ['SD'] }],
  attachments: [],
  identifier: ALERT,
  sender: 'slt.example',
  sent: '2026-11-02T09:00:00-00:00',
  references: [],
  verification: [],
  notice:
    'Decisions remain with the recipient: this information complements your own security risk management and replaces none of it.',
};

const presentedPartner = {
  id: PARTNER,
  ...partner,
  status: 'active',
  ceiling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
  createdAt: MADE,
  updatedAt: MADE,
};
const presentedArrangement = { id: ARRANGEMENT, ...arrangement, createdAt: MADE, updatedAt: MADE };

export const EXCHANGE_REQUESTS: RequestExamples = {
  admitPartner: { [JSON_TYPE]: one(partner) },
  changePartner: { [JSON_TYPE]: one({ ceiling: { tlp: 'GREEN' } }) },
  createClient: {
    [JSON_TYPE]: {
      examples: {
        usual: { summary: 'With a secret', value: client },
        bound: { summary: 'Whose tokens are of use to nobody else', value: { ...client, requireDpop: true } },
      },
    },
  },
  rotateClient: { [JSON_TYPE]: one({ overlapSeconds: 86_400 }) },
  establishArrangement: { [JSON_TYPE]: one(arrangement) },
  changeArrangement: { [JSON_TYPE]: one({ level: 'emergency' }) },
  addMember: { [JSON_TYPE]: one({ partnerId: PARTNER }) },
  publishAlert: {
    [JSON_TYPE]: {
      examples: {
        everyNgo: {
          summary: 'To every NGO and international organisation',
          value: alertTo({ kinds: ['ingo', 'national_ngo', 'io'] }),
        },
        arrangement: {
          summary: 'To the members of an arrangement',
          value: alertTo({ arrangements: ['ULN'] }),
        },
      },
    },
    'application/cap+xml': one(CAP),
  },
  redraftAlert: { [JSON_TYPE]: one(alertTo({ arrangements: ['ULN'] })) },
  updateAlert: {
    [JSON_TYPE]: one({
      ...alertTo({ arrangements: ['ULN'] }),
      severity: 'extreme',
    }),
  },
  translateAlert: {
    [JSON_TYPE]: one({
      texts: [
        {
          language: 'ar',
          headline: 'اشتباكات مسلحة قرب سوق أولانا',
          instruction: 'تجنبوا السوق والجسر حتى إشعار آخر.',
        },
      ],
    }),
  },
  cancelAlert: { [JSON_TYPE]: one({ note: 'The road is open again.' }) },
};

export const EXCHANGE_RESPONSES: ResponseExamples = {
  admitPartner: { 201: { [JSON_TYPE]: presentedPartner } },
  getPartner: { 200: { [JSON_TYPE]: presentedPartner } },
  listPartners: { 200: { [JSON_TYPE]: { items: [presentedPartner], nextCursor: null } } },
  createClient: {
    201: {
      [JSON_TYPE]: {
        clientId: 'c-019b2f0000007000',
        partnerId: PARTNER,
        ...client,
        authentication: 'client_secret',
        requireDpop: false,
        allowedNetworks: [],
        createdAt: MADE,
        requestsPerMinute: 6000,
        attestBy: '2027-05-01T00:00:00.000Z',
        version: 1,
        clientSecret: 'shown-only-once-in-this-answer',
      },
    },
  },
  establishArrangement: { 201: { [JSON_TYPE]: presentedArrangement } },
  getArrangement: { 200: { [JSON_TYPE]: presentedArrangement } },
  listArrangements: { 200: { [JSON_TYPE]: { items: [presentedArrangement], nextCursor: null } } },
  addMember: {
    201: {
      [JSON_TYPE]: {
        partnerId: PARTNER,
        from: MADE,
        state: 'current',
        chair: false,
        ceiling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
      },
    },
  },
  listQuotas: {
    200: {
      [JSON_TYPE]: {
        items: [
          { name: 'requests', of: 'client', limit: 6000, perSeconds: 60, isPerProcess: true },
          { name: 'long_answers', of: 'partner', limit: 50, used: 2, isPerProcess: true },
          { name: 'webhooks', of: 'reader', limit: 50, used: 1, isPerProcess: false },
          { name: 'subscriptions', of: 'reader', limit: 200, used: 12, isPerProcess: false },
          { name: 'feed_addresses', of: 'reader', limit: 50, used: 3, isPerProcess: false },
          { name: 'uploads', of: 'partner', limit: 2, used: 0, isPerProcess: true },
          { name: 'unused_attachments', of: 'partner', limit: 50, used: 4, isPerProcess: false },
        ],
      },
    },
  },
  getMe: {
    200: {
      [JSON_TYPE]: {
        clientId: 'c-019b2f0000007000',
        partner: {
          id: PARTNER,
          code: partner.code,
          name: partner.name,
          kind: partner.kind,
          status: 'active',
        },
        scopes: client.scopes,
        ceiling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
        arrangements: [
          {
            id: ARRANGEMENT,
            code: arrangement.code,
            name: arrangement.name,
            ceiling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
          },
        ],
        attestBy: '2027-05-01T00:00:00.000Z',
        requestsPerMinute: 6000,
      },
    },
  },
  publishAlert: { 200: { [JSON_TYPE]: alert }, 201: { [JSON_TYPE]: alert } },
  getAlert: { 200: { [JSON_TYPE]: alert, 'application/cap+xml': CAP } },
  listAlerts: { 200: { [JSON_TYPE]: { items: [alert], nextCursor: null } } },
};
