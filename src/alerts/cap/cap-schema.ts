import { CAP_NAMESPACE } from './cap-message.js';
import {
  CAP_CATEGORIES,
  CAP_CERTAINTIES,
  CAP_MESSAGE_TYPES,
  CAP_RESPONSE_TYPES,
  CAP_SCOPES,
  CAP_SEVERITIES,
  CAP_STATUSES,
  CAP_URGENCIES,
} from './cap-values.js';

const OPTIONAL = 'minOccurs="0"';
const MANY = 'minOccurs="0" maxOccurs="unbounded"';
const ONE_OR_MORE = 'maxOccurs="unbounded"';

const text = (name: string, occurs = '') => simple(name, 'xs:string', occurs);

function simple(name: string, type: string, occurs = ''): string {
  return `<xs:element name="${name}" type="${type}" ${occurs}/>`;
}

// Types stay anonymous: a named one could be asked for by xsi:type where the standard offers none.
function restricted(name: string, base: string, facets: string, occurs = ''): string {
  return `<xs:element name="${name}" ${occurs}><xs:simpleType><xs:restriction base="${base}">${facets}</xs:restriction></xs:simpleType></xs:element>`;
}

function oneOf(name: string, values: readonly string[], occurs = ''): string {
  return restricted(
    name,
    'xs:string',
    values.map((value) => `<xs:enumeration value="${value}"/>`).join(''),
    occurs,
  );
}

// The type checks the calendar, the pattern takes away `Z`, fractions and years of five digits.
function time(name: string, occurs = ''): string {
  return restricted(
    name,
    'xs:dateTime',
    '<xs:pattern value="[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}[\\-+][0-9]{2}:[0-9]{2}"/>',
    occurs,
  );
}

function group(name: string, members: string[], occurs = ''): string {
  return `<xs:element name="${name}" ${occurs}><xs:complexType><xs:sequence>${members.join('')}</xs:sequence></xs:complexType></xs:element>`;
}

const namedValue = (name: string) => group(name, [text('valueName'), text('value')], MANY);

const resource = group(
  'resource',
  [
    text('resourceDesc'),
    text('mimeType'),
    simple('size', 'xs:integer', OPTIONAL),
    simple('uri', 'xs:anyURI', OPTIONAL),
    text('derefUri', OPTIONAL),
    text('digest', OPTIONAL),
  ],
  MANY,
);

const area = group(
  'area',
  [
    text('areaDesc'),
    text('polygon', MANY),
    text('circle', MANY),
    namedValue('geocode'),
    simple('altitude', 'xs:decimal', OPTIONAL),
    simple('ceiling', 'xs:decimal', OPTIONAL),
  ],
  MANY,
);

const info = group(
  'info',
  [
    // The default is what makes an empty language element valid.
    simple('language', 'xs:language', `${OPTIONAL} default="en-US"`),
    oneOf('category', CAP_CATEGORIES, ONE_OR_MORE),
    text('event'),
    oneOf('responseType', CAP_RESPONSE_TYPES, MANY),
    oneOf('urgency', CAP_URGENCIES),
    oneOf('severity', CAP_SEVERITIES),
    oneOf('certainty', CAP_CERTAINTIES),
    text('audience', OPTIONAL),
    namedValue('eventCode'),
    ...['effective', 'onset', 'expires'].map((name) => time(name, OPTIONAL)),
    ...['senderName', 'headline', 'description', 'instruction'].map((name) => text(name, OPTIONAL)),
    simple('web', 'xs:anyURI', OPTIONAL),
    text('contact', OPTIONAL),
    namedValue('parameter'),
    resource,
    area,
  ],
  MANY,
);

const alert = group('alert', [
  text('identifier'),
  text('sender'),
  time('sent'),
  oneOf('status', CAP_STATUSES),
  oneOf('msgType', CAP_MESSAGE_TYPES),
  text('source', OPTIONAL),
  oneOf('scope', CAP_SCOPES),
  text('restriction', OPTIONAL),
  text('addresses', OPTIONAL),
  text('code', MANY),
  ...['note', 'references', 'incidents'].map((name) => text(name, OPTIONAL)),
  info,
  `<xs:any namespace="http://www.w3.org/2000/09/xmldsig#" processContents="lax" ${MANY}/>`,
]);

/** The structure of CAP 1.2 section 3.2 as an XML schema of our own. */
export const CAP_SCHEMA = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="${CAP_NAMESPACE}" elementFormDefault="qualified">${alert}</xs:schema>`;
