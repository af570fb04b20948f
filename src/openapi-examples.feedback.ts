import { JSON_TYPE, one, type RequestExamples, type ResponseExamples } from './openapi-examples.story.js';

const corroboration = {
  confirmed: 3,
  disputed: 1,
  noLongerValid: 0,
  helpful: 2,
  actedOn: 1,
  moreInformation: 0,
};
const confirmed = {
  kind: 'confirm',
  note: 'Our drivers heard the shots from the bridge.',
  anonymous: true,
};
const HOUR = '2026-11-02T10:00:00.000Z';

export const FEEDBACK_REQUESTS: RequestExamples = {
  giveFeedback: {
    [JSON_TYPE]: {
      examples: {
        confirm: { summary: 'Confirm it, without a name', value: confirmed },
        actedOn: { summary: 'Say what you did', value: { kind: 'acted_on', anonymous: false } },
      },
    },
  },
  verifyAlert: {
    [JSON_TYPE]: one({
      status: 'partly_verified',
      grading: { reliability: 'B', credibility: '3' },
      note: 'Two of three callers confirm the clashes.',
    }),
  },
};

export const FEEDBACK_RESPONSES: ResponseExamples = {
  giveFeedback: { 200: { [JSON_TYPE]: { corroboration, mine: [{ ...confirmed, at: HOUR }] } } },
  getFeedback: {
    200: {
      [JSON_TYPE]: {
        corroboration,
        mine: [],
        received: [
          {
            kind: 'acted_on',
            note: 'We moved our staff out of the market.',
            organisation: { code: 'RIVERAID', name: 'River Aid International' },
            at: HOUR,
          },
          { kind: 'confirm', note: confirmed.note },
        ],
      },
    },
  },
};
