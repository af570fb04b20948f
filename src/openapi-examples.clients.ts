import { client } from './openapi-examples.exchange.js';
import {
  JSON_TYPE,
  MADE,
  one,
  PARTNER,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const used = {
  clientId: 'c-019b2f0000007000',
  partnerId: PARTNER,
  ...client,
  authentication: 'client_secret',
  requireDpop: true,
  allowedNetworks: ['192.0.2.0/24'],
  createdAt: MADE,
  lastUsedAt: '2026-11-02T09:00:00.000Z',
  requestsPerMinute: 600,
  attestBy: '2027-05-01T00:00:00.000Z',
  version: 1,
};

const grant = {
  scopes: ['alerts:flash'],
  ceiling: { tlp: 'AMBER' },
  reason: 'The watch room of Ulana is cut off; this client stands in for it until the evening.',
};

const granted = {
  id: '019b2f00-0000-7000-8000-0000000000b1',
  partnerId: PARTNER,
  clientId: used.clientId,
  state: 'open',
  ...grant,
  ceiling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
  grantedAt: MADE,
  until: '2026-11-02T12:00:00.000Z',
};
const ended = { ...granted, state: 'ended', endedAt: granted.until };
const attested = {
  id: '019b2f00-0000-7000-8000-0000000000b2',
  clientId: used.clientId,
  outcome: 'narrowed',
  dropped: ['alerts:publish'],
  note: 'It fills the map of the watch room, and publishes no more.',
  at: MADE,
};
const review = { outcome: 'justified', note: 'Three flash alerts in its name, all of them true.' };

export const CLIENTS_REQUESTS: RequestExamples = {
  grantBreakGlass: { [JSON_TYPE]: one({ ...grant, minutes: 240 }) },
  reviewBreakGlass: { [JSON_TYPE]: one(review) },
  changeClient: {
    [JSON_TYPE]: {
      examples: {
        limit: { summary: 'How much it may ask', value: { requestsPerMinute: 600 } },
        bound: { summary: 'Its tokens must be bound to a key', value: { requireDpop: true } },
      },
    },
  },
  askAccessReview: {
    [JSON_TYPE]: one({ attestBy: '2026-12-01T00:00:00Z', reason: 'The yearly review of all keys.' }),
  },
  attestClient: {
    [JSON_TYPE]: one({ outcome: attested.outcome, scopes: ['alerts:read'], note: attested.note }),
  },
};

export const CLIENTS_RESPONSES: ResponseExamples = {
  grantBreakGlass: { 201: { [JSON_TYPE]: granted } },
  listBreakGlass: { 200: { [JSON_TYPE]: { items: [granted] } } },
  endBreakGlass: { 200: { [JSON_TYPE]: ended } },
  reviewBreakGlass: {
    200: { [JSON_TYPE]: { ...ended, review: { ...review, at: '2026-11-03T08:00:00.000Z' } } },
  },
  changeClient: { 200: { [JSON_TYPE]: used } },
  askAccessReview: { 200: { [JSON_TYPE]: { clients: 3, attestBy: '2026-12-01T00:00:00.000Z' } } },
  attestClient: { 201: { [JSON_TYPE]: attested } },
  listAttestations: { 200: { [JSON_TYPE]: { items: [attested] } } },
  listClients: { 200: { [JSON_TYPE]: { items: [used] } } },
  reportAllClients: {
    200: {
      [JSON_TYPE]: {
        items: [
          {
            ...{ ...used, expiresAt: '2026-11-20T00:00:00.000Z' },
            ...{ partnerCode: 'RIVERAID', partnerName: 'River Aid' },
            ...{ dormant: false, expiring: true, toAttest: false },
          },
        ],
        nextCursor: null,
      },
    },
  },
  reportClients: {
    200: {
      [JSON_TYPE]: {
        dormant: [],
        expiring: [{ ...used, expiresAt: '2026-11-20T00:00:00.000Z' }],
        toAttest: [],
      },
    },
  },
};
