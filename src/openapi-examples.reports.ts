import {
  ALERT,
  JSON_TYPE,
  one,
  PARTNER,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const REPORT = '019b2f00-0000-7000-8000-000000000021';
const OTHER_REPORT = '019b2f00-0000-7000-8000-000000000022';
const AT = '2026-11-02T09:00:00.000Z';

const said = {
  kind: 'incident',
  occurredAt: '2026-11-02T05:00:00.000Z',
  occurredPrecision: 'hour',
  place: {
    precision: 'district',
    country: 'SD',
    locationType: 'road',
    areas: [{ description: 'Northern district of Ulana', geocodes: [{ name: 'P-code', value: 'SD00000' }] }],
  },
  act: 'theft',
  actorType: 'criminal',
  means: ['shooting'],
  contexts: ['ambush'],
  victims: [{ kind: 'national_staff', killed: 0, wounded: 1, kidnapped: 0, detained: 0 }],
  impacts: ['assets'],
  deliveryEffects: ['suspension'],
  grading: { reliability: 'B', credibility: '2' },
  texts: [
    {
      language: 'en',
      headline: 'Vehicle taken at gunpoint on the road to the bridge',
      description: 'Four armed men stopped a vehicle and drove it away. One driver was hurt.',
    },
  ],
  attribution: 'protected',
};

const report = { ...said, tlp: 'GREEN', audience: { arrangements: ['ULN'] } };

const warnings = [
  { code: 'small_crowd', detail: 'Fewer than 5 partners could be meant among the members of ULN.' },
];

const head = {
  id: REPORT,
  version: 1,
  changedAt: AT,
  submittedAt: AT,
  state: 'submitted',
  overdue: false,
};
const handling = { tlp: 'GREEN', classification: 'UNCLASSIFIED' };
const source = { code: 'RIVERAID', name: 'River Aid International' };

const own = { ...head, ...said, handling, attachments: [], mine: true, source, outcomes: [], reveals: [] };
const onDesk = {
  ...head,
  ...said,
  handling,
  attachments: [],
  version: 2,
  state: 'in_triage',
  mine: false,
  outcomes: [],
  assignedTo: PARTNER,
  merged: [OTHER_REPORT],
};
const outcome = {
  outcome: 'alert',
  at: '2026-11-02T11:00:00.000Z',
  explanation: 'Together with two other reports it led to an alert for the road.',
  target: ALERT,
};
const concluded = { ...onDesk, version: 3, state: 'concluded', outcome: 'alert', outcomes: [outcome] };

const summary = {
  ...head,
  kind: said.kind,
  occurredAt: said.occurredAt,
  country: said.place.country,
  act: said.act,
  headline: said.texts[0]?.headline,
  handling,
  attribution: said.attribution,
  mine: false,
};

const message = {
  id: '019b2f00-0000-7000-8000-000000000023',
  from: 'desk',
  text: 'Is the road passable again?',
  sentAt: '2026-11-02T10:00:00.000Z',
};

export const REPORTS_REQUESTS: RequestExamples = {
  submitReport: {
    [JSON_TYPE]: {
      examples: {
        custodian: {
          summary: 'To the custodian alone',
          value: { ...report, tlp: 'AMBER', audience: {} },
        },
        members: {
          summary: 'To the members of an arrangement as well, who do not learn whose it is',
          value: report,
        },
      },
    },
  },
  previewReport: { [JSON_TYPE]: one(report) },
  updateReport: { [JSON_TYPE]: one({ ...report, attribution: 'named' }) },
  concludeReport: {
    [JSON_TYPE]: one({ outcome: 'alert', alertId: ALERT, explanation: outcome.explanation }),
  },
  revealSource: { [JSON_TYPE]: one({ reason: 'A convoy leaves within the hour and must be called back.' }) },
  writeReportMessage: { [JSON_TYPE]: one({ text: message.text }) },
};

export const REPORTS_RESPONSES: ResponseExamples = {
  submitReport: { 201: { [JSON_TYPE]: { ...own, warnings } } },
  previewReport: { 200: { [JSON_TYPE]: { warnings } } },
  listReports: { 200: { [JSON_TYPE]: { items: [summary], nextCursor: null } } },
  getReportLedger: {
    200: {
      [JSON_TYPE]: {
        items: [{ month: '2026-11', reportsGiven: 3, outcomesReceived: 2, alertsReceived: 14 }],
      },
    },
  },
  getReport: {
    200: {
      [JSON_TYPE]: {
        ...own,
        version: 4,
        state: 'concluded',
        outcome: 'alert',
        outcomes: [outcome],
        reveals: [
          {
            at: '2026-11-02T10:30:00.000Z',
            to: 'UN Department of Safety and Security',
            reason: 'A convoy leaves within the hour and must be called back.',
          },
        ],
      },
    },
  },
  updateReport: { 200: { [JSON_TYPE]: { ...own, version: 2, attribution: 'named', warnings: [] } } },
  assignReport: { 200: { [JSON_TYPE]: onDesk } },
  concludeReport: { 200: { [JSON_TYPE]: concluded } },
  revealSource: { 200: { [JSON_TYPE]: { id: PARTNER, ...source } } },
  listReportMessages: { 200: { [JSON_TYPE]: { items: [message], nextCursor: null } } },
  writeReportMessage: { 201: { [JSON_TYPE]: message } },
};
