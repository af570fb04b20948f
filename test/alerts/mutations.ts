import { query } from '../support/database.js';
import { type TestApp } from '../support/app.js';
import { type Answer, type Http, type Problem } from '../support/http.js';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

export interface Mutation {
  pointer: string;
  what: string;
  /** The text that is sent: some of it no object of ours could hold. */
  json: string;
}

/** What stands for nothing that any field means. */
const VALUES: Record<string, string> = {
  null: 'null',
  true: 'true',
  'a number': '12345.678',
  'a huge number': '1e308',
  'an endless number': '1e999',
  'a negative number': '-1',
  'a word': '"no such value"',
  'an empty text': '""',
  'white space': '" \\t "',
  'a long text': `"${'x'.repeat(25_000)}"`,
  'a null byte': '"a\\u0000b"',
  'half a character': '"a\\ud800b"',
  'not a number': '"NaN"',
  'an empty list': '[]',
  'a list of nothing': '[null]',
  'a list of lists': '[[]]',
  'an empty object': '{}',
  'an object that is no list': '{"0":{},"length":1}',
};
const NAMES = ['unknown', '__proto__', 'constructor', 'toString', 'a/b~c'];

/** A valid body with one thing wrong, for every place in it and every wrong value, missing and unknown names. */
export function mutationsOf(valid: unknown): Mutation[] {
  const body = JSON.parse(JSON.stringify(valid)) as Json;
  return placesIn(body, []).flatMap(({ path, value }) => {
    const pointer = path.length === 0 ? '#' : `#/${path.join('/')}`;
    const replaced =
      path.length === 0
        ? []
        : Object.entries(VALUES).map(([what, json]) => ({ pointer, what, json: put(body, path, json) }));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    const named = isObject
      ? NAMES.map((name) => ({
          pointer: `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
          what: 'an unknown name',
          json: put(body, path, `{${JSON.stringify(name)}:1,${JSON.stringify(value).slice(1)}`),
        }))
      : [];
    return [...replaced, ...named];
  });
}

/** The same body without one of its members. */
export function omissionsOf(valid: unknown): Mutation[] {
  const body = JSON.parse(JSON.stringify(valid)) as Json;
  return placesIn(body, []).flatMap(({ path }) => {
    const name = path.at(-1);
    if (name === undefined || /^\d+$/.test(name)) return [];
    const copy = JSON.parse(JSON.stringify(body)) as Json;
    const parent = path.slice(0, -1).reduce((at, step) => (at as Record<string, Json>)[step] as Json, copy);
    delete (parent as Record<string, Json>)[name];
    return [{ pointer: `#/${path.join('/')}`, what: 'nothing', json: JSON.stringify(copy) }];
  });
}

function placesIn(value: Json, path: string[]): { path: string[]; value: Json }[] {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [{ path, value }, ...members.flatMap(([name, member]) => placesIn(member, [...path, name]))];
}

const MARK = 'the place of the mutation';

function put(body: Json, path: string[], json: string): string {
  if (path.length === 0) return json;
  const copy = JSON.parse(JSON.stringify(body)) as Json;
  const parent = path.slice(0, -1).reduce((at, step) => (at as Record<string, Json>)[step] as Json, copy);
  (parent as Record<string, Json>)[path.at(-1) as string] = MARK;
  return JSON.stringify(copy).replace(JSON.stringify(MARK), () => json);
}

export const JSON_BODY = { 'Content-Type': 'application/json' };

/** Sends them a few at a time and answers what came back, in order. */
export async function sendAll(
  http: Http,
  path: string,
  mutations: Mutation[],
  method = 'POST',
): Promise<Answer<Problem>[]> {
  const answers: Answer<Problem>[] = [];
  for (let at = 0; at < mutations.length; at += 8) {
    const some = mutations.slice(at, at + 8);
    answers.push(
      ...(await Promise.all(
        some.map(({ json }) => http.send<Problem>(method, path, json, { headers: JSON_BODY })),
      )),
    );
  }
  return answers;
}

/** Those that were not answered by a problem of this status that names their place. */
export function unnamed(mutations: Mutation[], answers: Answer<Problem>[], status = 400): string[] {
  return mutations.flatMap(({ pointer, what }, index) => {
    const answer = answers[index];
    const named = answer?.body?.errors?.some(
      (fault) =>
        fault.detail !== '' && (fault.pointer.startsWith(pointer) || pointer.startsWith(`${fault.pointer}/`)),
    );
    const isProblem = answer?.headers.get('content-type')?.startsWith('application/problem+json');
    return answer?.status === status && named && isProblem
      ? []
      : [`${pointer} ${what}: ${answer?.status} ${answer?.text.slice(0, 300)}`];
  });
}

let tables: string[] = [];

/** How many rows each table has; equal before and after whatever was refused. */
export async function rowCounts({ database }: TestApp): Promise<Record<string, number>> {
  if (tables.length === 0) {
    const rows = await query<{ relname: string }>(
      database.superuserUrl,
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
       and relname not in ('oidc_record', 'revoked_token', 'signing_key', 'schema_migration') order by 1`,
    );
    tables = rows.map(({ relname }) => relname);
  }
  const counts = tables.map((name) => `(select count(*)::int from ${name}) as ${name}`);
  const [row] = await query<Record<string, number>>(database.superuserUrl, `select ${counts.join(', ')}`);
  return row ?? {};
}
