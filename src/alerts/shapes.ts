import { type AlertArea } from './alert-content.js';
import { type Position } from './cap/cap-geometry.js';

const KM_PER_DEGREE = 111.195;
const CORNERS = 64;

/** A circle as a closed ring of [latitude, longitude]; a radius of 0 becomes a square of about ten metres. */
export function ringOfCircle({ center, radiusKm }: { center: Position; radiusKm: number }): Position[] {
  const degrees = Math.min(Math.max(radiusKm, 0.005) / KM_PER_DEGREE, 90);
  // Meridians meet at the poles: a circle of the same radius spans more degrees of longitude there.
  const stretch = 1 / Math.max(Math.cos((center[0] * Math.PI) / 180), 0.01);
  const ring = Array.from({ length: CORNERS }, (_, corner): Position => {
    const angle = (2 * Math.PI * corner) / CORNERS;
    const latitude = center[0] + degrees * Math.sin(angle);
    const longitude = center[1] + Math.min(degrees * stretch, 180) * Math.cos(angle);
    return [round(Math.max(-90, Math.min(90, latitude))), round(longitude)];
  });
  return [...ring, ring[0] as Position];
}

/** All shapes of the areas as closed rings. */
export const ringsOf = (areas: AlertArea[]): Position[][] =>
  areas.flatMap((area) => [...area.polygons, ...area.circles.map(ringOfCircle)]);

/** PostgreSQL's `polygon` text: longitude is x, latitude is y. */
export const toPolygonText = (ring: Position[]): string =>
  `(${ring.map(([latitude, longitude]) => `(${longitude},${latitude})`).join(',')})`;

/** About ten centimetres. */
const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;
