import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { buildDocument } from '../../src/openapi.js';
import { EventStream } from '../delivery/event-stream.js';
import { type TestApp } from '../support/app.js';
import { type TestPartner } from '../support/factories.js';
import { type Http } from '../support/http.js';

/** Somebody from whom a source is to be kept, with every way of looking that it has. */
export interface Observer {
  name: string;
  http: Http;
  partnerId: string;
  manages: string;
}

/** How often each answer, table or function names the source: by what was asked. */
export type Findings = Record<string, number>;

/** Everything by which somebody could be known, in every spelling in which the service writes ids. */
export function tokensOf({ partner, client }: TestPartner, name: string): string[] {
  const { id, code } = partner;
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  return [
    id,
    id.replaceAll('-', ''),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    code,
    name,
    client.clientId,
    client.clientSecret,
  ].map((token) => token.toLowerCase());
}

export function occurrences(text: string, tokens: string[]): number {
  const folded = text.toLowerCase();
  return tokens.reduce((sum, token) => sum + folded.split(token).length - 1, 0);
}

interface GetOperation {
  path: string;
  /** Names of what it takes in the query. */
  takes: Set<string>;
  /** Media types that it answers with. */
  forms: string[];
}

/** Every GET route of the API, from the code itself. */
export async function getRoutes(): Promise<GetOperation[]> {
  const { paths } = await buildDocument('0.0.0');
  return Object.entries(paths)
    .filter(([path, { get }]) => get && (path.startsWith('/v1/') || path.startsWith('/.well-known/')))
    .map(([path, { get }]) => {
      const parameters = (get?.parameters ?? []) as { in: string; name: string }[];
      const answer = get?.responses['200'] as { content?: object } | undefined;
      return {
        path,
        takes: new Set(parameters.filter((one) => one.in === 'query').map(({ name }) => name)),
        forms: Object.keys(answer?.content ?? {}),
      };
    });
}

const OTHER_PARAMETERS: Record<string, string> = {
  list: 'incident-acts',
  code: 'theft',
  clientId: 'nobody',
  format: 'atom',
};
const QUERIES: Record<string, string>[] = [
  { limit: '200' },
  { of: 'exchange', limit: '200' },
  { mine: 'true', limit: '200' },
  { include: 'content', limit: '200' },
  { count: 'true', limit: '200' },
];

const STREAM = 'text/event-stream';

/** All that the stream has to say by now, with content. */
async function readStream(http: Http): Promise<{ headers: Headers; text: string }> {
  const stream = await EventStream.open(http, { snapshot: 'true', include: 'content' });
  await stream.until(({ ended, events }) => ended || events.some(({ event }) => event === 'live'));
  stream.close();
  return stream;
}

/** Asks every GET route about every id, in every form and with every query that it takes. */
export async function searchAnswers(
  observer: Observer,
  routes: GetOperation[],
  ids: string[],
  tokens: string[],
): Promise<Findings> {
  const found: Findings = {};
  const ask = async (
    path: string,
    at: string,
    query: Record<string, string>,
    accept: string,
  ): Promise<void> => {
    const answer =
      accept === STREAM
        ? await readStream(observer.http)
        : await observer.http.get(at, { query, headers: { Accept: accept } });
    const all = JSON.stringify([...answer.headers]) + answer.text;
    const key = `${observer.name} ${path}`;
    found[key] = (found[key] ?? 0) + occurrences(all, tokens);
  };
  const questions = routes.flatMap(({ path, takes, forms }) => {
    const queries = QUERIES.filter((query) => Object.keys(query).every((name) => takes.has(name)));
    const places = path.includes('{')
      ? ids.map((id) => path.replace(/\{(\w+)\}/g, (_, name: string) => OTHER_PARAMETERS[name] ?? id))
      : [path];
    return places.flatMap((at) => [
      ...queries.map((query) => () => ask(path, at, query, '*/*')),
      ...forms.map((form) => () => ask(path, at, {}, form)),
    ]);
  });
  while (questions.length > 0) await Promise.all(questions.splice(0, 8).map((question) => question()));
  return found;
}

/** What a function is given besides the id. */
const SOMETHING: Record<string, string> = { integer: '1000', bigint: '1000', boolean: 'false', text: `''` };

/** Reads every table, and asks every function that only reads, as the service does for this observer. */
export async function searchDatabase(
  app: TestApp,
  { name, partnerId, manages }: Observer,
  ids: string[],
  tokens: string[],
): Promise<Findings> {
  const found: Findings = {};
  const client = new pg.Client({ connectionString: app.database.serviceUrl });
  await client.connect();
  const as = async (sql: string, params: unknown[] = []): Promise<string> => {
    await client.query(`begin; select set_config('slt.partner', '${partnerId}', true),
      set_config('slt.reader', '${partnerId}', true), set_config('slt.manages', '${manages}', true)`);
    const rows = await client.query(sql, params).then(
      ({ rows: all }) => JSON.stringify(all),
      (error: Error) => JSON.stringify(error, Object.getOwnPropertyNames(error)),
    );
    await client.query('rollback');
    return rows;
  };
  try {
    const tables = await client.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'p')`,
    );
    for (const table of tables.rows) {
      found[`${name} table ${table.name}`] = occurrences(await as(`select * from ${table.name}`), tokens);
    }
    const functions = await client.query<{ name: string; types: string[] }>(
      `select p.proname as name, array(select format_type(t, null) from unnest(p.proargtypes) t) as types from pg_proc p
       where p.pronamespace = 'public'::regnamespace and p.provolatile <> 'v'
         and p.proargtypes[0] in ('uuid'::regtype, 'uuid[]'::regtype)
         and has_function_privilege('slt_service', p.oid, 'execute')`,
    );
    for (const { name: asked, types } of functions.rows) {
      const [first, ...rest] = types;
      const others = rest.map((type) => `, ${SOMETHING[type] ?? 'null'}::${type}`).join('');
      const key = `${name} function ${asked}`;
      for (const parameter of first === 'uuid[]' ? [ids] : ids) {
        const rows = await as(`select * from ${asked}($1${others})`, [parameter]);
        found[key] = (found[key] ?? 0) + occurrences(rows, tokens);
      }
    }
  } finally {
    await client.end();
  }
  return found;
}

/** What is not there, for the world before: as many as there will be of what is. */
export const strangers = (count: number): string[] => Array.from({ length: count }, () => randomUUID());
