import fc from 'fast-check';
import { type CapMessage, type CapNamedValue } from '../../src/alerts/cap/cap-message.js';
import { formatCapTime } from '../../src/alerts/cap/cap-time.js';
import * as values from '../../src/alerts/cap/cap-values.js';

const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const character = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('&', '<', '>', ']]>', '\r', '\r\n', '\t', '"', '&amp;', '\u200f', '\u00a0'),
  },
);
const any = fc.array(character, { maxLength: 12 }).map((parts) => parts.join('').replace(FORBIDDEN, ''));
const text = any.filter((value) => /[^ \t\r\n]/.test(value));
const word = fc.stringMatching(/^[A-Za-z0-9._:@/-]{1,20}$/);
const time = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
  .map(formatCapTime);
const later = fc
  .date({ min: new Date('2090-01-02'), max: new Date('2200-01-01'), noInvalidDate: true })
  .map(formatCapTime);
const many = <T>(arbitrary: fc.Arbitrary<T>, minLength = 0) =>
  fc.array(arbitrary, { minLength, maxLength: 3 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const namedValues: fc.Arbitrary<CapNamedValue[]> = many(fc.record({ valueName: any, value: any }));

const latitude = fc.double({ min: -90, max: 90, noNaN: true });
const longitude = fc.double({ min: -180, max: 180, noNaN: true });
const position = fc.tuple(latitude, longitude).map((pair) => pair.join(','));
const polygon = fc
  .tuple(fc.array(position, { minLength: 3, maxLength: 6 }), fc.constantFrom(' ', '\n  '))
  .map(([positions, space]) => [...positions, positions[0]].join(space));
const circle = fc
  .tuple(position, fc.double({ min: 0, max: 20_000, noNaN: true }))
  .map((parts) => parts.join(' '));

const area = fc
  .record({
    areaDesc: any,
    polygons: many(polygon),
    circles: many(circle),
    geocodes: namedValues,
    height: maybe(
      fc.tuple(fc.integer({ min: -500, max: 100 }), maybe(fc.integer({ min: 100, max: 60_000 }))),
    ),
  })
  .map(({ height, ...rest }) => ({
    ...rest,
    altitude: height?.[0].toFixed(1),
    ceiling: height?.[1]?.toString(),
  }));

const resource = fc.record({
  resourceDesc: any,
  mimeType: any,
  size: maybe(fc.nat().map(String)),
  uri: maybe(fc.webUrl()),
  derefUri: maybe(fc.base64String({ minLength: 4 })),
  digest: maybe(text),
});

const info = fc.record({
  language: maybe(fc.constantFrom('ar', 'en-US', 'ru', 'zh-Hant-TW', 'Zh-tw')),
  categories: many(fc.constantFrom(...values.CAP_CATEGORIES), 1),
  event: text,
  responseTypes: many(fc.constantFrom(...values.CAP_RESPONSE_TYPES)),
  urgency: fc.constantFrom(...values.CAP_URGENCIES),
  severity: fc.constantFrom(...values.CAP_SEVERITIES),
  certainty: fc.constantFrom(...values.CAP_CERTAINTIES),
  audience: maybe(text),
  eventCodes: namedValues,
  effective: maybe(time),
  onset: maybe(time),
  expires: maybe(later),
  senderName: maybe(text),
  headline: maybe(text),
  description: maybe(text),
  instruction: maybe(text),
  web: maybe(fc.webUrl({ withQueryParameters: true, withFragments: true })),
  contact: maybe(text),
  parameters: namedValues,
  resources: many(resource),
  areas: many(area),
});

const reference = fc.record({
  sender: word,
  identifier: word.map((value) => `earlier-${value}`),
  sent: fc.constant('1989-12-31T23:59:59+05:45'),
});

/** Any message that CAP 1.2 allows; its texts take in every character that XML allows. */
export const capMessage: fc.Arbitrary<CapMessage> = fc
  .record({
    identifier: word,
    sender: word,
    sent: time,
    status: fc.constantFrom(...values.CAP_STATUSES),
    msgType: fc.constantFrom(...values.CAP_MESSAGE_TYPES),
    source: maybe(text),
    scope: fc.constantFrom(...values.CAP_SCOPES),
    restriction: text,
    addresses: text,
    codes: many(text),
    note: maybe(text),
    references: many(reference, 1),
    incidents: maybe(text),
    infos: many(info),
    signed: fc.constant(false),
  })
  .map((message) => ({
    ...message,
    restriction: message.scope === 'Restricted' ? message.restriction : undefined,
    addresses: message.scope === 'Public' ? undefined : message.addresses,
    references: message.msgType === 'Alert' ? [] : message.references,
  }));
