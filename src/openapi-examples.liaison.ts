import {
  JSON_TYPE,
  MADE,
  one,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const CONTACT = '019b2f00-0000-7000-8000-000000000c01';
const MEETING = '019b2f00-0000-7000-8000-000000000c02';
const UNDERTAKING = '019b2f00-0000-7000-8000-000000000c03';

const contact = {
  authority: 'police',
  office: 'Liaison desk of the river police of Ulana',
  phone: '+000 555 0100',
  note: 'Day and night; ask for the officer on duty.',
};
const meeting = {
  heldAt: '2026-11-05T09:00:00.000Z',
  offices: ['Liaison desk of the river police of Ulana'],
  subject: 'Convoys over the bridge',
  summary: 'Convoys are to be announced a day ahead.',
};
const undertaking = {
  side: 'host',
  text: 'Open the bridge to announced convoys from six in the morning.',
  dueAt: '2026-11-20T00:00:00.000Z',
};
const followUp = { note: 'Two convoys have passed without delay.', state: 'kept' };

const presentedContact = { id: CONTACT, ...contact, version: 1, createdAt: MADE };
const presentedMeeting = { id: MEETING, ...meeting, createdAt: '2026-11-05T12:00:00.000Z' };
const presentedUndertaking = {
  id: UNDERTAKING,
  ...undertaking,
  state: 'open',
  overdue: false,
  meetingId: MEETING,
  createdAt: '2026-11-05T12:05:00.000Z',
  followUps: [],
};
const kept = {
  ...presentedUndertaking,
  state: 'kept',
  followUps: [{ ...followUp, at: '2026-11-12T08:00:00.000Z' }],
};

export const LIAISON_REQUESTS: RequestExamples = {
  addLiaisonContact: { [JSON_TYPE]: one(contact) },
  replaceLiaisonContact: { [JSON_TYPE]: one({ ...contact, phone: '+000 555 0101' }) },
  recordLiaisonMeeting: { [JSON_TYPE]: one(meeting) },
  recordUndertaking: { [JSON_TYPE]: one(undertaking) },
  followUpUndertaking: { [JSON_TYPE]: one(followUp) },
};

export const LIAISON_RESPONSES: ResponseExamples = {
  listLiaisonContacts: { 200: { [JSON_TYPE]: { items: [presentedContact], nextCursor: null } } },
  addLiaisonContact: { 201: { [JSON_TYPE]: presentedContact } },
  replaceLiaisonContact: {
    200: { [JSON_TYPE]: { ...presentedContact, version: 2, phone: '+000 555 0101' } },
  },
  listLiaisonMeetings: { 200: { [JSON_TYPE]: { items: [presentedMeeting], nextCursor: null } } },
  recordLiaisonMeeting: { 201: { [JSON_TYPE]: presentedMeeting } },
  listUndertakings: { 200: { [JSON_TYPE]: { items: [kept], nextCursor: null } } },
  recordUndertaking: { 201: { [JSON_TYPE]: presentedUndertaking } },
  followUpUndertaking: { 201: { [JSON_TYPE]: kept } },
};
