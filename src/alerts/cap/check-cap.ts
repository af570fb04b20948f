import { type CapElement, isBlank } from './cap-element.js';
import { parseCircle, parsePolygon } from './cap-geometry.js';
import { type CapFinding } from './cap-message.js';
import { parseReferences } from './cap-references.js';
import { parseCapTime } from './cap-time.js';

type Report = (place: CapElement, detail: string, missing?: string) => void;

/** The rules of CAP 1.2 section 3.2 that no schema can say; works on documents with schema faults too. */
export function checkCap(alert: CapElement): CapFinding[] {
  const findings: CapFinding[] = [];
  const report: Report = (place, detail, missing) =>
    findings.push({ path: missing ? `${place.path}/${missing}` : place.path, line: place.line, detail });
  checkIdentity(alert, report);
  checkYears(alert, ['sent'], report);
  checkScope(alert, report);
  checkReferences(alert, report);
  for (const info of alert.all('info')) checkInfo(info, timeOf(alert, 'sent'), report);
  return findings;
}

/** What is kept and compared in UTC must have a year there that can be written. */
function checkYears(element: CapElement, names: string[], report: Report): void {
  for (const name of names) {
    const year = timeOf(element, name)?.getUTCFullYear();
    if (year !== undefined && (year < 1 || year > 9999)) {
      report(element.find(name) ?? element, 'In UTC this lies outside of the years 1 to 9999.');
    }
  }
}

function checkIdentity(alert: CapElement, report: Report): void {
  for (const element of [...alert.all('identifier'), ...alert.all('sender')]) {
    if (isBlank(element.content)) {
      report(element, `The ${element.name} is empty.`);
    } else if (/[\s,<&]/.test(element.content)) {
      report(element, `The ${element.name} holds white space or one of the characters , < &.`);
    }
  }
}

function checkScope(alert: CapElement, report: Report): void {
  const scope = alert.required('scope');
  const restriction = alert.find('restriction');
  if (scope === 'Restricted' && !restriction) {
    report(alert, 'The scope is Restricted and no restriction says how.', 'restriction');
  }
  if (scope !== 'Restricted' && restriction) {
    report(restriction, 'A restriction belongs to the scope Restricted only.');
  }
  if (scope === 'Private' && !alert.find('addresses')) {
    report(alert, 'The scope is Private and no addresses say for whom.', 'addresses');
  }
}

function checkReferences(alert: CapElement, report: Report): void {
  const element = alert.find('references');
  const msgType = alert.required('msgType');
  if (!element) {
    if (['Update', 'Cancel', 'Ack', 'Error'].includes(msgType)) {
      report(alert, `A message of type ${msgType} refers to at least one earlier message.`, 'references');
    }
    return;
  }
  const sent = timeOf(alert, 'sent');
  for (const reference of attempt(element, parseReferences, report) ?? []) {
    const referred = parseCapTime(reference.sent);
    const same =
      reference.sender === alert.required('sender') && reference.identifier === alert.required('identifier');
    if (sent && same && referred.getTime() === sent.getTime()) {
      report(element, 'The message refers to itself.');
    } else if (sent && referred > sent) {
      report(element, `The message refers to one sent later than itself, at ${reference.sent}.`);
    }
  }
}

function checkInfo(info: CapElement, sent: Date | undefined, report: Report): void {
  const event = info.all('event')[0];
  if (event && isBlank(event.content)) report(event, 'The event is empty.');
  checkYears(info, ['effective', 'onset', 'expires'], report);
  const expires = timeOf(info, 'expires');
  if (sent && expires && expires < sent) {
    report(info.find('expires') ?? info, 'The message expires before it was sent.');
  }
  for (const resource of info.all('resource')) checkResource(resource, report);
  for (const area of info.all('area')) checkArea(area, report);
}

function checkResource(resource: CapElement, report: Report): void {
  const content = resource.find('derefUri');
  if (content && !isBase64(content.content)) report(content, 'The content is not in base64.');
  const size = resource.find('size');
  if (size && Number(size.content) < 0) report(size, 'A size in bytes is not negative.');
}

function checkArea(area: CapElement, report: Report): void {
  for (const polygon of area.filled('polygon')) attempt(polygon, parsePolygon, report);
  for (const circle of area.filled('circle')) attempt(circle, parseCircle, report);
  const altitude = area.find('altitude');
  const ceiling = area.find('ceiling');
  if (ceiling && !altitude) report(ceiling, 'A ceiling stands only beside an altitude.');
  if (ceiling && altitude && Number(ceiling.content) < Number(altitude.content)) {
    report(ceiling, 'The ceiling is below the altitude.');
  }
}

/** A time that the schema refuses is left to the schema. */
function timeOf(parent: CapElement, name: string): Date | undefined {
  const text = parent.token(name);
  try {
    return text === undefined ? undefined : parseCapTime(text);
  } catch {
    return undefined;
  }
}

function attempt<T>(element: CapElement, parse: (text: string) => T, report: Report): T | undefined {
  try {
    return parse(element.content);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    report(element, error.message);
    return undefined;
  }
}

function isBase64(text: string): boolean {
  const packed = text.replace(/[ \t\r\n]/g, '');
  return packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed);
}
