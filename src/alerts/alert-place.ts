import { type Fault, problems } from '../core/problem.js';
import { ringFault } from './area.rules.js';
import { type Position } from './cap/cap-geometry.js';
import { ringsOf, toPolygonText } from './shapes.js';

/** Of a ring that is asked for: it travels in the address of the request. */
export const MAX_RING_POINTS = 100;

const NUMBER = String.raw`-?\d{1,3}(\.\d{1,12})?`;
const PAIR = `${NUMBER},${NUMBER}`;

export const BOX = new RegExp(`^${NUMBER}(,${NUMBER}){3}$`);
export const POINT = new RegExp(`^${PAIR}$`);
export const RING = new RegExp(`^${PAIR}( ${PAIR})*$`);
export const RING_LENGTH = 40 * MAX_RING_POINTS;
export const GEOCODE = /^[^\s:,][^:,]{0,59}:[^,]{1,120}$/;

export interface PlaceQuery {
  bbox?: string;
  near?: string;
  radiusKm?: number;
  within?: string;
}

/**
 * Each place that is asked for as the polygons that draw it, in PostgreSQL's words: an alert must touch one of each.
 * @param at where the request says it
 * @throws Problem 400
 */
export function placesOf({ bbox, near, radiusKm, within }: PlaceQuery, at = '?'): string[][] {
  const faults: Fault[] = [];
  const places: Position[][][] = [];
  if (bbox !== undefined) {
    const box = parseBox(bbox);
    if (box) places.push(box);
    else
      faults.push({
        pointer: `${at}bbox`,
        detail: 'must be west,south,east,north with south not above north',
      });
  }
  if (near !== undefined || radiusKm !== undefined) {
    const [latitude = NaN, longitude = NaN] = (near ?? '').split(',').map(Number);
    if (near === undefined) faults.push({ pointer: `${at}near`, detail: 'says where the radius begins' });
    else if (radiusKm === undefined) faults.push({ pointer: `${at}radiusKm`, detail: 'says how far around' });
    else if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) {
      faults.push({ pointer: `${at}near`, detail: 'must be latitude,longitude within range' });
    } else places.push(drawn({ circles: [{ center: [latitude, longitude], radiusKm }] }));
  }
  if (within !== undefined) {
    const ring = within.split(' ').map((pair) => pair.split(',').map(Number) as unknown as Position);
    const detail =
      ring.length > MAX_RING_POINTS ? `must have at most ${MAX_RING_POINTS} positions` : ringFault(ring);
    if (detail === undefined) places.push(drawn({ polygons: [ring] }));
    else faults.push({ pointer: `${at}within`, detail });
  }
  if (faults.length > 0) throw problems.invalidInput(faults);
  return places.map((rings) => rings.map(toPolygonText));
}

type Drawing = { polygons?: Position[][]; circles?: { center: Position; radiusKm: number }[] };

const drawn = ({ polygons = [], circles = [] }: Drawing): Position[][] =>
  ringsOf([{ description: '', geocodes: [], polygons, circles }]);

/** `west,south,east,north` as one box, or as two when west exceeds east across the antimeridian (RFC 7946 §5). */
function parseBox(text: string): Position[][] | undefined {
  const [west = NaN, south = NaN, east = NaN, north = NaN] = text.split(',').map(Number);
  const inRange =
    Math.abs(west) <= 180 && Math.abs(east) <= 180 && south >= -90 && north <= 90 && south <= north;
  if (!inRange) return undefined;
  if (west <= east) return [box(west, south, east, north)];
  return [box(west, south, 180, north), box(-180, south, east, north)];
}

const box = (west: number, south: number, east: number, north: number): Position[] => [
  [south, west],
  [south, east],
  [north, east],
  [north, west],
  [south, west],
];
