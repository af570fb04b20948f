import { ApiProperty } from '@nestjs/swagger';

const list = (items: object, bounds: { minItems?: number; maxItems?: number } = {}) => ({
  type: 'array' as const,
  items,
  ...bounds,
});
const POSITION = list({ type: 'number' }, { minItems: 2, maxItems: 2 });
const ringOf = (maxItems?: number) => list(POSITION, { minItems: 4, ...(maxItems && { maxItems }) });

// Lists within lists are what the generator of the OpenAPI document does not understand by itself.
export const ApiPosition = () => ApiProperty(POSITION);
export const ApiRing = (maxItems?: number) => ApiProperty(ringOf(maxItems));
export const ApiRings = (maxItems?: number) => ApiProperty(list(ringOf(maxItems)));
