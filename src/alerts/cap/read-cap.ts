import { type CapElement } from './cap-element.js';
import {
  type CapArea,
  type CapInfo,
  type CapMessage,
  type CapNamedValue,
  type CapResource,
} from './cap-message.js';
import { parseReferences } from './cap-references.js';

/** The message in a document that passed the schema and `checkCap`. */
export function readCap(alert: CapElement): CapMessage {
  return {
    identifier: alert.required('identifier'),
    sender: alert.required('sender'),
    sent: alert.required('sent').trim(),
    status: alert.required('status') as CapMessage['status'],
    msgType: alert.required('msgType') as CapMessage['msgType'],
    source: alert.optional('source'),
    scope: alert.required('scope') as CapMessage['scope'],
    restriction: alert.optional('restriction'),
    addresses: alert.optional('addresses'),
    codes: contents(alert, 'code'),
    note: alert.optional('note'),
    references: parseReferences(alert.required('references')),
    incidents: alert.optional('incidents'),
    infos: alert.all('info').map(readInfo),
    signed: alert.signed,
  };
}

function readInfo(info: CapElement): CapInfo {
  return {
    language: info.token('language'),
    categories: contents(info, 'category'),
    event: info.required('event'),
    responseTypes: contents(info, 'responseType'),
    urgency: info.required('urgency'),
    severity: info.required('severity'),
    certainty: info.required('certainty'),
    audience: info.optional('audience'),
    eventCodes: namedValues(info, 'eventCode'),
    effective: info.token('effective'),
    onset: info.token('onset'),
    expires: info.token('expires'),
    senderName: info.optional('senderName'),
    headline: info.optional('headline'),
    description: info.optional('description'),
    instruction: info.optional('instruction'),
    web: info.token('web'),
    contact: info.optional('contact'),
    parameters: namedValues(info, 'parameter'),
    resources: info.all('resource').map(readResource),
    areas: info.all('area').map(readArea),
  };
}

function readResource(resource: CapElement): CapResource {
  return {
    resourceDesc: resource.required('resourceDesc'),
    mimeType: resource.required('mimeType'),
    size: resource.token('size'),
    uri: resource.token('uri'),
    derefUri: resource.optional('derefUri'),
    digest: resource.optional('digest'),
  };
}

function readArea(area: CapElement): CapArea {
  return {
    areaDesc: area.required('areaDesc'),
    polygons: contents(area, 'polygon'),
    circles: contents(area, 'circle'),
    geocodes: namedValues(area, 'geocode'),
    altitude: area.token('altitude'),
    ceiling: area.token('ceiling'),
  };
}

function contents(parent: CapElement, name: string): string[] {
  return parent.filled(name).map((element) => element.content);
}

function namedValues(parent: CapElement, name: string): CapNamedValue[] {
  return parent
    .all(name)
    .map((element) => ({ valueName: element.required('valueName'), value: element.required('value') }));
}
