import {
  ALERT,
  JSON_TYPE,
  one,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const CHALLENGE = '019b2f00-0000-7000-8000-000000000009';
const organisation = { code: 'RIVERAID', name: 'River Aid International' };

const challenged = {
  reason: 'Our drivers use the bridge daily and may not be told why it is closed.',
  proposed: { tlp: 'GREEN', classification: 'UNCLASSIFIED' },
};
const answer = { decision: 'lowered', reason: 'The source has left the area; a lower text is out.' };
const open = {
  id: CHALLENGE,
  alert: ALERT,
  handling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
  ...challenged,
  challenger: organisation,
  at: '2026-11-02T10:00:00.000Z',
  answerBy: '2026-11-16T10:00:00.000Z',
  state: 'open',
};
const answered = { ...open, state: 'answered', answer: { ...answer, at: '2026-11-03T09:00:00.000Z' } };

export const HANDLING_REQUESTS: RequestExamples = {
  challengeAlert: { [JSON_TYPE]: one(challenged) },
  answerChallenge: { [JSON_TYPE]: one(answer) },
};

export const HANDLING_RESPONSES: ResponseExamples = {
  challengeAlert: { 201: { [JSON_TYPE]: open } },
  answerChallenge: { 200: { [JSON_TYPE]: answered } },
  listAlertChallenges: { 200: { [JSON_TYPE]: { items: [answered] } } },
  listChallenges: { 200: { [JSON_TYPE]: { items: [open], nextCursor: null } } },
  getHandlingStatistics: {
    200: {
      [JSON_TYPE]: {
        from: '2026-08-04T00:00:00.000Z',
        until: '2026-11-02T00:00:00.000Z',
        definition: 'Alerts of status actual that were first published within the time, each counted once.',
        items: [
          {
            originator: organisation,
            alerts: 12,
            byTlp: [
              { tlp: 'CLEAR', alerts: 0 },
              { tlp: 'GREEN', alerts: 9 },
              { tlp: 'AMBER', alerts: 3 },
              { tlp: 'AMBER+STRICT', alerts: 0 },
              { tlp: 'RED', alerts: 0 },
            ],
            byClassification: [
              { classification: 'UNCLASSIFIED', alerts: 9 },
              { classification: 'CONFIDENTIAL', alerts: 3 },
              { classification: 'STRICTLY_CONFIDENTIAL', alerts: 0 },
            ],
            byReason: [{ reason: 'Names a source', alerts: 3 }],
            shareClassified: 0.25,
            reviewsOverdue: 1,
            oldestReviewAt: '2026-10-01',
            lowerTextMissing: 1,
            challenges: { open: 1, overdue: 0, upheld: 1, lowered: 1, raised: 0, withdrawn: 0 },
            latency: {
              knownToPublishedMinutes: { of: 10, p50: 42, p90: 190 },
              publishedToFetchedHours: { of: 87, p50: 0, p90: 3 },
              publishedToAcknowledgedHours: { of: 31, p50: 2, p90: 20 },
            },
          },
        ],
        nextCursor: null,
      },
    },
  },
};
