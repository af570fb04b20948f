import { isBlank } from './cap-element.js';
import {
  CAP_NAMESPACE,
  type CapArea,
  type CapInfo,
  type CapMessage,
  type CapNamedValue,
  type CapResource,
} from './cap-message.js';
import { formatReferences } from './cap-references.js';

/** One element an entry, so that indenting never reaches into a text. */
type Lines = string[];

/** UTF-8 XML in the order of CAP 1.2 section 3.2; characters that XML 1.0 forbids and empty elements are left out. */
export function writeCap(message: CapMessage): string {
  const alert = group('alert', [
    required('identifier', message.identifier),
    required('sender', message.sender),
    required('sent', message.sent),
    required('status', message.status),
    required('msgType', message.msgType),
    optional('source', message.source),
    required('scope', message.scope),
    optional('restriction', message.restriction),
    optional('addresses', message.addresses),
    ...message.codes.map((code) => optional('code', code)),
    optional('note', message.note),
    optional('references', formatReferences(message.references)),
    optional('incidents', message.incidents),
    ...message.infos.map(writeInfo),
  ]);
  const root = `<alert xmlns="${CAP_NAMESPACE}">`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', root, ...alert.slice(1), ''].join('\n');
}

function writeInfo(info: CapInfo): Lines {
  return group('info', [
    optional('language', info.language),
    ...info.categories.map((category) => required('category', category)),
    required('event', info.event),
    ...info.responseTypes.map((responseType) => required('responseType', responseType)),
    required('urgency', info.urgency),
    required('severity', info.severity),
    required('certainty', info.certainty),
    optional('audience', info.audience),
    ...info.eventCodes.map((eventCode) => namedValue('eventCode', eventCode)),
    optional('effective', info.effective),
    optional('onset', info.onset),
    optional('expires', info.expires),
    optional('senderName', info.senderName),
    optional('headline', info.headline),
    optional('description', info.description),
    optional('instruction', info.instruction),
    optional('web', info.web),
    optional('contact', info.contact),
    ...info.parameters.map((parameter) => namedValue('parameter', parameter)),
    ...info.resources.map(writeResource),
    ...info.areas.map(writeArea),
  ]);
}

function writeResource(resource: CapResource): Lines {
  return group('resource', [
    required('resourceDesc', resource.resourceDesc),
    required('mimeType', resource.mimeType),
    optional('size', resource.size),
    optional('uri', resource.uri),
    optional('derefUri', resource.derefUri),
    optional('digest', resource.digest),
  ]);
}

function writeArea(area: CapArea): Lines {
  return group('area', [
    required('areaDesc', area.areaDesc),
    ...area.polygons.map((polygon) => optional('polygon', polygon)),
    ...area.circles.map((circle) => optional('circle', circle)),
    ...area.geocodes.map((geocode) => namedValue('geocode', geocode)),
    optional('altitude', area.altitude),
    optional('ceiling', area.ceiling),
  ]);
}

function namedValue(name: string, { valueName, value }: CapNamedValue): Lines {
  return group(name, [required('valueName', valueName), required('value', value)]);
}

function group(name: string, members: Lines[]): Lines {
  return [`<${name}>`, ...members.flat().map((line) => `  ${line}`), `</${name}>`];
}

function required(name: string, value: string): Lines {
  return [`<${name}>${escape(value)}</${name}>`];
}

function optional(name: string, value: string | undefined): Lines {
  return value === undefined || isBlank(legal(value)) ? [] : required(name, value);
}

/** XML 1.0 section 2.2: no control characters but three, no lone surrogates, no U+FFFE and U+FFFF. */
function legal(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '');
}

// A carriage return written as such would come back as a line feed.
function escape(text: string): string {
  return legal(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}
