/** WGS 84 decimal degrees, latitude first as in CAP: the reverse of GeoJSON. */
export type Position = readonly [latitude: number, longitude: number];

const DECIMAL = /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?$/;

/** Half the circumference of the earth at the equator; a larger circle covers everything. */
const MAX_RADIUS_KM = 20_038;

/** CAP 1.2 section 3.2.4: at least four pairs, the first repeated as the last. Throws RangeError. */
export function parsePolygon(text: string): Position[] {
  const positions = words(text).map(parsePosition);
  const first = positions[0];
  const last = positions.at(-1);
  if (!first || !last || positions.length < 4) {
    throw new RangeError(`A polygon needs at least four positions, this one has ${positions.length}.`);
  }
  if (first[0] !== last[0] || first[1] !== last[1]) {
    throw new RangeError(
      `A polygon ends where it begins, this one begins at ${first.join(',')} and ends at ${last.join(',')}.`,
    );
  }
  return positions;
}

/** CAP 1.2 section 3.2.4: `latitude,longitude radius`; a radius of 0 is a point. Throws RangeError. */
export function parseCircle(text: string): { center: Position; radiusKm: number } {
  const [center, radius, ...rest] = words(text);
  if (center === undefined || radius === undefined || rest.length > 0) {
    throw new RangeError('A circle is one position and a radius in kilometres, such as 10.5,20.25 15.');
  }
  return { center: parsePosition(center), radiusKm: parseNumber(radius, 'radius', 0, MAX_RADIUS_KM) };
}

function parsePosition(pair: string): Position {
  const [latitude, longitude, ...rest] = pair.split(',');
  if (latitude === undefined || longitude === undefined || rest.length > 0) {
    throw new RangeError(`A position is latitude,longitude without a space, not ${quote(pair)}.`);
  }
  return [parseNumber(latitude, 'latitude', -90, 90), parseNumber(longitude, 'longitude', -180, 180)];
}

function parseNumber(text: string, what: string, min: number, max: number): number {
  const number = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max)) {
    throw new RangeError(`A ${what} is a number from ${min} to ${max}, not ${quote(text)}.`);
  }
  return number;
}

function words(text: string): string[] {
  return text.split(/[ \t\r\n]+/).filter((word) => word !== '');
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
