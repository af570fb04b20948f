import {
  JSON_TYPE,
  MADE,
  one,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const LEVEL = '019b2f00-0000-7000-8000-000000000a01';

const planned = {
  level: 'emergency',
  from: '2030-01-03T00:00:00+03:00',
  reason: 'Fighting has reached the bridge; offices north of the river close.',
  issuer: 'Designated Official for Ulana',
};
const change = {
  ...planned,
  id: LEVEL,
  state: 'planned',
  from: '2030-01-02T21:00:00.000Z',
  recordedAt: '2026-11-02T10:00:00.000Z',
};
const first = { id: LEVEL, level: 'enhanced', state: 'current', from: MADE, recordedAt: MADE };

const expectations = [
  { code: 'radio_room', label: 'Common radio room, day and night', dueDays: 7 },
  { code: 'daily_exchange', label: 'Daily exchange at 17:00', dueDays: 1 },
  { code: 'focal_points', label: 'Named focal points on both sides' },
];
const own = { level: 'emergency', setBy: 'arrangement', proposal: false, version: 1, expectations };

const sensitivity = {
  protocol: 'Information-sharing protocol of Ulana, March',
  lines: [
    {
      code: 'abductions',
      title: 'Abductions still under way',
      incidentTypes: ['kidnapping'],
      lowestTlp: 'AMBER',
      effect: 'block',
      reason: 'What is known publicly can cost a life.',
    },
  ],
};
const matrix = { version: 3, from: MADE, state: 'current', ...sensitivity };

const readiness = {
  level: 'emergency',
  levelSince: '2026-11-02T10:00:00.000Z',
  asOf: '2026-11-05T08:00:00.000Z',
  ready: false,
  proposal: false,
  items: [
    {
      code: 'radio_room',
      label: 'Common radio room, day and night',
      state: 'in_place',
      dueAt: '2026-11-09T10:00:00.000Z',
      from: '2026-11-04T06:00:00.000Z',
      note: 'On the premises of River Aid International',
      version: 1,
    },
    {
      code: 'daily_exchange',
      label: 'Daily exchange at 17:00',
      state: 'overdue',
      dueAt: '2026-11-03T10:00:00.000Z',
    },
    { code: 'focal_points', label: 'Named focal points on both sides', state: 'lapsed', derived: true },
  ],
};

export const ARRANGEMENTS_REQUESTS: RequestExamples = {
  putSensitivity: { [JSON_TYPE]: one(sensitivity) },
  setLevel: { [JSON_TYPE]: one(planned) },
  putLevelSetting: { [JSON_TYPE]: one({ expectations }) },
  putDefaultSetting: { [JSON_TYPE]: one({ expectations }) },
  putProvision: {
    [JSON_TYPE]: one({
      from: '2026-11-04T06:00:00Z',
      note: 'On the premises of River Aid International',
    }),
  },
};

export const ARRANGEMENTS_RESPONSES: ResponseExamples = {
  listSensitivity: { 200: { [JSON_TYPE]: { items: [matrix] } } },
  putSensitivity: { 200: { [JSON_TYPE]: matrix } },
  setLevel: { 201: { [JSON_TYPE]: change } },
  listLevels: { 200: { [JSON_TYPE]: { items: [change, first], nextCursor: null } } },
  listLevelSettings: { 200: { [JSON_TYPE]: { items: [own] } } },
  listDefaultSettings: { 200: { [JSON_TYPE]: { items: [{ ...own, setBy: 'exchange' }] } } },
  putLevelSetting: { 200: { [JSON_TYPE]: own } },
  putDefaultSetting: { 200: { [JSON_TYPE]: { ...own, setBy: 'exchange' } } },
  getArrangementReadiness: { 200: { [JSON_TYPE]: readiness } },
  putProvision: { 200: { [JSON_TYPE]: readiness } },
};
