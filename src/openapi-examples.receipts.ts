import { alertTo } from './openapi-examples.exchange.js';
import {
  ALERT,
  ARRANGEMENT,
  JSON_TYPE,
  one,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const riverAid = {
  id: '019b2f00-0000-7000-8000-000000000011',
  code: 'RIVERAID',
  name: 'River Aid International',
  kind: 'ingo',
};
const hillside = {
  id: '019b2f00-0000-7000-8000-000000000012',
  code: 'HILLSIDE',
  name: 'Hillside Relief',
  kind: 'national_ngo',
};

const green = { tlp: 'GREEN', classification: 'UNCLASSIFIED' };
const ofArrangement = { arrangement: { id: ARRANGEMENT, code: 'ULN' } };
const audience = {
  receives: [
    {
      organisation: riverAid,
      rendition: { index: 0, handling: green },
      rules: [{ rule: 'arrangement', ...ofArrangement }],
    },
  ],
  notReached: [
    {
      organisation: hillside,
      reasons: [{ rendition: 0, reason: 'membership_not_current', ...ofArrangement }],
    },
  ],
  others: { receives: 14, notReached: null },
};

const warned = {
  rendition: 0,
  line: 'ULN/clinics',
  title: 'Where clinics work',
  lowestTlp: 'AMBER',
  effect: 'warn',
  reason: 'Clinics have been hit after their places were published.',
};

const asked = { acknowledgement: 'required', acknowledgeBy: '2026-11-02T18:00:00.000Z' };
const HOUR = '2026-11-02T09:00:00.000Z';
const LATER = '2026-11-02T11:00:00.000Z';

const acknowledgement = { ...asked, acknowledgedAt: LATER, note: 'Convoy held until tomorrow.' };

export const RECEIPTS_REQUESTS: RequestExamples = {
  previewAudience: { [JSON_TYPE]: one(alertTo({ arrangements: ['ULN'] })) },
  acknowledgeAlert: { [JSON_TYPE]: one({ note: acknowledgement.note }) },
  confirmPurge: {
    [JSON_TYPE]: one({ note: 'Deleted from the operations room and from the weekly report.' }),
  },
};

export const RECEIPTS_RESPONSES: ResponseExamples = {
  previewAudience: { 200: { [JSON_TYPE]: { ...audience, sensitivity: [warned] } } },
  explainAudience: { 200: { [JSON_TYPE]: { state: 'published', ...audience } } },
  acknowledgeAlert: { 200: { [JSON_TYPE]: acknowledgement } },
  getAcknowledgement: { 200: { [JSON_TYPE]: acknowledgement } },
  listUnacknowledged: {
    200: {
      [JSON_TYPE]: {
        items: [{ id: ALERT, version: 1, event: 'Armed clashes', ...asked }],
        nextCursor: null,
      },
    },
  },
  listReceipts: {
    200: {
      [JSON_TYPE]: {
        ...asked,
        items: [
          {
            organisation: riverAid,
            sentAt: HOUR,
            hasIt: true,
            fetchedAt: HOUR,
            acknowledgedAt: LATER,
            acknowledgedLatest: true,
            note: acknowledgement.note,
          },
          { organisation: hillside, sentAt: HOUR, hasIt: true },
        ],
        nextCursor: null,
      },
    },
  },
  confirmPurge: { 200: { [JSON_TYPE]: { confirmedAt: LATER } } },
  listRecalls: {
    200: {
      [JSON_TYPE]: {
        items: [
          { organisation: riverAid, loss: 'withdrawn', lostAt: HOUR, confirmedAt: LATER },
          { organisation: hillside, loss: 'replaced_by_lower', lostAt: HOUR },
        ],
        nextCursor: null,
      },
    },
  },
};
