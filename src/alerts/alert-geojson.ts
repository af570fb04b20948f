import { type AlertContent } from './alert-content.js';
import { presentContent } from './alerts.view.js';
import { type Position } from './cap/cap-geometry.js';
import { ringsOf } from './shapes.js';

/** RFC 7946 §3.2; the properties are those of the view. */
export const GEOJSON_SCHEMA = {
  type: 'object',
  required: ['type', 'id', 'geometry', 'properties'],
  properties: {
    type: { type: 'string', enum: ['Feature'] },
    id: { type: 'string', format: 'uuid' },
    geometry: {
      description: 'A MultiPolygon, or null when the alert has no area.',
      type: 'object',
      nullable: true,
      required: ['type', 'coordinates'],
      properties: {
        type: { type: 'string', enum: ['MultiPolygon'] },
        coordinates: {
          type: 'array',
          items: {
            type: 'array',
            items: {
              type: 'array',
              items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
            },
          },
        },
      },
    },
    properties: {
      description: 'What the JSON form says, without positions.',
      type: 'object',
      additionalProperties: true,
    },
  },
};

/** RFC 7946: longitude first, exterior rings counter-clockwise. */
function toLinearRing(ring: Position[]): [number, number][] {
  const turned = ring.map(([latitude, longitude]): [number, number] => [longitude, latitude]);
  const doubledArea = turned.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = turned[(index + 1) % turned.length] as [number, number];
    return sum + x * nextY - nextX * y;
  }, 0);
  return doubledArea < 0 ? turned.reverse() : turned;
}

/** One feature per alert. Circles have no form in GeoJSON: they are drawn, and their originals stay in the properties. */
export function toGeoJson(
  own: { id: string; version: number; changedAt: Date },
  content: AlertContent,
  language: string | undefined,
): object {
  const rings = ringsOf(content.areas).map((ring) => [toLinearRing(ring)]);
  const { areas, ...properties } = presentContent(content, language);
  return {
    type: 'Feature',
    id: own.id,
    geometry: rings.length === 0 ? null : { type: 'MultiPolygon', coordinates: rings },
    properties: {
      version: own.version,
      changedAt: own.changedAt.toISOString(),
      state: content.state,
      ...properties,
      areas: areas.map(({ polygons: _drawn, ...area }) => area),
    },
  };
}
