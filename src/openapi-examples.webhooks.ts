import {
  ALERT,
  JSON_TYPE,
  MADE,
  one,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const ID = '019b2f00-0000-7000-8000-000000000041';
const DELIVERY = '019b2f00-0000-7000-8000-000000000042';

const webhook = {
  id: ID,
  name: 'Security desk',
  url: 'https://hooks.riveraid.example/slt',
  state: 'active',
  types: ['alert'],
  filter: { countries: ['SD'], minSeverity: 'severe' },
  drills: false,
  content: 'thin',
  ceiling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
  ordered: false,
  publicKey: 'whpk_MCowBQYDK2VwAyEAb2ZmaWNlcnMgb2YgdGhlIGRlc2s=',
  keeper: 'c_riveraid_desk',
  createdAt: MADE,
  lastDeliveryAt: MADE,
  pending: 0,
  failed: 0,
};
const secret = 'whsec_bm90IGEgc2VjcmV0LCBidXQgYW4gZXhhbXBsZSBvZiBvbmU=';
const stopped = {
  ...webhook,
  state: 'resting',
  notice: {
    at: MADE,
    reason: 'gone',
    detail:
      'Its receiver answered 410 Gone. Enable it when the receiver is back; what came meanwhile is sent then.',
  },
  pending: 1,
};
const attempt = {
  id: '019b2f00-0000-7000-8000-000000000043',
  deliveryId: DELIVERY,
  at: MADE,
  event: 'alert.published',
  object: { type: 'alert', id: ALERT },
  status: 204,
  durationMs: 84,
};

export const WEBHOOKS_REQUESTS: RequestExamples = {
  createWebhook: {
    [JSON_TYPE]: {
      examples: {
        thin: {
          summary: 'Severe alerts of one country; their content is fetched with a token',
          value: {
            name: webhook.name,
            url: webhook.url,
            types: webhook.types,
            filter: webhook.filter,
          },
        },
        full: {
          summary: 'With content, as far as TLP:AMBER goes, one message after the other',
          value: {
            name: 'Archive',
            url: 'https://hooks.riveraid.example/archive',
            content: 'full',
            ceiling: { tlp: 'AMBER', classification: 'UNCLASSIFIED' },
            ordered: true,
          },
        },
      },
    },
  },
  updateWebhook: { [JSON_TYPE]: one({ filter: { countries: ['SD', 'SS'] }, drills: true }) },
  rotateWebhookSecret: { [JSON_TYPE]: one({ overlapSeconds: 3600 }) },
  replayWebhook: {
    [JSON_TYPE]: {
      examples: {
        failed: { summary: 'All that were given up', value: { what: 'failed' } },
        since: { summary: 'Everything since a time', value: { what: 'since', since: MADE } },
        delivery: { summary: 'One message', value: { what: 'delivery', delivery: DELIVERY } },
      },
    },
  },
};

export const WEBHOOKS_RESPONSES: ResponseExamples = {
  createWebhook: { 201: { [JSON_TYPE]: { ...webhook, secret } } },
  listWebhooks: { 200: { [JSON_TYPE]: { items: [webhook], nextCursor: null } } },
  getWebhook: { 200: { [JSON_TYPE]: stopped } },
  updateWebhook: { 200: { [JSON_TYPE]: { ...webhook, filter: { countries: ['SD', 'SS'] }, drills: true } } },
  rotateWebhookSecret: {
    200: { [JSON_TYPE]: { ...webhook, previousKeysUntil: '2026-11-02T09:14:00.000Z', secret } },
  },
  disableWebhook: {
    200: {
      [JSON_TYPE]: {
        ...webhook,
        state: 'disabled',
        notice: {
          at: MADE,
          reason: 'owner',
          detail: 'It was disabled. Enable it to go on from where it stopped.',
        },
      },
    },
  },
  enableWebhook: { 200: { [JSON_TYPE]: webhook } },
  testWebhook: {
    200: {
      [JSON_TYPE]: { ...attempt, event: 'webhook.test', object: { type: 'webhook', id: ID } },
    },
  },
  listWebhookAttempts: {
    200: {
      [JSON_TYPE]: {
        items: [attempt, { ...attempt, status: 503, error: 'refused', durationMs: 31 }],
        nextCursor: null,
      },
    },
  },
  replayWebhook: { 200: { [JSON_TYPE]: { ...webhook, pending: 3 } } },
};
