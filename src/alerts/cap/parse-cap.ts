import { ParseOption, XmlDocument, XmlParseError, XmlValidateError, XsdValidator } from 'libxml2-wasm';
import { CapElement } from './cap-element.js';
import { checkLimits } from './cap-limits.js';
import { CAP_NAMESPACE, CapFault, type CapFinding, type CapMessage } from './cap-message.js';
import { checkPrologue } from './cap-prologue.js';
import { CAP_SCHEMA } from './cap-schema.js';
import { checkCap } from './check-cap.js';
import { readCap } from './read-cap.js';

export { CAP_MAX_BYTES } from './cap-prologue.js';

const MAX_FINDINGS = 100;
const MAX_PATH = 300;
const OPTIONS = { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE };

const OTHER_FORMATS: Record<string, string> = {
  'urn:oasis:names:tc:emergency:cap:1.1': 'CAP 1.1',
  'http://www.incident.com/cap/1.0': 'CAP 1.0',
  'urn:oasis:names:tc:emergency:EDXL:DE:1.0': 'an EDXL-DE envelope',
  'urn:oasis:names:tc:emergency:EDXL:DE:2.0': 'an EDXL-DE envelope',
  'http://www.w3.org/2005/Atom': 'an Atom feed',
  'http://www.w3.org/1999/02/22-rdf-syntax-ns#': 'an RSS feed',
};

/** The CAP 1.2 message in these bytes; throws `CapFault` with everything that is wrong (at most a hundred places). */
export function parseCap(bytes: Uint8Array): CapMessage {
  refuse(checkPrologue(bytes));
  const document = parseXml(bytes);
  try {
    refuse(checkRoot(document));
    refuse(checkLimits(document));
    const alert = CapElement.copy(document.root);
    refuse([...checkSchema(document, alert), ...checkCap(alert)]);
    return readCap(alert);
  } finally {
    document.dispose();
  }
}

function refuse(findings: CapFinding[]): void {
  if (findings.length === 0) return;
  const more = findings.length - MAX_FINDINGS;
  const shown = findings
    .slice(0, MAX_FINDINGS)
    .map((finding) => ({ ...finding, path: finding.path.slice(0, MAX_PATH) }));
  if (more > 0) shown.push({ path: '/', detail: `There are ${more} more faults.` });
  throw new CapFault(shown);
}

function parseXml(bytes: Uint8Array): XmlDocument {
  try {
    return XmlDocument.fromBuffer(bytes, OPTIONS);
  } catch (error) {
    if (!(error instanceof XmlParseError)) throw error;
    const findings = error.details.map(({ line, message }) => ({
      path: '/',
      line,
      detail: sentence(message),
    }));
    throw new CapFault(findings.length > 0 ? findings : [{ path: '/', detail: 'This is not XML.' }]);
  }
}

function checkRoot(document: XmlDocument): CapFinding[] {
  const { name, namespaceUri, line } = document.root;
  const path = `/${name}`;
  if (document.dtd) return [{ path, line, detail: 'A document type declaration (DOCTYPE) is refused.' }];
  if (namespaceUri === CAP_NAMESPACE) {
    return name === 'alert' ? [] : [{ path, line, detail: `The root element is ${name}, not one alert.` }];
  }
  const format = name === 'rss' ? 'an RSS feed' : OTHER_FORMATS[namespaceUri];
  const what = format ?? `the element ${name} ${namespaceUri ? `of ${namespaceUri}` : 'without a namespace'}`;
  return [{ path, line, detail: sentence(`This is ${what}, not a CAP 1.2 alert (${CAP_NAMESPACE}).`) }];
}

// The schema's document is kept too: the compiled schema points into its memory.
let schema: { document: XmlDocument; validator: XsdValidator } | undefined;

function validator(): XsdValidator {
  if (!schema) {
    const document = XmlDocument.fromString(CAP_SCHEMA, OPTIONS);
    schema = { document, validator: XsdValidator.fromDoc(document) };
  }
  return schema.validator;
}

function checkSchema(document: XmlDocument, alert: CapElement): CapFinding[] {
  try {
    validator().validate(document);
    return [];
  } catch (error) {
    if (!(error instanceof XmlValidateError)) throw error;
    if (error.details.length === 0) return [{ path: alert.path, detail: 'The schema refuses this message.' }];
    return error.details.map(({ xpath = '/', line, message }, index) => ({
      // Counting siblings for thousands of findings that nobody is shown would take seconds.
      path: (index < MAX_FINDINGS ? alert.locate(xpath)?.path : undefined) ?? xpath,
      line,
      detail: sentence(message),
    }));
  }
}

/** The parser quotes whatever it was given, names with their namespace, on several lines. */
function sentence(message: string): string {
  const text = message.replaceAll(`{${CAP_NAMESPACE}}`, '').replace(/\s+/g, ' ').trim();
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}
