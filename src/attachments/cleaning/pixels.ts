import { NotWhatItSays } from './byte-source.js';

/** Of a map on paper size A1 at 300 dots to the inch; whoever opens more runs out of memory. */
const MAX_PIXELS = 100_000_000;

/** @throws NotWhatItSays for an image that is small to send and huge to open */
export function refuseHuge(width: number, height: number): void {
  if (width * height > MAX_PIXELS) throw new NotWhatItSays('has more than a hundred million pixels');
}
