import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

/** Prints what the parser of AsyncAPI finds in a document, as JSON. A process of its own: the parser is old CommonJS. */
const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], 'utf8'));
const found = diagnostics.map(({ code, severity, message, path }) => ({ code, severity, message, path }));
process.stdout.write(JSON.stringify({ version: document?.version() ?? null, found }));
