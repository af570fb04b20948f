import { type IssuedClient } from './access/clients.service.js';
import { type Config } from './core/config.js';
import { type Service } from './service.js';

/** What whoever started the service reads: where it is, with which credentials, and what to try first. */
export function welcome({ url, dataDir }: Service, config: Config, issued: IssuedClient | undefined): string {
  const secret = issued?.clientSecret;
  const address = config.publicUrl ?? url;
  return [
    '',
    'SLT Exchange is running.',
    '',
    `  API            ${address}`,
    `  Swagger        ${address}/docs`,
    `  Database       ${dataDir === undefined ? 'yours, as DATABASE_URL says' : `embedded, with its data in ${dataDir}`}`,
    `  Client id      ${config.steward.clientId}`,
    `  Client secret  ${secret ?? whereSecretIs(issued, dataDir)}`,
    ...(secret === undefined ? [] : ['                 shown this once: keep it in a safe place']),
    '',
    'Paste this into a second terminal: it posts a test alert and reads it back.',
    ...(secret === undefined ? ['(With the client secret in SLT_STEWARD_CLIENT_SECRET there.)'] : []),
    '',
    firstMinute(url, config.steward.clientId, secret),
    '',
    'Stop with Ctrl-C.',
    '',
  ].join('\n');
}

function whereSecretIs(issued: IssuedClient | undefined, dataDir: string | undefined): string {
  if (issued !== undefined) return 'the one in SLT_STEWARD_CLIENT_SECRET';
  const known = 'shown when the database was made, and kept as a digest only';
  const lost = `if it is lost: stop, delete ${dataDir} and with it all data, and start again`;
  return dataDir === undefined ? known : `${known};\n                 ${lost}`;
}

const ALERT = {
  kind: 'advisory',
  status: 'test',
  event: 'Test of the exchange',
  categories: ['security'],
  urgency: 'unknown',
  severity: 'minor',
  certainty: 'observed',
  renditions: [
    {
      tlp: 'GREEN',
      classification: 'UNCLASSIFIED',
      audience: { kinds: ['ingo'] },
      texts: [{ language: 'en', headline: 'This is a test', description: 'Nothing has happened.' }],
    },
  ],
};

/** Needs nothing but a shell and curl. Four lines, each of which may be pasted by itself. */
function firstMinute(url: string, clientId: string, secret: string | undefined): string {
  const credentials =
    secret === undefined ? `"${clientId}:$SLT_STEWARD_CLIENT_SECRET"` : `'${clientId}:${secret}'`;
  const bearer = `-H "Authorization: Bearer $TOKEN"`;
  return [
    `API=${url}`,
    `TOKEN=$(curl -sS -u ${credentials} -d grant_type=client_credentials $API/oauth/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    `ALERT=$(curl -sS -D - -o /dev/null ${bearer} -H 'Content-Type: application/json' -d '${JSON.stringify(ALERT)}' $API/v1/alerts | grep -i '^location:' | cut -d' ' -f2 | tr -d '\\r')`,
    `curl -sS ${bearer} $API$ALERT; echo`,
  ].join('\n');
}
