import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { ALL_SCOPES } from '../../src/access/scopes.js';
import { buildDocument } from '../../src/openapi.js';
import { startApp, type TestApp } from '../support/app.js';
import { answerOf, DOCUMENT, examplesOf, isOpenToAll, ROUTES, type Schema, schemas, TEXT } from './document.js';
import { faultsOf } from './validation.js';

const PROBLEM = '#/components/schemas/ProblemView';

describe('the OpenAPI document', () => {
  it('that is committed is what the code makes (else: npm run openapi)', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(`${JSON.stringify(await buildDocument(version), null, 2)}\n`).toBe(TEXT);
  });

  it('passes the recommended rules of a linter without a warning', async () => {
    const { stderr, stdout } = await promisify(execFile)(
      process.execPath,
      ['node_modules/@redocly/cli/bin/cli.js', 'lint', 'openapi/openapi.json', '--format=json'],
      { env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } },
    );
    const report = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { totals: unknown; problems: unknown[] };
    expect({ ...report, stderr }).toMatchObject({ totals: { errors: 0, warnings: 0, ignored: 0 }, problems: [] });
  });

  it('says what it is and where', () => {
    expect(DOCUMENT).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'SLT Exchange', license: { identifier: 'Apache-2.0' } },
      servers: [{ url: '/' }],
    });
    expect(Object.keys(DOCUMENT.components.securitySchemes.oauth2.flows.clientCredentials.scopes)).toEqual(ALL_SCOPES);
    expect(DOCUMENT.tags.filter(({ description }) => description.length < 10)).toEqual([]);
  });
});

describe('every operation', () => {
  it('has a name of its own', () => {
    const names = ROUTES.map(({ operation }) => operation.operationId);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.filter((name) => !/^[a-z]+[A-Za-z]+$/.test(name))).toEqual([]);
  });

  it.each(ROUTES.map(({ operation, method, path }) => [operation.operationId, method, path, operation] as const))(
    '%s (%s %s) says what it does, who may, what it answers and what can go wrong',
    (_, method, path, operation) => {
      expect(operation.summary).toMatch(/^[A-Z].*[.?]$/);
      expect(DOCUMENT.tags.map(({ name }) => name)).toEqual(expect.arrayContaining(operation.tags));
      const isPublic = isOpenToAll(path, method);
      const alternatives = operation.security.flatMap(({ oauth2 }) => (oauth2 ? [oauth2] : []));
      const scopes = alternatives.flat();
      if (isPublic) expect(operation.security.some((one) => 'oauth2' in one)).toBe(false);
      else expect(path.startsWith('/v1/me') || scopes.every((scope) => (ALL_SCOPES as string[]).includes(scope))).toBe(true);
      // Who one is, and what words mean, is for whoever holds a token.
      const isForAnyClient = path.startsWith('/v1/me') || (method === 'GET' && path.startsWith('/v1/reference'));
      if (!isPublic) expect(scopes.length > 0).toBe(!isForAnyClient);
      // Several are alternatives, of which any will do.
      if (scopes.length > 0) expect(alternatives.filter((one) => one.length !== 1)).toEqual([]);

      const answers = Object.entries(operation.responses);
      const successes = answers.filter(([status]) => status.startsWith('2'));
      expect(successes.length).toBeGreaterThan(0);
      for (const [status, answer] of successes) {
        const { content, description } = answerOf(answer);
        expect(description).not.toBe('');
        const empty = status === '204' || operation.operationId === 'revokeToken';
        expect(Object.keys(content ?? {}).length > 0).toBe(!empty);
      }
      const statuses = answers.map(([status]) => status);
      const expected = [
        ...(isPublic ? [] : ['401', '403']),
        ...(operation.requestBody ? ['400'] : []),
        ...(operation.requestBody && !isPublic ? ['413', '415'] : []),
        ...(path.includes('{') ? ['404'] : []),
        '431',
        '500',
        '503',
      ];
      expect(statuses).toEqual(expect.arrayContaining(expected));
      const problems = answers.filter(([status]) => /^[45]/.test(status) && !path.includes('/oauth'));
      for (const [, answer] of problems) {
        expect(answerOf(answer).content?.['application/problem+json']?.schema).toEqual({ $ref: PROBLEM });
      }
      if (['POST', 'PUT', 'PATCH'].includes(method) && operation.requestBody) {
        for (const { schema } of Object.values(operation.requestBody.content)) {
          expect(Object.keys(schema).length).toBeGreaterThan(0);
        }
      }
    },
  );
});

describe('the schemas', () => {
  const all = schemas();

  it('have no holes', () => {
    const known = [
      // As it was kept, whatever it says.
      '#/components/schemas/ContributedRenditionView/properties/content',
      // RFC 7517: keys have members by their kind.
      '#/components/schemas/CreateClientDto/properties/jwks',
      'getAlert/200/application/geo+json/properties/properties',
      ...['getAlertFeed', 'getAddressedAlertFeed', 'getPublicAlertFeed'].map(
        (feed) => `${feed}/200/application/geo+json/properties/features/items/properties/properties`,
      ),
      'getPublicAlert/200/application/geo+json/properties/properties',
      // What each action has to say, by name.
      '#/components/schemas/AuditEntryView/properties/details',
    ];
    const holes = all.filter(
      ({ schema }) =>
        !schema['$ref'] &&
        !schema['enum'] &&
        !schema['anyOf'] &&
        !('const' in schema) &&
        (schema['type'] === undefined ||
          (schema['type'] === 'array' && schema['items'] === undefined) ||
          (schema['type'] === 'object' && schema['properties'] === undefined)),
    );
    expect(
      holes.map(({ place }) => place).filter((place) => !known.includes(place)),
    ).toEqual([]);
  });

  it('refuse unknown names in what comes in', () => {
    const loose = Object.entries(DOCUMENT.components.schemas)
      .filter(([name]) => name.endsWith('Dto'))
      .filter(([, schema]) => schema['additionalProperties'] !== false);
    expect(loose).toEqual([]);
  });

  it('bound every text and list that comes in', () => {
    const inputs = all.filter(({ place }) => /schemas\/\w+Dto\/|\/parameters\//.test(place));
    const loose = inputs.filter(
      ({ schema }) =>
        (schema['type'] === 'string' && !['maxLength', 'enum', 'pattern', 'format'].some((word) => word in schema)) ||
        (schema['type'] === 'array' && !('maxItems' in schema) && !isClosed(schema)),
    );
    expect(loose.map(({ place }) => place)).toEqual([]);
  });

  it('say null and lists of words as OpenAPI 3.1 does, every list once', () => {
    expect(all.filter(({ schema }) => 'nullable' in schema)).toEqual([]);
    const lists = all.map(({ schema }) => schema['enum']).filter((list) => Array.isArray(list) && list.length > 1);
    const texts = lists.map((list) => JSON.stringify(list));
    expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
  });

  it('take every example', () => {
    const wrong: unknown[] = [];
    const check = (place: string, schema: Schema, value: unknown): void => {
      const faults = faultsOf(schema, value);
      if (faults.length > 0) wrong.push({ place, faults });
    };
    let checked = 0;
    for (const { operation } of ROUTES) {
      const answers = Object.entries(operation.responses).flatMap(([status, answer]) =>
        Object.values(answerOf(answer).content ?? {}).map((media) => [status, media] as const),
      );
      for (const [place, media] of [...Object.entries(operation.requestBody?.content ?? {}), ...answers]) {
        for (const value of examplesOf(media)) {
          check(`${operation.operationId} ${place}`, media.schema, value);
          checked += 1;
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(checked).toBeGreaterThan(100);
  });
});

/** A list of different words ends by itself. */
function isClosed({ items }: Record<string, unknown>): boolean {
  return /"enum"|schemas\/(?!\w+(Dto|View)")/.test(JSON.stringify(items));
}

/** As Express keeps it. */
interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
}

describe('the running application', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('has exactly the routes of the document', async () => {
    const { router } = app.nest.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
    const routes = router.stack
      .flatMap(({ route }) => (route ? [route] : []))
      .flatMap(({ path, methods }) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
      .map((route) => route.replace(/:(\w+)/g, '{$1}'))
      // For the operator, not for partners.
      .filter((route) => route !== 'GET /metrics');
    const documented = ROUTES.map(({ method, path }) => `${method} ${path}`);
    const library = documented.filter((route) => /\/oauth|\/\.well-known/.test(route));
    expect([...new Set(routes), ...library].sort()).toEqual(documented.sort());
    for (const route of library) {
      const [method = '', path = ''] = route.split(' ');
      expect((await app.anonymous.send(method, path)).status).not.toBe(404);
    }
  });
});
