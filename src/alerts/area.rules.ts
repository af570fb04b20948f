import { type Fault } from '../core/problem.js';
import { type Position } from './cap/cap-geometry.js';
import { unwrap } from './shapes.js';

/** Of one ring. */
export const MAX_POINTS = 1000;

/** What is wrong with a ring of [latitude, longitude] in degrees, WGS 84; undefined when nothing is. */
export function ringFault(ring: unknown): string | undefined {
  if (!Array.isArray(ring)) return 'must be a list of [latitude, longitude]';
  if (ring.length < 4) return 'must have at least four positions, the first repeated as the last';
  if (ring.length > MAX_POINTS) return `must have at most ${MAX_POINTS} positions`;
  const bad = ring.findIndex((position) => !isPosition(position));
  if (bad >= 0) return `has no [latitude, longitude] within range at position ${bad}`;
  const positions = ring as Position[];
  if (!same(positions[0] as Position, positions.at(-1) as Position)) return 'must end where it begins';
  if (
    positions.every((position) => collinear(positions[0] as Position, positions[1] as Position, position))
  ) {
    return 'must enclose an area';
  }
  return selfCrosses(unwrap(positions)) ? 'must not cross itself' : undefined;
}

export function isPosition(value: unknown): value is Position {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [latitude, longitude] = value as unknown[];
  return inRange(latitude, 90) && inRange(longitude, 180);
}

/** Faults of all the shapes of an area of the request. */
export function areaFaults(
  area: { polygon?: unknown; polygons?: unknown[]; circles?: { center: unknown; radiusKm: unknown }[] },
  pointer: string,
): Fault[] {
  const rings: [string, unknown][] = (area.polygons ?? []).map((ring, i) => [
    `${pointer}/polygons/${i}`,
    ring,
  ]);
  if (area.polygon !== undefined) rings.push([`${pointer}/polygon`, area.polygon]);
  const faults: Fault[] = rings.flatMap(([place, ring]) => {
    const detail = ringFault(ring);
    return detail === undefined ? [] : [{ pointer: place, detail }];
  });
  for (const [index, circle] of (area.circles ?? []).entries()) {
    if (!isPosition(circle.center)) {
      faults.push({ pointer: `${pointer}/circles/${index}/center`, detail: 'must be [latitude, longitude]' });
    }
  }
  return faults;
}

const inRange = (value: unknown, limit: number): boolean =>
  typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= limit;

const same = (a: Position, b: Position): boolean => a[0] === b[0] && a[1] === b[1];

const turn = (a: Position, b: Position, c: Position): number =>
  Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));

const collinear = (a: Position, b: Position, c: Position): boolean => turn(a, b, c) === 0;

const between = (a: Position, b: Position, c: Position): boolean =>
  Math.min(a[0], b[0]) <= c[0] &&
  c[0] <= Math.max(a[0], b[0]) &&
  Math.min(a[1], b[1]) <= c[1] &&
  c[1] <= Math.max(a[1], b[1]);

function cross(a: Position, b: Position, c: Position, d: Position): boolean {
  const [abc, abd, cda, cdb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (abc !== abd && cda !== cdb) return true;
  return (
    (abc === 0 && between(a, b, c)) ||
    (abd === 0 && between(a, b, d)) ||
    (cda === 0 && between(c, d, a)) ||
    (cdb === 0 && between(c, d, b))
  );
}

/** Sides that do not follow each other must not meet. */
function selfCrosses(ring: Position[]): boolean {
  const sides = ring.length - 1;
  for (let i = 0; i < sides; i += 1) {
    for (let j = i + 2; j < sides; j += 1) {
      if (i === 0 && j === sides - 1) continue;
      const [a, b, c, d] = [ring[i], ring[i + 1], ring[j], ring[j + 1]] as [
        Position,
        Position,
        Position,
        Position,
      ];
      if (cross(a, b, c, d)) return true;
    }
  }
  return false;
}
