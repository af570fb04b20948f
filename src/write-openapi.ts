import { readFileSync, writeFileSync } from 'node:fs';
import { buildDocuments } from './openapi.js';

/** `npm run openapi`: writes openapi/openapi.json and openapi/asyncapi.json anew. */
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const { openApi, asyncApi } = await buildDocuments(version);
const write = (name: string, document: object): void =>
  writeFileSync(`openapi/${name}.json`, `${JSON.stringify(document, null, 2)}\n`);
write('openapi', openApi);
write('asyncapi', asyncApi);
