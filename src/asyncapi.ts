import { alert } from './openapi-examples.exchange.js';
import { type Json, keepUsed, type Schemas } from './openapi-schemas.js';
import { ALERT, MADE } from './openapi-examples.story.js';

const DESCRIPTION = `What the SLT Exchange tells by itself: server-sent events of a change log, and messages to webhooks. \
The rest of the API is in the OpenAPI document, from the same classes.

Every message is for one reader, and says what that reader may have at the moment of sending. \`withdrawn\` is a tombstone: \
delete what you hold. What is not meant for action (exercises, tests) comes only where it was asked for. Messages can \
come twice: places in the log and ids of messages tell. They may gain fields; ignore those that you do not know.`;

const CHANGES = {
  published: 'It reached you.',
  updated: 'You have another text of it.',
  cancelled: 'It was cancelled; its last text is still yours to read.',
  expired: 'Its time is over.',
  withdrawn: 'A tombstone: you have it no more, and delete what you hold. It has no content.',
} as const;
const MARKS = {
  resync: 'Your place was too old: what you have now follows, from a snapshot.',
  live: 'The snapshot is told, and the log goes on: delete whatever else you hold.',
} as const;

const ref = (path: string): Json => ({ $ref: `#/${path}` });
const schema = (name: string): Json => ref(`components/schemas/${name}`);
const text = (description: string, more: Json = {}): Json => ({ type: 'string', description, ...more });

/** With one field of a class fixed, and perhaps another one never there. */
const narrowed = (name: string, properties: Json, never?: string): Json => ({
  allOf: [schema(name), { type: 'object', properties, ...(never && { not: { required: [never] } }) }],
});

const CHANGE = {
  position: 1,
  change: 'published',
  alarm: true,
  at: MADE,
  object: { type: 'alert', id: ALERT, version: 1 },
};
const TOMBSTONE = { ...CHANGE, position: 2, change: 'withdrawn', object: { ...CHANGE.object, version: 2 } };
const MESSAGE = {
  type: 'alert.published',
  timestamp: MADE,
  data: {
    object: CHANGE.object,
    change: 'published',
    alarm: true,
    position: 1,
    tlp: 'GREEN',
    address: `https://slt.example/v1/alerts/${ALERT}`,
  },
};

const SIGNED = {
  'webhook-id': 'msg_019b2f00-0000-7000-8000-000000000042',
  'webhook-timestamp': '1793955600',
  'webhook-signature': 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
};
const WEBHOOK_HEADERS = {
  type: 'object',
  required: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  properties: {
    'webhook-id': text('The same for every attempt: by it a repeat is known.', { pattern: '^msg_[^.]+$' }),
    'webhook-timestamp': text('Seconds since 1970 of this attempt.', { pattern: '^[0-9]+$' }),
    'webhook-signature': text(
      'Separated by spaces: `v1,` and HMAC-SHA256, `v1a,` and Ed25519, in base64 and over id, timestamp and body,' +
        ' joined by dots; of the keys before these as well while they overlap.',
      { pattern: '^v1a?,[A-Za-z0-9+/=]+( v1a?,[A-Za-z0-9+/=]+)*$' },
    ),
  },
};

const event = (name: string, summary: string, payload: Json, example: Json): Json => ({
  name,
  title: name,
  summary,
  contentType: 'application/json',
  headers: {
    type: 'object',
    description: 'Fields of the event beside its data.',
    required: ['event', 'id'],
    properties: {
      event: { type: 'string', const: name },
      id: text('Where to go on: send it as `Last-Event-ID`.', { maxLength: 64 }),
    },
  },
  payload,
  examples: [{ name, payload: example }],
});

const pushed = (name: string, summary: string, payload: Json, example: Json): Json => ({
  name,
  title: name,
  summary,
  contentType: 'application/json',
  headers: schema('WebhookHeaders'),
  payload,
  examples: [{ name, headers: SIGNED, payload: example }],
});

const data = (properties: Json, never?: string): Json =>
  narrowed('WebhookMessageView', { data: narrowed('WebhookMessageDataView', properties, never) });

const STREAM = {
  ...Object.fromEntries(
    Object.entries(CHANGES).map(([name, summary]) => [
      name,
      event(
        name,
        summary,
        narrowed('ChangeView', { change: { const: name } }, name === 'withdrawn' ? 'content' : undefined),
        name === 'withdrawn'
          ? TOMBSTONE
          : { ...CHANGE, change: name, ...(name === 'updated' && { content: alert }) },
      ),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(MARKS).map(([name, summary]) => [
      name,
      event(name, summary, schema('StreamMarkView'), { snapshot: name === 'resync' }),
    ]),
  ),
};

const { tlp: _tlp, address: _address, ...REST } = MESSAGE.data;
const GONE = { ...MESSAGE, type: 'alert.withdrawn', data: { ...REST, change: 'withdrawn', position: 2 } };
const WEBHOOK_ID = '019b2f00-0000-7000-8000-000000000041';
const NOTICE = {
  type: 'webhook.disabled',
  timestamp: MADE,
  data: {
    object: { type: 'webhook', id: WEBHOOK_ID },
    change: 'disabled',
    alarm: true,
    address: `https://slt.example/v1/webhooks/${WEBHOOK_ID}`,
  },
};

const PUSHED = {
  changeMessage: pushed(
    'changeMessage',
    'Something was published to you, updated, cancelled or expired; thin, or with what it says.',
    data({ change: { enum: ['published', 'updated', 'cancelled', 'expired'] } }),
    MESSAGE,
  ),
  drillMessage: pushed(
    'drillMessage',
    'The same of what is not meant for action; to endpoints with `"drills": true` alone.',
    narrowed('WebhookMessageView', {
      data: {
        allOf: [
          schema('WebhookMessageDataView'),
          { required: ['drill'], properties: { drill: { const: true } } },
        ],
      },
    }),
    { ...MESSAGE, data: { ...MESSAGE.data, drill: true } },
  ),
  tombstoneMessage: pushed(
    'tombstoneMessage',
    'You have it no more, or had it no more when this was sent: delete what you hold.',
    data({ change: { const: 'withdrawn' } }, 'content'),
    GONE,
  ),
  noticeMessage: pushed(
    'noticeMessage',
    'Of the webhook itself: a test that you asked for, or that another one of yours was switched off.',
    data({ change: { enum: ['test', 'disabled'] } }, 'content'),
    NOTICE,
  ),
};

interface Parameter {
  name: string;
  in: string;
  description?: string;
  schema: Json;
}

export interface OpenApi {
  info: Json;
  paths: Record<string, Record<string, { parameters?: Parameter[] }>>;
  components: { schemas: Schemas };
}

/** @param openApi with the schemas of all classes, and not yet without those that it does not need itself */
export function buildAsyncApi({ info, paths, components }: OpenApi): Json {
  const { version, license } = info;
  const parameters = paths['/v1/changes/stream']?.['get']?.parameters ?? [];
  const query = Object.fromEntries(
    parameters
      .filter((one) => one.in === 'query')
      .map(({ name, description, schema: type }) => [name, { ...type, ...(description && { description }) }]),
  );
  const channel = (messages: Json, more: Json): Json => ({
    ...more,
    messages: Object.fromEntries(
      Object.keys(messages).map((name) => [name, ref(`components/messages/${name}`)]),
    ),
  });
  const document = {
    asyncapi: '3.0.0',
    id: 'urn:slt-exchange:events',
    info: {
      title: 'SLT Exchange: streams and webhooks',
      version,
      description: DESCRIPTION,
      license: licenceOf(license),
    },
    defaultContentType: 'application/json',
    servers: {
      exchange: {
        host: 'slt.example',
        protocol: 'https',
        description: 'Wherever the exchange is; clients connect to it.',
        security: [ref('components/securitySchemes/bearer')],
      },
      receiver: {
        host: 'hooks.example.org',
        protocol: 'https',
        description: 'Wherever your webhook is; the exchange connects to it.',
      },
    },
    channels: {
      changes: channel(STREAM, {
        address: '/v1/changes/stream',
        title: 'Your change log',
        description:
          'Server-sent events (HTML Living Standard §9.2). Come back with the `id` of the last event as `Last-Event-ID`.' +
          ' A comment comes at least every 15 seconds. Rights are asked again each second; the stream ends with them.',
        servers: [ref('servers/exchange')],
      }),
      webhook: channel(PUSHED, {
        address: null,
        title: 'Your endpoint',
        description:
          'The `url` of `POST /v1/webhooks`, by Standard Webhooks 1.0. At least once: 2xx takes a message, 410 switches the' +
          ' endpoint off, redirects are not followed, and anything else is tried again for three days.',
        servers: [ref('servers/receiver')],
      }),
    },
    operations: {
      streamChanges: operation('changes', STREAM, 'Tell a client that follows its change log.', {
        method: 'GET',
        query: { type: 'object', additionalProperties: false, properties: query },
      }),
      deliverMessage: operation('webhook', PUSHED, 'Tell an endpoint of a partner.', { method: 'POST' }),
    },
    components: {
      messages: { ...STREAM, ...PUSHED },
      schemas: { ...components.schemas, WebhookHeaders: WEBHOOK_HEADERS },
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An access token of `POST /oauth/token`. One that is bound to a key (RFC 9449) goes as `Authorization: DPoP …`,' +
            ' beside a proof for GET and this address in the header `DPoP`; one proof is enough for a stream.',
        },
      },
    },
  };
  const plain = JSON.parse(JSON.stringify(document)) as { components: Json };
  keepUsed(plain);
  return plain;
}

const operation = (channel: string, messages: Json, summary: string, http: Json): Json => ({
  action: 'send',
  channel: ref(`channels/${channel}`),
  summary,
  messages: Object.keys(messages).map((name) => ref(`channels/${channel}/messages/${name}`)),
  bindings: { http: { ...http, bindingVersion: '0.3.0' } },
});

/** AsyncAPI has no identifiers of licences, only addresses. */
const licenceOf = (license: unknown): Json => ({
  name: (license as { name: string }).name,
  url: 'https://www.apache.org/licenses/LICENSE-2.0',
});
