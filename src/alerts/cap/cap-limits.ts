import { type XmlDocument, XmlElement } from 'libxml2-wasm';
import { CAP_NAMESPACE, type CapFinding } from './cap-message.js';

const MAX_DEPTH = 32;

/**
 * Asked of the parser's own tree before anything walks it: validating a document of a hundred thousand faulty
 * siblings takes minutes, because each message counts the siblings before it.
 */
const LIMITS: [xpath: string, detail: string][] = [
  ['/*'.repeat(MAX_DEPTH + 1), `Elements are nested more than ${MAX_DEPTH} deep.`],
  ['/descendant::*[20001]', 'There are more than 20000 elements.'],
  ['/*[count(//@*) > 1000]', 'There are more than 1000 attributes.'],
  ['/cap:alert/cap:info[101]', 'There are more than 100 info blocks.'],
  ['/cap:alert/cap:code[201]', 'There are more than 200 codes.'],
  ['/cap:alert/cap:info/cap:category[101]', 'There are more than 100 categories in one info block.'],
  ['/cap:alert/cap:info/cap:responseType[101]', 'There are more than 100 response types in one info block.'],
  ['/cap:alert/cap:info/cap:area[1001]', 'There are more than 1000 areas in one info block.'],
  ['/cap:alert/cap:info/cap:resource[101]', 'There are more than 100 resources in one info block.'],
  ['/cap:alert/cap:info/cap:parameter[1001]', 'There are more than 1000 parameters in one info block.'],
  ['/cap:alert/cap:info/cap:eventCode[1001]', 'There are more than 1000 event codes in one info block.'],
  ['/cap:alert/cap:info/cap:area/cap:polygon[1001]', 'There are more than 1000 polygons in one area.'],
  ['/cap:alert/cap:info/cap:area/cap:circle[1001]', 'There are more than 1000 circles in one area.'],
  ['/cap:alert/cap:info/cap:area/cap:geocode[5001]', 'There are more than 5000 geocodes in one area.'],
  [
    // Embedded files and coastlines are long by nature; the size of the message limits them.
    '/cap:alert//cap:*[not(*)][not(self::cap:derefUri or self::cap:polygon)][string-length() > 65536]',
    'A text has more than 65536 characters.',
  ],
];

/** One finding per limit, at the first place that breaks it. */
export function checkLimits(document: XmlDocument): CapFinding[] {
  return LIMITS.flatMap(([xpath, detail]) => {
    const node = document.get(xpath, { cap: CAP_NAMESPACE });
    return node instanceof XmlElement ? [{ path: placeOf(node), line: node.line, detail }] : [];
  });
}

/** Names without positions: counting siblings is what a limit is there to prevent. */
function placeOf(element: XmlElement): string {
  const names: string[] = [];
  for (let node: XmlElement | null = element; node && names.length < MAX_DEPTH; node = node.parent) {
    names.unshift(node.name);
  }
  return `/${names.join('/')}`;
}
