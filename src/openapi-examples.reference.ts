import {
  JSON_TYPE,
  MADE,
  one,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const list = {
  code: 'incident-acts',
  name: 'Acts',
  language: 'en',
  description: 'What happened.',
  verification: 'unverified',
  version: 3,
  updatedAt: MADE,
  closed: false,
  translated: true,
  count: 31,
};

const crosswalks = [
  { scheme: 'CAP', target: 'Safety', relation: 'broader', verification: 'inferred' },
  { scheme: 'INSO', target: 'Threat', relation: 'related', verification: 'inferred' },
];

const labels = [
  { language: 'en', text: 'Stone-throwing' },
  { language: 'ar', text: 'رشق بالحجارة' },
];

const put = {
  labels,
  parent: 'civil_unrest',
  definition: 'At vehicles or buildings.',
  verification: 'inferred',
  validFrom: '2026-11-02',
  crosswalks,
};

const entry = {
  code: 'stone_throwing',
  label: 'رشق بالحجارة',
  language: 'ar',
  languages: ['en', 'ar'],
  parent: 'civil_unrest',
  ordinal: 311,
  definition: put.definition,
  verification: 'inferred',
  validFrom: '2026-11-02',
  inForce: true,
};

const item = { ...entry, crosswalks, list: list.code, version: 3, labels };

export const REFERENCE_REQUESTS: RequestExamples = {
  addReferenceList: {
    [JSON_TYPE]: one({
      code: 'river-hazards',
      names: [{ language: 'en', text: 'Hazards of the river' }],
      description: 'What stops boats.',
      verification: 'inferred',
    }),
  },
  putReferenceEntry: {
    [JSON_TYPE]: {
      examples: {
        add: { summary: 'Add an entry', value: put },
        end: { summary: 'End it', value: { ...put, validUntil: '2027-01-01' } },
      },
    },
  },
};

export const REFERENCE_RESPONSES: ResponseExamples = {
  listReferenceLists: { 200: { [JSON_TYPE]: { items: [list] } } },
  readReferenceList: { 200: { [JSON_TYPE]: { ...list, on: '2026-11-02', items: [entry] } } },
  readReferenceEntry: { 200: { [JSON_TYPE]: item } },
  putReferenceEntry: {
    200: { [JSON_TYPE]: { ...item, label: 'Stone-throwing', language: 'en' } },
    201: { [JSON_TYPE]: { ...item, label: 'Stone-throwing', language: 'en' } },
  },
  addReferenceList: {
    201: {
      [JSON_TYPE]: {
        ...list,
        code: 'river-hazards',
        name: 'Hazards of the river',
        description: 'What stops boats.',
        verification: 'inferred',
        version: 1,
        count: 0,
      },
    },
  },
  listReferenceRevisions: {
    200: {
      [JSON_TYPE]: {
        items: [
          {
            version: 3,
            at: MADE,
            change: 'entry_added',
            codes: ['stone_throwing'],
            by: 'steward',
            after: { ...put, ordinal: 311 },
          },
          { version: 2, at: MADE, change: 'entries_added', codes: ['kidnapping'], by: 'release' },
        ],
        nextCursor: null,
      },
    },
  },
};
