import { type NestExpressApplication } from '@nestjs/platform-express';
import { type KeyObject, randomUUID } from 'node:crypto';
import { decodeJwt, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { type Actor } from '../../src/access/actor.js';
import { ActorsService } from '../../src/access/actors.service.js';
import { type NewClient } from '../../src/access/client.rules.js';
import { ClientsService, type IssuedClient } from '../../src/access/clients.service.js';
import { ALL_SCOPES } from '../../src/access/scopes.js';
import { Database } from '../../src/core/database.js';
import { newId } from '../../src/core/ids.js';
import { type TestDatabase } from '../support/database.js';

/** Partners and clients as the steward would make them, straight through the service that makes them. */
export interface Issuing {
  url: string;
  nest: NestExpressApplication;
  database: TestDatabase;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
  text: string;
}

export async function givenPartner({ nest }: Issuing, status = 'active'): Promise<string> {
  const id = newId();
  const code = `P-${id.slice(-12).toUpperCase()}`;
  await nest.get(Database).asSystem(async (tx) => {
    await tx.query(
      `insert into partner (id, code, name, kind, status, ceiling_tlp, ceiling_classification)
       values ($1, $2, $2, 'ingo', $3, 4, 2)`,
      [id, code, status],
    );
    await nest.get(ClientsService, { strict: false }).openReader(tx, id);
  });
  return id;
}

export async function givenClient(
  app: Issuing,
  options: Partial<NewClient> = {},
): Promise<Required<IssuedClient>> {
  const { nest } = app;
  const partnerId = options.partnerId ?? (await givenPartner(app));
  const client: NewClient = {
    name: 'A client of the tests',
    scopes: ALL_SCOPES,
    authentication: 'client_secret',
    ...options,
    partnerId,
  };
  const issued = await nest
    .get(Database)
    .asSystem((tx) => nest.get(ClientsService, { strict: false }).create(tx, client));
  return { clientSecret: '', ...issued };
}

export function basic(clientId: string, clientSecret: string): Record<string, string> {
  const userinfo = [clientId, clientSecret].map(encodeURIComponent).join(':');
  return { Authorization: `Basic ${Buffer.from(userinfo).toString('base64')}` };
}

export async function post(
  { url }: { url: string },
  path: string,
  form: Record<string, string> | [string, string][],
  headers: Record<string, string> = {},
): Promise<Answer> {
  return read(await fetch(url + path, { method: 'POST', body: new URLSearchParams(form), headers }));
}

/** A POST whose body is empty JSON: it is refused, or found wanting, but only after the caller was looked at. */
export const postNothing = async (
  { url }: { url: string },
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer> => read(await fetch(url + path, { method: 'POST', headers }));

export const get = async (
  { url }: { url: string },
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer> => read(await fetch(url + path, { headers }));

/** The token request of a client with a secret. */
export function requestToken(
  app: { url: string },
  { clientId, clientSecret }: Required<IssuedClient>,
  form: Record<string, string> = {},
): Promise<Answer> {
  return post(
    app,
    '/oauth/token',
    { grant_type: 'client_credentials', ...form },
    basic(clientId, clientSecret),
  );
}

/** @throws Error when the client gets none */
export async function accessToken(
  app: { url: string },
  client: Required<IssuedClient>,
  form: Record<string, string> = {},
): Promise<string> {
  const { status, body, text } = await requestToken(app, client, form);
  if (status !== 200) throw new Error(`no token: ${status} ${text}`);
  return body['access_token'] as string;
}

export const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });

/** Whom the service sees behind a token. */
export async function actorOf({ nest }: Issuing, token: string): Promise<Actor> {
  const {
    jti = '',
    client_id: clientId,
    exp = 0,
    scope,
  } = decodeJwt<{ client_id: string; scope?: string }>(token);
  const scopes = scope?.split(' ') ?? [];
  const bearer = await nest
    .get(ActorsService, { strict: false })
    .resolve({ tokenId: jti, clientId, scopes, expiresAt: exp });
  if (bearer === null) throw new Error('nobody');
  return bearer.actor;
}

/** A signed JWT; absent claims are left out, a header of `undefined` too. */
export function sign(
  claims: JWTPayload,
  header: JWTHeaderParameters,
  key: KeyObject | Uint8Array,
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header).sign(key);
}

export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

/** Claims of a client assertion (RFC 7523 §3) that are as they should be. */
export const assertionClaims = (app: { url: string }, clientId: string): JWTPayload => ({
  iss: clientId,
  sub: clientId,
  aud: `${app.url}/oauth`,
  jti: randomUUID(),
  iat: inSeconds(0),
  exp: inSeconds(60),
});

export function requestTokenByAssertion(
  app: { url: string },
  assertion: string,
  form: Record<string, string> = {},
): Promise<Answer> {
  return post(app, '/oauth/token', {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    ...form,
  });
}

/** Until it holds; for what takes effect within seconds. */
export async function eventually(milliseconds: number, check: () => Promise<boolean>): Promise<number> {
  const start = performance.now();
  while (!(await check())) {
    if (performance.now() - start > milliseconds) throw new Error(`not within ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return performance.now() - start;
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '') && text !== '';
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
    text,
  };
}
