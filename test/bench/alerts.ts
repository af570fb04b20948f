import { type AlertContent } from '../../src/alerts/alert-content.js';
import { renditionFromJson } from '../../src/alerts/alert-from-json.js';
import { type UpdateAlertDto } from '../../src/alerts/alerts.dto.js';

const DESCRIPTION =
  'Shots were heard in the quarter around the market from early morning. Shops are closed, and two of the four roads into the town are blocked. The situation was calm again by noon, and nobody of the humanitarian community was hurt.';

/** A request of the size that advisories usually have. */
export function alertBody(arrangement: string): UpdateAlertDto {
  return {
    kind: 'advisory',
    status: 'actual',
    event: 'Armed clashes',
    categories: ['security'],
    urgency: 'immediate',
    severity: 'severe',
    certainty: 'observed',
    responses: ['avoid'],
    onsetAt: '2026-01-01T06:00:00Z',
    expiresAt: '2099-01-02T06:00:00Z',
    grading: { reliability: 'B', credibility: '2' },
    attribution: 'named',
    renditions: [
      {
        tlp: 'GREEN',
        classification: 'UNCLASSIFIED',
        audience: { arrangements: [arrangement], kinds: [], partners: [], except: [] },
        texts: [
          {
            language: 'en',
            headline: 'Armed clashes near the market of the town',
            description: DESCRIPTION,
            instruction: 'Avoid the quarter around the market until further notice.',
          },
        ],
        areas: [
          {
            description: 'Town, quarter around the market',
            polygon: [
              [15.5, 32.4],
              [15.7, 32.4],
              [15.7, 32.7],
              [15.5, 32.4],
            ],
          },
        ],
      },
    ],
  };
}

export function templateContent(): AlertContent {
  const body = alertBody('AR001');
  const [rendition] = body.renditions;
  if (rendition === undefined) throw new Error('an alert has a rendition');
  const message = {
    identifier: 'urn:uuid:template',
    sender: 'undss@127.0.0.1',
    sent: '2026-01-01T06:00:00-00:00',
    messageType: 'alert' as const,
    references: [],
  };
  const originator = { code: 'UNDSS', name: 'United Nations Department of Safety and Security' };
  return renditionFromJson(body, rendition, { tlp: 1, classification: 0 }, originator, message, 'published')
    .content;
}
