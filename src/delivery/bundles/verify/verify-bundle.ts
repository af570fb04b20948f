#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BundleRefused, checkBundle, type KeySet } from './check-bundle.js';
import { printBundle } from './print-bundle.js';

const USAGE = `usage: verify-bundle BUNDLE --key KEYS [--json] [--any-time]

Checks a bundle of the SLT Exchange without a network, and prints what it says.

  --key       the published keys, as GET /v1/bundles/keys answers
  --json      print it as JSON
  --any-time  also what is old, or made after the time of this clock

Ends with 0 when it is good, 1 when it is refused, 2 when it was called wrongly.
`;

/** @returns the exit code */
function run(parameters: string[]): number {
  const { values, positionals } = parseArgs({
    args: parameters,
    allowPositionals: true,
    options: {
      key: { type: 'string' },
      json: { type: 'boolean' },
      'any-time': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const [file, ...more] = positionals;
  if (values.help) return say(USAGE, 0);
  if (file === undefined || more.length > 0 || values.key === undefined) return complain(USAGE, 2);
  const now = new Date();
  const keys = JSON.parse(readFileSync(values.key, 'utf8')) as KeySet;
  try {
    const bundle = checkBundle(readFileSync(file), keys, { now, anyTime: values['any-time'] ?? false });
    return say(values.json ? `${JSON.stringify(bundle, null, 2)}\n` : printBundle(bundle, now), 0);
  } catch (error) {
    if (!(error instanceof BundleRefused)) throw error;
    return complain(`REFUSED (${error.reason}): ${error.message}\n`, 1);
  }
}

function say(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

function complain(text: string, code: number): number {
  process.stderr.write(text);
  return code;
}

try {
  process.exitCode = run(process.argv.slice(2));
} catch (error) {
  process.exitCode = complain(`${error instanceof Error ? error.message : 'unknown'}\n\n${USAGE}`, 2);
}
