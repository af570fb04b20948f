import { ALERT, JSON_TYPE, type ResponseExamples } from './openapi-examples.story.js';

const change = {
  position: 1,
  change: 'published',
  alarm: true,
  at: '2026-11-02T09:00:00.000Z',
  object: { type: 'alert', id: ALERT, version: 1 },
};
const CURSOR = 'sQfWn0aZ8l1H2hC3b5Kd7VtYxP4rG6mJ9uEoNiLqTsw';

export const CHANGES_RESPONSES: ResponseExamples = {
  listChanges: { 200: { [JSON_TYPE]: { items: [change], nextCursor: CURSOR, snapshot: false } } },
  streamChanges: {
    200: {
      'text/event-stream':
        'retry: 2380\n\n' + `id: ${CURSOR}\nevent: published\ndata: ${JSON.stringify(change)}\n\n` + ': \n\n',
    },
  },
};
