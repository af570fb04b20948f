import {
  JSON_TYPE,
  MADE,
  one,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const SUBSCRIPTION = '019b2f00-0000-7000-8000-000000000051';

const duty = {
  address: 'duty-desk@riveraid.example',
  language: 'en',
  timeZone: 'Africa/Khartoum',
  delivery: 'immediate',
  quietHours: { start: '22:00', end: '05:30' },
  maxPerHour: 20,
};
const head = {
  address: 'securite@riveraid.example',
  language: 'fr',
  timeZone: 'Europe/Paris',
  delivery: 'digest',
  digestAt: ['07:00', '18:00'],
  maxPerHour: 20,
};
const filter = { categories: ['security', 'health'], minSeverity: 'moderate', arrangements: ['ULN'] };
const stated = { name: 'Duty desk', filter, channel: 'email', drills: false };

const subscription = {
  id: SUBSCRIPTION,
  ...stated,
  recipients: [
    {
      id: '019b2f00-0000-7000-8000-000000000052',
      ...duty,
      state: 'confirmed',
      stateChangedAt: MADE,
      lastSentAt: '2026-11-02T09:00:00.000Z',
    },
    { id: '019b2f00-0000-7000-8000-000000000053', ...head, state: 'unconfirmed', stateChangedAt: MADE },
  ],
  mailCeiling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
  state: 'active',
  clientId: 'riveraid-operations-room',
  createdAt: MADE,
  changedAt: MADE,
};

export const SUBSCRIPTIONS_REQUESTS: RequestExamples = {
  createSubscription: { [JSON_TYPE]: one({ ...stated, recipients: [duty, head] }) },
  changeSubscription: {
    [JSON_TYPE]: {
      examples: {
        ceiling: { summary: 'Tell more by mail', value: { mailCeiling: { tlp: 'AMBER' } } },
        recipients: { summary: 'These and no others', value: { recipients: [duty] } },
        keeper: { summary: 'Nothing but who keeps it', value: {} },
      },
    },
  },
};

export const SUBSCRIPTIONS_RESPONSES: ResponseExamples = {
  createSubscription: { 201: { [JSON_TYPE]: subscription } },
  listSubscriptions: { 200: { [JSON_TYPE]: { items: [subscription], nextCursor: null } } },
  getSubscription: { 200: { [JSON_TYPE]: subscription } },
  changeSubscription: { 200: { [JSON_TYPE]: subscription } },
};
