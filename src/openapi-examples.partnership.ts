import {
  ALERT,
  JSON_TYPE,
  MADE,
  one,
  PARTNER,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const local = {
  code: 'ULANA-WATER',
  name: 'Ulana Water Committee',
  country: 'SD',
  ceiling: { tlp: 'GREEN' },
};

const registered = {
  id: '019b2f00-0000-7000-8000-0000000000c1',
  ...local,
  kind: 'national_ngo',
  status: 'active',
  sponsorId: PARTNER,
  ceiling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
  createdAt: MADE,
  updatedAt: MADE,
};

const withdrawal = {
  choice: 'return',
  state: 'returning',
  requestedAt: MADE,
  fetchUntil: '2026-12-02T08:00:00.000Z',
};
const withdrawn = {
  id: PARTNER,
  code: 'RIVERAID',
  name: 'River Aid International',
  kind: 'ingo',
  country: 'NO',
  status: 'withdrawn',
  ceiling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
  createdAt: MADE,
  updatedAt: MADE,
  withdrawal,
  contributions: '/v1/contributions/shown-only-once-in-this-answer',
};
const FILE = '019b2f00-0000-7000-8000-00000000000b';
const contributions = {
  partner: 'RIVERAID',
  fetchUntil: withdrawal.fetchUntil,
  items: [
    {
      type: 'alert',
      id: ALERT,
      state: 'published',
      renditions: [
        {
          handling: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
          content: { event: 'Armed clashes', attribution: 'named' },
          files: [
            {
              id: FILE,
              name: 'closures.csv',
              type: 'text/csv',
              bytes: 49,
              path: `/v1/contributions/shown-only-once-in-this-answer/files/${FILE}`,
            },
          ],
        },
      ],
    },
  ],
  nextCursor: null,
};

const presence = {
  country: 'SD',
  status: 'suspended',
  from: '2030-01-03T00:00:00+03:00',
  reason: 'The office north of the river is closed until the bridge is safe.',
};
const proposed = {
  id: '019b2f00-0000-7000-8000-0000000000c2',
  ...presence,
  from: '2030-01-02T21:00:00.000Z',
  state: 'proposed',
};

export const PARTNERSHIP_REQUESTS: RequestExamples = {
  statePresence: { [JSON_TYPE]: one(presence) },
  withdrawPartner: { [JSON_TYPE]: one({ choice: 'return' }) },
  registerSubPartner: { [JSON_TYPE]: one(local) },
};

export const PARTNERSHIP_RESPONSES: ResponseExamples = {
  statePresence: { 201: { [JSON_TYPE]: proposed } },
  listPresences: { 200: { [JSON_TYPE]: { items: [{ ...proposed, state: 'planned' }], nextCursor: null } } },
  confirmPresence: { 200: { [JSON_TYPE]: { ...proposed, state: 'planned' } } },
  refusePresence: { 200: { [JSON_TYPE]: { ...proposed, state: 'refused' } } },
  withdrawPartner: { 200: { [JSON_TYPE]: withdrawn } },
  getWithdrawal: { 200: { [JSON_TYPE]: withdrawal } },
  listContributions: { 200: { [JSON_TYPE]: contributions } },
  fetchContributedFile: { 200: { 'text/csv': 'place,state\nMarket of Ulana,closed\nBridge,closed\n' } },
  takeOverContributions: { 200: { [JSON_TYPE]: { ...withdrawal, state: 'withdrawing' } } },
  registerSubPartner: { 201: { [JSON_TYPE]: registered } },
  listSubPartners: { 200: { [JSON_TYPE]: { items: [registered] } } },
};
