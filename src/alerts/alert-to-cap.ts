import { type AlertArea, type AlertContent, type AlertText } from './alert-content.js';
import { INCIDENT_TYPE_NAME, NOTICE, toCapWord } from './alert.values.js';
import { countriesOf } from './alert-index.js';
import {
  type CapArea,
  type CapInfo,
  type CapMessage,
  type CapNamedValue,
  type CapResource,
} from './cap/cap-message.js';
import { type Position } from './cap/cap-geometry.js';
import { formatCapTime, parseCapTime } from './cap/cap-time.js';

/** A rendition as a CAP 1.2 message; one that came as CAP goes out as it came, marked with its handling here. */
export function toCap(
  content: AlertContent,
  original: CapMessage | null,
  resources: CapResource[] = [],
): CapMessage {
  if (original !== null) return { ...original, codes: marked(original.codes, content) };
  const open = content.handling.tlp === 'CLEAR';
  return {
    identifier: content.identifier,
    sender: content.sender,
    sent: content.sent,
    status: toCapWord(content.status) as CapMessage['status'],
    msgType: toCapWord(content.messageType) as CapMessage['msgType'],
    scope: open ? 'Public' : 'Restricted',
    restriction: open ? undefined : `TLP:${content.handling.tlp}`,
    codes: marked([], content),
    note: content.note,
    references: content.references,
    infos: content.texts.map((text) => infoOf(content, text, resources)),
    signed: false,
  };
}

/** Messages travel on without their headers, and not every one has an info to carry parameters. */
const marked = (codes: string[], { handling }: AlertContent): string[] => [
  ...new Set([...codes, `TLP:${handling.tlp}`, handling.classification]),
];

/** The same message with another fate: what an update or a cancellation of a CAP message becomes. */
export function reissueCap(original: CapMessage, content: AlertContent): CapMessage {
  return {
    ...original,
    identifier: content.identifier,
    sent: content.sent,
    msgType: toCapWord(content.messageType) as CapMessage['msgType'],
    note: content.note,
    references: content.references,
    infos: original.infos.map((info) => ({
      ...info,
      expires: laterThan(content.sent, info.expires),
      parameters: verified(info.parameters, content),
    })),
    signed: false,
  };
}

/** In the place of what it said before about how far it is verified. */
function verified(parameters: CapNamedValue[], { grading, verification }: AlertContent): CapNamedValue[] {
  const status = verification?.at(-1)?.status;
  if (status === undefined) return parameters;
  const values = {
    'SLT-Verification': status,
    AdmiraltySource: grading?.reliability,
    AdmiraltyCredibility: grading?.credibility,
  };
  return [
    ...parameters.filter(({ valueName }) => !(valueName in values)),
    ...Object.entries(values).flatMap(([valueName, value]) => (value ? [{ valueName, value }] : [])),
  ];
}

/** What is cancelled after it expired is said without that time: no message expires before it was sent. */
const laterThan = (sent: string, expires: string | undefined): string | undefined =>
  expires !== undefined && parseCapTime(expires) < parseCapTime(sent) ? undefined : expires;

function infoOf(content: AlertContent, text: AlertText, resources: CapResource[]): CapInfo {
  return {
    language: text.language,
    categories: content.categories.map(toCapWord),
    event: content.event,
    responseTypes: content.responses.map(toCapWord),
    urgency: toCapWord(content.urgency),
    severity: toCapWord(content.severity),
    certainty: toCapWord(content.certainty),
    eventCodes: (content.incidentTypes ?? []).map((value) => ({ valueName: INCIDENT_TYPE_NAME, value })),
    effective: time(content.effectiveAt),
    onset: time(content.onsetAt),
    expires: laterThan(content.sent, time(content.expiresAt)),
    senderName: content.originator?.name,
    headline: text.headline,
    description: text.description,
    instruction: text.instruction,
    parameters: parametersOf(content),
    resources,
    areas: content.areas.map(areaOf),
  };
}

/** What CAP has no element for. Handling is repeated here because messages travel on without their headers. */
function parametersOf({ handling, kind, grading, verification }: AlertContent): CapNamedValue[] {
  const values: Record<string, string | undefined> = {
    TLP: handling.tlp,
    Classification: handling.classification,
    'SLT-Kind': kind,
    AdmiraltySource: grading?.reliability,
    AdmiraltyCredibility: grading?.credibility,
    'SLT-Verification': verification?.at(-1)?.status,
    'SLT-Notice': NOTICE,
  };
  return Object.entries(values).flatMap(([valueName, value]) =>
    value === undefined ? [] : [{ valueName, value }],
  );
}

function areaOf(area: AlertArea): CapArea {
  const said = countriesOf(area.geocodes);
  const countries = (area.countries ?? []).filter((one) => !said.includes(one));
  return {
    areaDesc: area.description,
    polygons: area.polygons.map((ring) => ring.map(formatPosition).join(' ')),
    circles: area.circles.map(
      ({ center, radiusKm }) => `${formatPosition(center)} ${formatDecimal(radiusKm)}`,
    ),
    geocodes: [
      ...area.geocodes.map(({ name, value }) => ({ valueName: name, value })),
      ...countries.map((value) => ({ valueName: 'ISO3166-1', value })),
    ],
  };
}

const formatPosition = (position: Position): string => position.map(formatDecimal).join(',');

/** Without an exponent, which consumers of CAP do not expect. */
const formatDecimal = (value: number): string =>
  /e/.test(String(value)) ? value.toFixed(15).replace(/\.?0+$/, '') : String(value);

const time = (timestamp: string | undefined): string | undefined =>
  timestamp === undefined ? undefined : formatCapTime(new Date(timestamp));
