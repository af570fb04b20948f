import { type AlertArea } from './alert-content.js';
import { type Position } from './cap/cap-geometry.js';

const KM_PER_DEGREE = 111.195;
const CORNERS = 64;
/** The corners lie so far out that the sides touch the circle: whoever is inside must be found. */
const OUTWARD = 1 / Math.cos(Math.PI / CORNERS);

/**
 * A circle as a closed ring of [latitude, longitude], on the sphere; a radius of 0 becomes a square of about ten
 * metres. Longitudes may go beyond 180; around a pole it is everything from its farthest latitude on.
 */
export function ringOfCircle({ center, radiusKm }: { center: Position; radiusKm: number }): Position[] {
  const degrees = Math.min((Math.max(radiusKm, 0.005) / KM_PER_DEGREE) * OUTWARD, 180);
  const [latitude, longitude] = center;
  const [south, north] = [latitude - degrees, latitude + degrees];
  if (south <= -90 || north >= 90) return wholeBelt(south <= -90 ? -90 : south, north >= 90 ? 90 : north);
  const [phi, delta] = [radians(latitude), radians(degrees)];
  const ring = Array.from({ length: CORNERS }, (_, corner): Position => {
    const angle = (2 * Math.PI * corner) / CORNERS;
    const height = Math.asin(
      Math.sin(phi) * Math.cos(delta) + Math.cos(phi) * Math.sin(delta) * Math.sin(angle),
    );
    const turn = Math.atan2(
      Math.cos(angle) * Math.sin(delta) * Math.cos(phi),
      Math.cos(delta) - Math.sin(phi) * Math.sin(height),
    );
    return [round(inDegrees(height)), round(longitude + inDegrees(turn))];
  });
  return [...ring, ring[0] as Position];
}

/** All shapes of the areas as closed rings within the map's borders: what crosses the antimeridian is cut there. */
export const ringsOf = (areas: AlertArea[]): Position[][] =>
  areas
    .flatMap((area) => [...area.polygons.map(unwrap), ...area.circles.map(ringOfCircle)])
    .flatMap(cutAtAntimeridian);

/** PostgreSQL's `polygon` text: longitude is x, latitude is y. */
export const toPolygonText = (ring: Position[]): string =>
  `(${ring.map(([latitude, longitude]) => `(${longitude},${latitude})`).join(',')})`;

/**
 * A ring with a step of more than half the world from one position to the next goes the short way around, over the
 * antimeridian; unless it then encloses nothing, as the frame of a whole map would.
 */
export function unwrap(ring: Position[]): Position[] {
  let turns = 0;
  const unwrapped = ring.map(([latitude, longitude], index): Position => {
    const step = longitude - (ring[index - 1]?.[1] ?? longitude);
    if (Math.abs(step) > 180) turns -= Math.sign(step);
    return [latitude, longitude + 360 * turns];
  });
  const longitudes = unwrapped.map((position) => position[1]);
  const isWhole = turns === 0 && Math.max(...longitudes) > Math.min(...longitudes);
  return isWhole ? unwrapped : ring;
}

/** The parts of a ring that lie in the world itself, and in its copies to the west and the east. */
function cutAtAntimeridian(ring: Position[]): Position[][] {
  if (ring.every(([, longitude]) => Math.abs(longitude) <= 180)) return [ring];
  return [-360, 0, 360].flatMap((shift) => {
    const shifted = ring.map(([latitude, longitude]): Position => [latitude, longitude + shift]);
    const part = cut(cut(shifted, -180, 1), 180, -1);
    return part.length < 4 ? [] : [part];
  });
}

/** What of the ring lies on one side of a meridian (Sutherland and Hodgman); `side` 1 keeps the east, -1 the west. */
function cut(ring: Position[], meridian: number, side: 1 | -1): Position[] {
  const isIn = ([, longitude]: Position): boolean => (longitude - meridian) * side >= 0;
  const kept = ring.slice(1).flatMap((end, index): Position[] => {
    const start = ring[index] as Position;
    const crossing = isIn(start) === isIn(end) ? [] : [crossingOf(start, end, meridian)];
    return isIn(end) ? [...crossing, end] : crossing;
  });
  const isFlat = kept.every(([, longitude]) => longitude === kept[0]?.[1]);
  return isFlat ? [] : [...kept, kept[0] as Position];
}

function crossingOf([latitudeA, a]: Position, [latitudeB, b]: Position, meridian: number): Position {
  return [round(latitudeA + ((latitudeB - latitudeA) * (meridian - a)) / (b - a)), meridian];
}

const wholeBelt = (south: number, north: number): Position[] => [
  [south, -180],
  [south, 180],
  [north, 180],
  [north, -180],
  [south, -180],
];

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

const inDegrees = (angle: number): number => (angle * 180) / Math.PI;

/** About ten centimetres. */
const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

/** The middle of the first shape's extent, for a pin; undefined where there is no shape. */
export function middleOf(areas: AlertArea[]): Position | undefined {
  const [ring] = ringsOf(areas);
  if (ring === undefined) return undefined;
  const middle = (values: number[]): number => round((Math.min(...values) + Math.max(...values)) / 2);
  return [middle(ring.map(([latitude]) => latitude)), middle(ring.map(([, longitude]) => longitude))];
}
