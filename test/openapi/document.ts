import { readFileSync } from 'node:fs';

export type Schema = Record<string, unknown>;

export interface MediaType {
  schema: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

export interface Answer {
  description: string;
  headers?: Record<string, unknown>;
  content?: Record<string, MediaType>;
}

export interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters?: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, MediaType> };
  responses: Record<string, Answer | { $ref: string }>;
}

export interface Document {
  info: Record<string, unknown>;
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    responses: Record<string, Answer>;
    securitySchemes: { oauth2: { flows: { clientCredentials: { tokenUrl: string; scopes: object } } } };
  };
}

/** As it is committed. */
export const TEXT = readFileSync('openapi/openapi.json', 'utf8');
export const DOCUMENT = JSON.parse(TEXT) as Document;

export interface Route {
  method: string;
  path: string;
  operation: Operation;
}

export const ROUTES: Route[] = Object.entries(DOCUMENT.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

/** Whoever asks is answered: recipients of mail and readers of feed addresses have a link and no token. */
export const isOpenToAll = (path: string, method = ''): boolean =>
  !path.startsWith('/v1/') ||
  /^\/v1\/partner-application-(links|cases)(\/|$)/.test(path) ||
  (method === 'POST' && path === '/v1/partner-applications') ||
  /^\/v1\/(public\/|contributions\/|unsubscribe\/|(subscription|focal-point)-confirmations\/|feeds\/\{token\}\/|bundles\/keys$)/.test(
    path,
  );

export const examplesOf = ({ example, examples = {} }: MediaType): unknown[] => [
  ...(example === undefined ? [] : [example]),
  ...Object.values(examples).map(({ value }) => value),
];

export const answerOf = (answer: Answer | { $ref: string }): Answer =>
  '$ref' in answer ? (DOCUMENT.components.responses[answer.$ref.split('/').at(-1) ?? ''] as Answer) : answer;

/** Every schema of the document with the place where it stands. */
export function schemas(): { place: string; schema: Schema }[] {
  const named = Object.entries(DOCUMENT.components.schemas).flatMap(([name, schema]) =>
    within(schema, `#/components/schemas/${name}`),
  );
  const used = ROUTES.flatMap(({ operation: { operationId, parameters = [], requestBody, responses } }) => [
    ...parameters.flatMap(({ name, schema }) => within(schema, `${operationId}/parameters/${name}`)),
    ...bodies(`${operationId}/body`, requestBody?.content),
    ...Object.entries(responses).flatMap(([status, answer]) =>
      bodies(`${operationId}/${status}`, answerOf(answer).content),
    ),
  ]);
  return [...named, ...used];
}

const bodies = (place: string, content: Record<string, { schema: Schema }> = {}) =>
  Object.entries(content).flatMap(([type, { schema }]) => within(schema, `${place}/${type}`));

function within(schema: Schema, place: string): { place: string; schema: Schema }[] {
  const { properties = {}, items, additionalProperties, anyOf = [] } = schema;
  const children: [string, unknown][] = [
    ...Object.entries(properties as Schema).map(([name, one]): [string, unknown] => [`properties/${name}`, one]),
    ['items', items],
    ['additionalProperties', additionalProperties],
    ...Object.entries(anyOf as Schema[]),
  ];
  return [
    { place, schema },
    ...children.flatMap(([name, one]) =>
      typeof one === 'object' && one !== null ? within(one as Schema, `${place}/${name}`) : [],
    ),
  ];
}
