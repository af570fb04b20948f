import { createHash, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { type IssuedClient } from '../../src/access/clients.service.js';
import { type Answer, basic, inSeconds, post, sign } from './issuing.js';

/** A key of a client, and the proofs (RFC 9449) that it signs. */
export interface Holder {
  privateKey: KeyObject;
  publicKey: KeyObject;
  alg: string;
}

export const ecHolder = (): Holder => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  alg: 'ES256',
});

export const athOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

export interface ProofChanges {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: KeyObject | Uint8Array;
}

/** One that is as it should be, but for the changes. */
export function proofOf(
  { privateKey, publicKey, alg }: Holder,
  method: string,
  address: string,
  { claims = {}, header = {}, key = privateKey }: ProofChanges = {},
): Promise<string> {
  const jwk = publicKey.export({ format: 'jwk' });
  return sign(
    { jti: randomUUID(), htm: method, htu: address, iat: inSeconds(0), ...claims },
    { typ: 'dpop+jwt', alg, jwk, ...header },
    key,
  );
}

/** The token request of a client with a secret, with whatever is to stand in its DPoP header. */
export const requestBoundToken = (
  app: { url: string },
  { clientId, clientSecret }: Pick<Required<IssuedClient>, 'clientId' | 'clientSecret'>,
  proof: string,
): Promise<Answer> =>
  post(
    app,
    '/oauth/token',
    { grant_type: 'client_credentials' },
    { ...basic(clientId, clientSecret), DPoP: proof },
  );

/** @throws Error when it gets none */
export async function boundToken(
  app: { url: string },
  client: Pick<Required<IssuedClient>, 'clientId' | 'clientSecret'>,
  holder: Holder,
  issuer = app.url,
): Promise<string> {
  const answer = await requestBoundToken(app, client, await proofOf(holder, 'POST', `${issuer}/oauth/token`));
  if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${answer.text}`);
  return answer.body['access_token'] as string;
}

/** Headers that come more than once, which fetch would join. */
export const sendRaw = (
  app: { url: string },
  method: string,
  path: string,
  headers: string[],
): Promise<{ status: number; challenge: string | undefined; text: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port, host } = new URL(app.url);
    const all = ['Host', host, ...headers] as never;
    const request = httpRequest({ hostname, port, method, path, headers: all });
    request.on('response', (response) => {
      response.toArray().then(
        (chunks) =>
          resolve({
            status: response.statusCode ?? 0,
            challenge: response.headers['www-authenticate'],
            text: chunks.join(''),
          }),
        reject,
      );
    });
    request.on('error', reject).end();
  });
