import {
  ALERT,
  JSON_TYPE,
  MADE,
  one,
  type RequestExamples,
  type ResponseExamples,
} from './openapi-examples.story.js';

const UNTIL = '2026-12-31T18:00:00.000Z';
const request = {
  id: '019b2f00-0000-7000-8000-000000000017',
  alertId: ALERT,
  role: 'asker',
  state: 'open',
  partner: 'DELTARELIEF',
  asker: 'RIVERAID',
  until: UNTIL,
  reason: 'Their convoys use the road past the market every morning.',
  askedAt: MADE,
};
const granted = {
  ...request,
  role: 'originator',
  state: 'granted',
  answer: {
    at: '2026-11-02T08:20:00.000Z',
    until: '2026-11-09T18:00:00.000Z',
    conditions: 'For the focal point and drivers; not to be forwarded.',
  },
};

export const ONWARD_REQUESTS: RequestExamples = {
  askForRelease: {
    [JSON_TYPE]: one({ partner: request.partner, until: UNTIL, reason: request.reason }),
  },
  answerReleaseRequest: {
    [JSON_TYPE]: {
      examples: {
        conditions: {
          summary: 'Release it, on conditions and for a shorter time',
          value: {
            decision: 'granted_with_conditions',
            until: granted.answer.until,
            conditions: granted.answer.conditions,
          },
        },
        denied: {
          summary: 'Refuse to',
          value: { decision: 'denied', reason: 'The text would tell who our source is.' },
        },
      },
    },
  },
};

export const ONWARD_RESPONSES: ResponseExamples = {
  askForRelease: { 201: { [JSON_TYPE]: request } },
  listReleaseRequests: { 200: { [JSON_TYPE]: { items: [request], nextCursor: null } } },
  answerReleaseRequest: { 200: { [JSON_TYPE]: granted } },
  endRelease: { 200: { [JSON_TYPE]: { ...granted, state: 'ended' } } },
  listReviews: {
    200: {
      [JSON_TYPE]: {
        items: [
          {
            alertId: ALERT,
            identifier: 'urn:uuid:019b2f00-0000-7000-8000-00000000000a',
            event: 'Armed clashes',
            handling: { tlp: 'AMBER', classification: 'CONFIDENTIAL' },
            reviewAt: '2026-11-30',
            isDue: false,
          },
        ],
        nextCursor: null,
      },
    },
  },
};
