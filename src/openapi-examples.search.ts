import { JSON_TYPE, type ResponseExamples } from './openapi-examples.story.js';

export const SEARCH_RESPONSES: ResponseExamples = {
  countAlertFacets: {
    200: {
      [JSON_TYPE]: {
        count: 14,
        facets: [
          {
            facet: 'severity',
            values: [
              { value: 'severe', count: 9 },
              { value: 'moderate', count: 5 },
            ],
          },
          { facet: 'country', values: [{ value: 'SD', count: 14 }] },
        ],
      },
    },
  },
  countAlertTrends: {
    200: {
      [JSON_TYPE]: {
        by: 'country',
        interval: 'month',
        definition: {
          counted:
            'Alerts that you may read and that match the filters asked for, each once, as its latest version says. Others may read more or fewer: these are no numbers of all incidents.',
          time: 'The month (UTC) of the onset; else of taking effect, else of sending.',
          dimension:
            'Country (ISO 3166-1) of an area of the alert. An alert of several is counted once for each of them, in totals too.',
          excluded:
            'Drafts, cancelled and withdrawn alerts, versions that a later one replaced, and drills unless `status` asks for them.',
          suppression:
            'Counts from 1 to 2 are not shown (null), and neither are as many others as would give them away in a total.',
          suppressedBelow: 3,
          firstAt: '2026-09-03T06:00:00.000Z',
          countedAt: '2026-11-02T09:00:00.000Z',
        },
        cells: [
          { value: 'SD', period: '2026-09', count: 9 },
          { value: 'SD', period: '2026-10', count: null },
          { value: 'SS', period: '2026-10', count: null },
        ],
        byValue: [
          { value: 'SD', count: null },
          { value: 'SS', count: null },
        ],
        byPeriod: [
          { period: '2026-09', count: 9 },
          { period: '2026-10', count: 6 },
        ],
        total: 15,
      },
    },
  },
};
