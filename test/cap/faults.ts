import { CapFault, type CapFinding } from '../../src/alerts/cap/cap-message.js';
import { parseCap } from '../../src/alerts/cap/parse-cap.js';

/** What is found wrong in these bytes; fails the test when nothing is. */
export function findingsOf(xml: Uint8Array | string): CapFinding[] {
  try {
    parseCap(typeof xml === 'string' ? Buffer.from(xml) : xml);
  } catch (error) {
    if (error instanceof CapFault) return error.findings;
    throw error;
  }
  throw new Error('The message was accepted.');
}

export function placesOf(xml: Uint8Array | string): string[] {
  return findingsOf(xml).map((finding) => `${finding.line} ${finding.path} ${finding.detail}`);
}
