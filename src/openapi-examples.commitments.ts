import {
  ARRANGEMENT,
  JSON_TYPE,
  MADE,
  one,
  PARTNER,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const TEXT = '019b2f00-0000-7000-8000-000000000d01';
const ACCEPTANCE = '019b2f00-0000-7000-8000-000000000d02';
const ASSESSMENT = '019b2f00-0000-7000-8000-000000000d03';
const COMMENT = '019b2f00-0000-7000-8000-000000000d04';

const commitments = [
  [
    'arrangements',
    'Security cooperation arrangements',
    'We take part where we work, and name who speaks for us.',
  ],
  ['information', 'Security information', 'We share what others need to know for their safety, in time.'],
  ['training', 'Security training', 'We open places in our security training to others.'],
  [
    'operations',
    'Operations and logistics',
    'Where it is feasible, we cooperate on movements and communications.',
  ],
  ['resources', 'Resources', 'We say together what security cooperation needs.'],
  ['ground_rules', 'Common ground rules', 'We consult each other, and keep what we agreed to.'],
].map(([code, title, text]) => ({ code, title, text }));

const text = {
  title: 'Saving Lives Together: principles and commitments',
  principles: ['Taking part is voluntary.', 'Each organisation answers for its own people.'],
  commitments,
  validityDays: 365,
  graceDays: 30,
};
const published = {
  id: TEXT,
  version: 2,
  ...text,
  inForce: true,
  effectiveAt: '2026-11-02T00:00:00.000Z',
  acceptBy: '2027-03-01T00:00:00.000Z',
  publishedAt: '2026-10-01T08:00:00.000Z',
};
const signature = {
  officerName: 'Ada Writer',
  officerTitle: 'Secretary General',
  reminderAddress: 'office@riveraid.example',
  reminderLanguage: 'en',
};
const signed = {
  id: ACCEPTANCE,
  textId: TEXT,
  version: 2,
  ...signature,
  signedAt: MADE,
  acceptedAt: MADE,
  validUntil: '2027-11-02T08:00:00.000Z',
  lapsesAt: '2027-12-02T08:00:00.000Z',
};
const status = {
  state: 'renewal_due',
  readOnly: false,
  acceptedVersion: 2,
  versionInForce: 2,
  renewBy: signed.validUntil,
  readOnlyFrom: signed.lapsesAt,
  reminders: [
    { dueAt: signed.validUntil, stage: 'in_30_days', at: '2027-10-03T08:00:02.000Z', mailed: true },
  ],
};
const assessment = {
  country: 'SD',
  commitment: 'training',
  rating: 'partly_met',
  text: 'Two of our courses were open to others; the third had no room.',
  evidence: [{ title: 'Plan of courses', url: 'https://riveraid.example/courses' }],
  shared: true,
};
const assessed = {
  id: ASSESSMENT,
  partnerId: PARTNER,
  ...assessment,
  version: 1,
  current: true,
  assessedAt: MADE,
  recordedAt: MADE,
};
const comment = {
  id: COMMENT,
  partner: 'LAKESHORE',
  text: 'Six of ours took part, and were glad of it.',
  at: '2026-11-05T10:00:00.000Z',
};
const answered = {
  ...comment,
  answer: 'There will be room for ten in spring.',
  answeredAt: '2026-11-06T09:00:00.000Z',
};
const scorecard = {
  arrangementId: ARRANGEMENT,
  at: '2026-11-10T08:00:00.000Z',
  members: [
    { partner: 'LAKESHORE', name: 'Lakeshore Relief', state: 'accepted' },
    { partner: 'RIVERAID', name: 'River Aid', state: 'renewal_due' },
  ],
  commitments: commitments.map(({ code }) => ({
    commitment: code,
    counts: ['not_met', 'partly_met', 'met', 'exceeded', null].map((rating) => ({ rating, members: null })),
  })),
  definition: {
    counted:
      'Members of the arrangement by what they say of themselves and share with the others; of several countries the lowest.',
    suppression:
      'Counts from 1 to 2 are not shown (null), and neither are as many others as would give them away.',
    suppressedBelow: 3,
  },
};
const report = {
  year: 2026,
  items: [
    {
      partner: 'RIVERAID',
      name: 'River Aid',
      kind: 'ingo',
      state: 'accepted',
      acceptances: [{ version: 2, acceptedAt: MADE, validUntil: signed.validUntil }],
      lapses: [{ at: '2026-10-30T00:00:00.000Z', until: MADE }],
      assessments: [
        { country: 'SD', commitment: 'training', rating: 'partly_met', assessments: 1, assessedAt: MADE },
      ],
    },
  ],
  nextCursor: null,
};
const TABLE = [
  'Year,Partner,Name,Kind,State,What,Version,From,Until,Country,Commitment,Rating,Assessments',
  `2026,RIVERAID,River Aid,ingo,accepted,acceptance,2,${MADE},${signed.validUntil},,,,`,
  '',
].join('\r\n');

export const COMMITMENTS_REQUESTS: RequestExamples = {
  publishCommitmentText: {
    [JSON_TYPE]: one({ ...text, effectiveAt: '2090-11-02T00:00:00Z', acceptBy: '2091-03-01T00:00:00Z' }),
  },
  setCommitmentDeadline: { [JSON_TYPE]: one({ acceptBy: '2091-04-01T00:00:00Z' }) },
  acceptCommitments: {
    [JSON_TYPE]: one({ textId: TEXT, accepted: commitments.map(({ code }) => code), ...signature }),
  },
  assessCommitment: { [JSON_TYPE]: one(assessment) },
  commentOnAssessment: { [JSON_TYPE]: one({ text: comment.text }) },
  answerComment: { [JSON_TYPE]: one({ answer: answered.answer }) },
};

export const COMMITMENTS_RESPONSES: ResponseExamples = {
  listCommitmentTexts: { 200: { [JSON_TYPE]: { items: [published] } } },
  getCommitmentText: { 200: { [JSON_TYPE]: published } },
  publishCommitmentText: { 201: { [JSON_TYPE]: { ...published, inForce: false } } },
  setCommitmentDeadline: { 200: { [JSON_TYPE]: { ...published, acceptBy: '2091-04-01T00:00:00.000Z' } } },
  acceptCommitments: { 201: { [JSON_TYPE]: signed } },
  listAcceptances: { 200: { [JSON_TYPE]: { items: [signed], nextCursor: null } } },
  getCommitmentStatus: { 200: { [JSON_TYPE]: status } },
  assessCommitment: { 201: { [JSON_TYPE]: assessed } },
  listAssessments: { 200: { [JSON_TYPE]: { items: [assessed], nextCursor: null } } },
  getAssessment: { 200: { [JSON_TYPE]: { ...assessed, comments: [answered] } } },
  listAssessmentComments: { 200: { [JSON_TYPE]: { items: [answered], nextCursor: null } } },
  commentOnAssessment: { 201: { [JSON_TYPE]: comment } },
  answerComment: { 200: { [JSON_TYPE]: answered } },
  getScorecard: { 200: { [JSON_TYPE]: scorecard } },
  getCommitmentReport: { 200: { [JSON_TYPE]: report, 'text/csv': TABLE } },
};
