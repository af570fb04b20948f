import {
  JSON_TYPE,
  MADE,
  one,
  PARTNER,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const CALLED = '019b2f00-0000-7000-8000-000000000b12';
const ACTIVATION = '019b2f00-0000-7000-8000-000000000b13';

const tree = {
  version: 4,
  entries: [
    {
      organisation: { id: PARTNER, code: 'RAI', name: 'River Aid International' },
      hasLeft: false,
      isCutOff: false,
    },
    {
      organisation: { id: CALLED, code: 'HIL', name: 'Hillside Relief' },
      callerId: PARTNER,
      hasLeft: false,
      isCutOff: false,
    },
  ],
  missing: [],
};
const activation = {
  id: ACTIVATION,
  drill: true,
  reason: 'As on the first Monday of every month.',
  startedBy: PARTNER,
  startedAt: MADE,
  organisations: 2,
  reached: 1,
  unreached: 0,
  lastReachedAt: MADE,
};
const detail = {
  ...activation,
  calls: [
    { organisationId: CALLED, code: 'HIL', callerId: PARTNER, state: 'pending' },
    { organisationId: PARTNER, code: 'RAI', state: 'reached', saidBy: PARTNER, at: MADE },
  ],
};

export const CONTACT_TREE_REQUESTS: RequestExamples = {
  putContactTree: {
    [JSON_TYPE]: one({ entries: [{ organisation: 'RAI' }, { organisation: 'HIL', caller: 'RAI' }] }),
  },
  activateContactTree: { [JSON_TYPE]: one({ drill: true, reason: activation.reason }) },
  sayContactCall: { [JSON_TYPE]: one({ outcome: 'reached' }) },
};

export const CONTACT_TREE_RESPONSES: ResponseExamples = {
  getContactTree: { 200: { [JSON_TYPE]: tree } },
  putContactTree: { 200: { [JSON_TYPE]: tree } },
  activateContactTree: { 201: { [JSON_TYPE]: detail } },
  listContactActivations: { 200: { [JSON_TYPE]: { items: [activation] } } },
  getContactActivation: { 200: { [JSON_TYPE]: detail } },
  sayContactCall: { 200: { [JSON_TYPE]: detail } },
  closeContactActivation: { 200: { [JSON_TYPE]: { ...detail, closedAt: MADE } } },
};
