import { ALERT, JSON_TYPE, PARTNER, type ResponseExamples } from './openapi-examples.story.js';

export const AUDIT_RESPONSES: ResponseExamples = {
  listAudit: {
    200: {
      [JSON_TYPE]: {
        items: [
          {
            id: '019b2f00-0000-7000-8000-000000000007',
            at: '2026-11-02T09:00:00.000Z',
            action: 'alert.published',
            object: { type: 'alert', id: ALERT },
            partner: PARTNER,
            client: 'c-019b2f0000007000',
            details: {},
          },
        ],
        nextCursor: null,
      },
    },
  },
};
