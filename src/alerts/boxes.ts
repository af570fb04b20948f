import { problems } from '../core/problem.js';

export interface Box {
  west: number;
  south: number;
  east: number;
  north: number;
}

/**
 * `west,south,east,north` as boxes without the antimeridian inside: one, or two when west exceeds east (RFC 7946 §5).
 * @throws Problem 400
 */
export function parseBox(text: string): Box[] {
  const [west = NaN, south = NaN, east = NaN, north = NaN] = text.split(',').map(Number);
  const inRange =
    Math.abs(west) <= 180 && Math.abs(east) <= 180 && south >= -90 && north <= 90 && south <= north;
  if (!inRange) {
    throw problems.invalidInput([
      { pointer: '?bbox', detail: 'must be west,south,east,north with south not above north' },
    ]);
  }
  if (west <= east) return [{ west, south, east, north }];
  return [
    { west, south, east: 180, north },
    { west: -180, south, east, north },
  ];
}
