import { answerHeaders, problemAnswers, textHeader } from './openapi-answers.js';

/** What the authorization server answers; it is a library, so no controller describes it. */

const headers = answerHeaders([], { isLimited: true });
const schema = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (name: string, example?: object) => ({
  'application/json': { schema: schema(name), ...(example && { example }) },
});
const refused = (description: string, error: string, sentence?: string, more?: object) => ({
  description,
  ...(more && { headers: more }),
  content: json('OAuthError', { error, ...(sentence && { error_description: sentence }) }),
});

const UNKNOWN_CLIENT = refused(
  'The client is not who it says.',
  'invalid_client',
  'client authentication failed',
  { 'WWW-Authenticate': textHeader('Asks for HTTP Basic, if that was tried.') },
);
const problems = {
  ...problemAnswers(['too-many-requests', 'headers-too-large']),
  500: refused('Something failed here.', 'server_error', 'oops! something went wrong'),
  503: refused('Come back after `Retry-After`.', 'temporarily_unavailable', undefined, {
    'Retry-After': textHeader('Seconds to wait.'),
  }),
};

const CLIENT_PROOF = {
  client_id: { type: 'string', description: 'Of a client that proves itself with a key.' },
  client_assertion_type: {
    type: 'string',
    const: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  },
  client_assertion: {
    type: 'string',
    description:
      'JWT signed with the key of a `private_key_jwt` client (RFC 7523); for a secret use HTTP Basic.',
  },
};

const form = (required: string[], properties: object) => ({
  required: true,
  content: {
    'application/x-www-form-urlencoded': {
      schema: { type: 'object', required, properties: { ...properties, ...CLIENT_PROOF } },
    },
  },
});

const ISSUED = {
  access_token: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzY29wZSI6ImFsZXJ0czpyZWFkIn0.c2lnbmF0dXJl',
  expires_in: 600,
  token_type: 'Bearer',
  scope: 'alerts:read',
};

const DPOP = {
  name: 'DPoP',
  in: 'header',
  description:
    'Proof (RFC 9449) for POST and this address, of the key to which the token is to be bound; good once.',
  schema: { type: 'string', maxLength: 8192 },
  example:
    'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7fX0.eyJodG0iOiJQT1NUIiwiaHR1IjoiaHR0cHM6Ly9zbHQuZXhhbXBsZS9vYXV0aC90b2tlbiJ9.c2lnbmF0dXJl',
};
const NONCE = {
  'DPoP-Nonce': textHeader(
    'Answers a proof. After `use_dpop_nonce`, put it into the next one as `nonce`: its date does not count then.',
  ),
};
const tokenHeaders = { ...headers, ...NONCE };

/** By HTTP Basic, or within the form. */
const security = [{ client: [] }, {}];

const discovery = (operationId: string, summary: string) => ({
  get: {
    operationId,
    summary,
    tags: ['access'],
    security: [],
    responses: {
      200: { description: 'RFC 8414', headers, content: json('AuthorizationServer') },
      ...problems,
    },
  },
});

export const OAUTH_PATHS = {
  '/oauth/token': {
    post: {
      operationId: 'issueToken',
      summary: 'Get an access token for the credentials of a client.',
      description:
        'OAuth 2.0 client credentials (RFC 6749 §4.4); the token is a JWT (RFC 9068) and lives ten minutes.' +
        ' With a proof of possession (RFC 9449) it is bound to the key of that: `token_type` is `DPoP`, and nobody else can' +
        ' use it. A client that was made with `requireDpop` gets no other.',
      tags: ['access'],
      security,
      parameters: [DPOP],
      requestBody: form(['grant_type'], {
        grant_type: { type: 'string', const: 'client_credentials' },
        scope: {
          type: 'string',
          description: "Scopes separated by spaces; all of the client's when absent.",
        },
        resource: {
          type: 'string',
          format: 'uri',
          description: 'Address of this service, which is the only one there is.',
        },
      }),
      responses: {
        200: {
          description: 'Send it as `Authorization: Bearer …`, or `DPoP …` as `token_type` says.',
          headers: tokenHeaders,
          content: {
            'application/json': {
              schema: schema('AccessToken'),
              examples: {
                bearer: { summary: 'For whoever has it', value: ISSUED },
                bound: { summary: 'With a proof', value: { ...ISSUED, token_type: 'DPoP' } },
              },
            },
          },
        },
        400: refused(
          'What was asked for cannot be had, or the proof is none.',
          'invalid_scope',
          'requested scope is not allowed',
          NONCE,
        ),
        401: UNKNOWN_CLIENT,
        ...problems,
      },
    },
  },
  '/oauth/revocation': {
    post: {
      operationId: 'revokeToken',
      summary: 'Give an access token of yours up before its time.',
      description: 'RFC 7009. A token that is none, or not yours, is answered alike.',
      tags: ['access'],
      security,
      requestBody: form(['token'], {
        token: { type: 'string' },
        token_type_hint: { type: 'string', description: 'Without effect: there are only access tokens.' },
      }),
      responses: {
        200: { description: 'It does not work any more.', headers },
        400: refused('The request is not one.', 'invalid_request', "missing required parameter 'token'"),
        401: UNKNOWN_CLIENT,
        ...problems,
      },
    },
  },
  '/oauth/jwks': {
    get: {
      operationId: 'getKeys',
      summary: 'Read the public keys that access tokens are signed with.',
      tags: ['access'],
      security: [],
      responses: {
        200: {
          description: 'RFC 7517; a new key appears a day before it signs.',
          headers,
          content: { 'application/jwk-set+json': { schema: schema('KeySet') } },
        },
        ...problems,
      },
    },
  },
  '/.well-known/oauth-authorization-server/oauth': discovery(
    'getAuthorizationServer',
    'Read what the authorization server can do, and where.',
  ),
  '/oauth/.well-known/oauth-authorization-server': discovery(
    'getAuthorizationServerBelowIssuer',
    'Read the same, for programs that look below the issuer.',
  ),
};

const text = { type: 'string' };
const address = { type: 'string', format: 'uri' };
const texts = { type: 'array', items: text };

export const OAUTH_SCHEMAS = {
  AccessToken: {
    type: 'object',
    required: ['access_token', 'token_type', 'expires_in', 'scope'],
    properties: {
      access_token: text,
      token_type: { type: 'string', enum: ['Bearer', 'DPoP'] },
      expires_in: { type: 'integer', description: 'Seconds.' },
      scope: { type: 'string', description: 'Separated by spaces.' },
    },
  },
  OAuthError: {
    type: 'object',
    description: 'RFC 6749 §5.2',
    required: ['error'],
    properties: { error: text, error_description: text, scope: text },
  },
  KeySet: {
    type: 'object',
    required: ['keys'],
    properties: {
      keys: {
        type: 'array',
        items: {
          type: 'object',
          required: ['kty', 'kid', 'alg', 'use'],
          properties: { kty: text, kid: text, alg: text, use: text, crv: text, x: text, y: text },
        },
      },
    },
  },
  AuthorizationServer: {
    type: 'object',
    required: ['issuer', 'token_endpoint', 'jwks_uri', 'revocation_endpoint', 'scopes_supported'],
    properties: {
      issuer: address,
      token_endpoint: address,
      jwks_uri: address,
      revocation_endpoint: address,
      scopes_supported: texts,
      response_types_supported: texts,
      grant_types_supported: texts,
      token_endpoint_auth_methods_supported: texts,
      token_endpoint_auth_signing_alg_values_supported: texts,
      dpop_signing_alg_values_supported: texts,
      revocation_endpoint_auth_methods_supported: texts,
      revocation_endpoint_auth_signing_alg_values_supported: texts,
    },
  },
};
