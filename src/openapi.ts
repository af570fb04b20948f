import { type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { SCOPES } from './access/scopes.js';
import { buildAsyncApi, type OpenApi } from './asyncapi.js';
import { AppModule } from './app.module.js';
import { describeTransitions } from './applications/applications.module.js';
import { describeTransitions as describeFocalPoints } from './focal-points/focal-points.module.js';
import { readConfig } from './core/config.js';
import { ProblemView } from './core/problem.dto.js';
import { HEADERS, PROBLEM_RESPONSES } from './openapi-answers.js';
import metadata from './openapi-metadata.js';
import { describeStanding } from './partners/partners.module.js';
import { describeWithdrawal } from './withdrawals/withdrawals.module.js';
import { OAUTH_PATHS, OAUTH_SCHEMAS } from './openapi-oauth.js';
import { completeOperation, type Operation } from './openapi-operations.js';
import {
  type FieldOrder,
  type Json,
  keepUsed,
  type Schemas,
  settleSchemas,
  sorted,
  withoutDetours,
} from './openapi-schemas.js';

const DESCRIPTION = `Security alerts, shared between the organisations that cooperate under *Saving Lives Together*: \
each reads exactly what it may, in the one rendition that is meant for it.

**Begin** with \`POST /oauth/token\`: it gives the credentials of a client an access token for ten minutes. On this page \
the button *Authorize* does that. \`GET /v1/me\` then says who you are and how far you see.

- Ids are UUIDs, times are UTC in ISO 8601, names are in camelCase. A name that is not in this document is refused.
- Lists give a \`nextCursor\`; it is null on the last page. The change log has no last page.
- Whatever goes wrong is a problem of RFC 9457 with a stable \`type\`, and \`errors\` names every fault in what was sent.
- What you may not see is answered exactly like what does not exist.
- Every answer has an \`X-Request-Id\` to ask about, and says by \`RateLimit\` how much you may ask for yet.
- Answers may gain fields; ignore those that you do not know.

Decisions remain with the recipient: the exchange complements your own security risk management and replaces none of it.`;

const TAGS: Record<string, string> = {
  access: 'Tokens for the clients of partners: OAuth 2.0, client credentials.',
  me: 'Who you are here, and how far you see.',
  partners: `The organisations that take part, those registered under them, and the clients of their systems. What can happen \
to the standing of a partner, by whom and when:\n\n${describeStanding()}\n\nAnd to what it contributed, when it \
withdraws:\n\n${describeWithdrawal()}`,
  applications: `How an organisation comes to be a partner: it applies, confirms its address by mail, shows its evidence \
and is vetted. What can happen to an application, by whom and when:\n\n${describeTransitions()}`,
  arrangements: 'Security cooperation arrangements of countries or areas, and their members.',
  commitments: 'What partners commit to, who signed it until when, and how each says that it meets it.',
  'focal-points': `Who speaks for a partner, and whether they still answer: every 90 days each confirms, by the link of a \
mail or here. On day 91 without an answer nothing above GREEN is given. What can happen to a focal point, by whom and when:
\n${describeFocalPoints()}`,
  forums: 'Where the members of an arrangement meet: meetings, minutes and actions, for members alone.',
  liaison: 'Whom the UN talks to in the host government, and what came of it; for UN members alone.',
  alerts: 'Publishing and reading alerts, as JSON, CAP 1.2 and GeoJSON.',
  reference: 'Code lists: the words of the field, with versions, translations and crosswalks.',
  attachments: 'Files that belong to alerts and reports.',
  reports: 'What partners report: held in custody for its source, triaged, and answered with an outcome.',
  changes: 'Your own log of everything that reached you, changed or was withdrawn.',
  feeds: 'Alerts for feed readers.',
  public: 'What is published to everybody, without credentials.',
  bundles: 'The last 24 hours of an arrangement, signed and small, to be read without a network.',
  webhooks: 'Being told of changes at addresses of your own, by Standard Webhooks.',
  subscriptions: 'Alerts by mail, to people who agree to it.',
  audit: 'Who did what, as far as it concerns you.',
  health: 'For whoever starts and watches the service.',
};

export interface Documents {
  openApi: OpenAPIObject;
  asyncApi: Json;
}

export const buildDocument = async (version: string): Promise<OpenAPIObject> =>
  (await buildDocuments(version)).openApi;

/** Both, from the code alone: nothing of the application is instantiated, and no database is asked. */
export async function buildDocuments(version: string): Promise<Documents> {
  const nowhere = { serviceUrl: 'postgres://nowhere', backgroundUrl: 'postgres://nowhere' };
  const app = await NestFactory.create(AppModule.forRoot(readConfig({}), 'http://nowhere', nowhere), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  const { models } = (await metadata())['@nestjs/swagger'];
  const order = Object.assign({}, ...models.map(([, classes]) => classes)) as FieldOrder;
  return complete(await scan(app, version), order);
}

async function scan(app: INestApplication, version: string): Promise<OpenAPIObject> {
  const base = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('SLT Exchange')
    .setDescription(DESCRIPTION)
    .setVersion(version)
    .addServer('/')
    .addOAuth2(
      {
        type: 'oauth2',
        description:
          'With the credentials of your client; ask for all of its scopes, or for some.' +
          ' A token that is bound to a key (`token_type` is `DPoP`, RFC 9449) goes as `Authorization: DPoP …`, beside a' +
          ' header `DPoP` with a fresh proof: a JWT of that key over method, address and token.',
        flows: { clientCredentials: { tokenUrl: '/oauth/token', scopes: SCOPES } },
      },
      'oauth2',
    )
    .addBearerAuth({ type: 'http', description: 'An access token that you have already.' }, 'bearer')
    .addBasicAuth(
      { type: 'http', description: 'Id and secret of a client, for the token endpoint alone.' },
      'client',
    )
    .build();
  for (const [name, description] of Object.entries(TAGS)) base.tags?.push({ name, description });
  base.info.license = { name: 'Apache-2.0', identifier: 'Apache-2.0' } as typeof base.info.license;
  await SwaggerModule.loadPluginMetadata(async () => ({ ...(await metadata()) }));
  return SwaggerModule.createDocument(app, base, {
    operationIdFactory: (_, method) => method,
    extraModels: [ProblemView],
  });
}

/** What follows from rules, so that no controller has to repeat it. */
function complete(document: OpenAPIObject, order: FieldOrder): Documents {
  const schemas = document.components?.schemas as Schemas;
  for (const item of Object.values(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      completeOperation(method, operation as Operation, schemas);
    }
  }
  settleSchemas(schemas, order);
  const { contact: _, ...info } = document.info;
  const components = {
    ...document.components,
    headers: HEADERS,
    responses: PROBLEM_RESPONSES,
    schemas: { ...schemas, ...OAUTH_SCHEMAS },
  };
  const { openapi, servers, tags } = document;
  const paths = { ...OAUTH_PATHS, ...sorted(document.paths) };
  const whole = { openapi, info, servers, tags, paths, components };
  const plain = withoutDetours(JSON.parse(JSON.stringify(whole))) as OpenAPIObject & { components: Json };
  const asyncApi = buildAsyncApi(structuredClone(plain) as unknown as OpenApi);
  keepUsed(plain);
  return { openApi: plain, asyncApi };
}
