import { classificationLabel, tlpLabel } from '../access/handling.js';
import { type AlertArea, type AlertContent, type AlertRenditionDraft } from './alert-content.js';
import { countriesOf } from './alert-index.js';
import { type Originator } from './alert-from-json.js';
import {
  ALERT_STATUSES,
  type AlertKind,
  CATEGORIES,
  CERTAINTIES,
  fromCapWord,
  INCIDENT_TYPE,
  INCIDENT_TYPE_NAME,
  RESPONSES,
  SEVERITIES,
  type Severity,
  severityRank,
  URGENCIES,
} from './alert.values.js';
import { parseCircle, parsePolygon } from './cap/cap-geometry.js';
import { type CapArea, type CapInfo, type CapMessage } from './cap/cap-message.js';
import { parseCapTime } from './cap/cap-time.js';
import { canonicalLanguage } from '../core/language.js';

const MESSAGE_TYPES = {
  Alert: 'alert',
  Update: 'update',
  Cancel: 'cancel',
  Ack: undefined,
  Error: undefined,
} as const;

/** CAP 1.2 §3.2.2: an info without a language is in this one. */
const DEFAULT_LANGUAGE = 'en-US';

/** Ack and Error are answers to alerts, not alerts. */
export const alertTypeOf = (cap: CapMessage): AlertContent['messageType'] | undefined =>
  MESSAGE_TYPES[cap.msgType];

/**
 * An alert made from a CAP message. The message itself is kept beside it, so nothing is lost where JSON says less:
 * severity and times are those of the gravest info, categories and areas those of all.
 * @param cap of type Alert, Update or Cancel
 */
export function renditionFromCap(
  cap: CapMessage,
  kind: AlertKind,
  ranks: { tlp: number; classification: number },
  originator: Originator,
  now: Date,
): AlertRenditionDraft {
  const gravest = cap.infos.toSorted((a, b) => severityRank(severityOf(b)) - severityRank(severityOf(a)))[0];
  const expiries = cap.infos.flatMap((info) => (info.expires ? [parseCapTime(info.expires)] : []));
  const expiresAt = expiries.length < cap.infos.length ? undefined : latest(expiries);
  const messageType = alertTypeOf(cap) ?? 'alert';
  const content: AlertContent = {
    messageType,
    identifier: cap.identifier,
    sender: cap.sender,
    sent: cap.sent,
    references: cap.references,
    kind,
    status: fromCapWord(ALERT_STATUSES, cap.status) ?? 'test',
    state:
      messageType === 'cancel'
        ? 'cancelled'
        : expiresAt !== undefined && expiresAt <= now
          ? 'expired'
          : 'published',
    event: gravest?.event ?? cap.note ?? cap.msgType,
    categories: unique(
      cap.infos.flatMap((info) => info.categories.flatMap((one) => fromCapWord(CATEGORIES, one) ?? [])),
    ),
    incidentTypes: unique(
      cap.infos.flatMap((info) =>
        info.eventCodes.flatMap(({ valueName, value }) =>
          valueName === INCIDENT_TYPE_NAME && INCIDENT_TYPE.test(value) ? [value] : [],
        ),
      ),
    ),
    urgency: fromCapWord(URGENCIES, gravest?.urgency ?? '') ?? 'unknown',
    severity: gravest ? severityOf(gravest) : 'unknown',
    certainty: fromCapWord(CERTAINTIES, gravest?.certainty ?? '') ?? 'unknown',
    responses: unique(
      cap.infos.flatMap((info) => info.responseTypes.flatMap((one) => fromCapWord(RESPONSES, one) ?? [])),
    ),
    effectiveAt: utc(gravest?.effective),
    onsetAt: utc(gravest?.onset),
    expiresAt: expiresAt?.toISOString(),
    attribution: 'named',
    originator,
    note: cap.note,
    handling: { tlp: tlpLabel(ranks.tlp), classification: classificationLabel(ranks.classification) },
    texts: cap.infos.map(({ language, event, headline, description, instruction }) => ({
      language: canonicalLanguage(language ?? DEFAULT_LANGUAGE) ?? 'und',
      headline: headline ?? event,
      description,
      instruction,
    })),
    areas: unique(
      cap.infos.flatMap((info) => info.areas.map((area) => JSON.stringify(areaFromCap(area)))),
    ).map((area) => JSON.parse(area) as AlertArea),
  };
  return { content, cap };
}

function areaFromCap(area: CapArea): AlertArea {
  const geocodes = area.geocodes.map(({ valueName, value }) => ({ name: valueName, value }));
  return {
    description: area.areaDesc,
    polygons: area.polygons.map(parsePolygon),
    circles: area.circles.map(parseCircle),
    geocodes,
    countries: [...new Set(countriesOf(geocodes))],
  };
}

const severityOf = (info: CapInfo): Severity => fromCapWord(SEVERITIES, info.severity) ?? 'unknown';

const utc = (time: string | undefined): string | undefined => time && parseCapTime(time).toISOString();

const unique = <Value>(values: Value[]): Value[] => [...new Set(values)];

const latest = (times: Date[]): Date | undefined =>
  times.length === 0 ? undefined : new Date(Math.max(...times.map((time) => time.getTime())));
