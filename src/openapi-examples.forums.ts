import {
  ARRANGEMENT,
  JSON_TYPE,
  MADE,
  one,
  PARTNER,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const FORUM = '019b2f00-0000-7000-8000-000000000b01';
const MEETING = '019b2f00-0000-7000-8000-000000000b02';

const forum = {
  name: 'Security focal points of Ulana',
  purpose: 'What the week brought and what the next one may bring',
  timeZone: 'Africa/Khartoum',
  schedule: 'Every second Tuesday at 10:00',
};
const presentedForum = {
  id: FORUM,
  arrangementId: ARRANGEMENT,
  ...forum,
  closed: false,
  convenor: { code: 'RIVERAID', name: 'River Aid International' },
  createdAt: MADE,
  version: 1,
};

const call = {
  title: 'Security focal points, first meeting',
  startsAt: '2026-11-10T10:00:00+02:00',
  endsAt: '2026-11-10T11:30:00+02:00',
  place: 'River Aid International, meeting room',
  agenda: ['The bridge', 'Radio rooms', 'Any other business'],
  handling: { tlp: 'AMBER', classification: 'UNCLASSIFIED' },
  chathamHouse: true,
};
const minutes = {
  minutes: [{ text: 'The road to the bridge is passable before noon.' }],
  actions: [{ text: 'List the radio rooms and their hours', dueAt: '2026-11-17T10:00:00.000Z', done: false }],
};
const { startsAt: _, endsAt: __, ...said } = call;
const meeting = {
  id: MEETING,
  forumId: FORUM,
  ...said,
  startsAt: '2026-11-10T08:00:00.000Z',
  startsAtLocal: '2026-11-10T10:00',
  timeZone: 'Africa/Khartoum',
  endsAt: '2026-11-10T09:30:00.000Z',
  cancelled: false,
  version: 1,
};
const recorded = { ...meeting, ...minutes };

export const FORUMS_REQUESTS: RequestExamples = {
  openForum: { [JSON_TYPE]: one(forum) },
  changeForum: { [JSON_TYPE]: one({ schedule: 'Every Tuesday at 10:00' }) },
  handOverForum: { [JSON_TYPE]: one({ partnerId: PARTNER }) },
  callMeeting: { [JSON_TYPE]: one(call) },
  changeMeeting: { [JSON_TYPE]: one({ place: 'On the radio' }) },
  recordMinutes: { [JSON_TYPE]: one(minutes) },
};

export const FORUMS_RESPONSES: ResponseExamples = {
  openForum: { 201: { [JSON_TYPE]: presentedForum } },
  getForum: { 200: { [JSON_TYPE]: presentedForum } },
  changeForum: { 200: { [JSON_TYPE]: { ...presentedForum, schedule: 'Every Tuesday at 10:00' } } },
  listForums: { 200: { [JSON_TYPE]: { items: [presentedForum], nextCursor: null } } },
  callMeeting: { 201: { [JSON_TYPE]: { ...meeting, actions: [] } } },
  getMeeting: { 200: { [JSON_TYPE]: recorded } },
  listMeetings: { 200: { [JSON_TYPE]: { items: [recorded], nextCursor: null } } },
  changeMeeting: { 200: { [JSON_TYPE]: { ...recorded, place: 'On the radio' } } },
  recordMinutes: { 200: { [JSON_TYPE]: recorded } },
};
