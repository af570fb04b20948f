import { readFileSync, writeFileSync } from 'node:fs';
import { buildDocument } from './openapi.js';

/** `npm run openapi`: writes openapi/openapi.json anew. */
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
writeFileSync('openapi/openapi.json', `${JSON.stringify(await buildDocument(version), null, 2)}\n`);
