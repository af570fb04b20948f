import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bootstrap } from '../bootstrap.js';
import { readConfig } from '../core/config.js';
import { createLog } from '../core/logging.js';
import { LivenessService } from '../focal-points/liveness.service.js';
import { Run } from '../core/run.js';
import { startService } from '../service.js';
import { type DemoPartner, seedDemo } from './seed.js';
import { type DemoStory } from './story.js';

/** `npm run demo`: the service on a database that ends with it, filled with what a newcomer may want to see. */
try {
  const config = readConfig();
  if (config.databaseUrl !== undefined)
    throw new Error('The demonstration brings its own database: unset DATABASE_URL.');
  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
  const run = new Run(log, config);
  await run.start(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'slt-demo-'));
    // Started as root, PostgreSQL runs as somebody else, who must be able to pass through; what is inside stays closed.
    await chmod(dataDir, 0o711);
    run.defer(() => rm(dataDir, { recursive: true, force: true }), { vital: true });
    const steward = { ...config.steward, clientSecret: undefined };
    const service = await startService({ ...config, dataDir, steward }, log, run);
    const issued = service?.app.get(Bootstrap).issued;
    if (service === undefined || issued?.clientSecret === undefined) return;
    const { clientId, clientSecret } = issued;
    const liveness = service.app.get(LivenessService, { strict: false });
    const { partners, stories } = await seedDemo(service.url, { clientId, clientSecret }, (partnerId, days) =>
      liveness.letDaysPassAsSystem(partnerId, days),
    );
    const everybody = [...partners, asSteward(clientId, clientSecret)];
    process.stdout.write(introduction(service.url, everybody, stories));
  });
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

function asSteward(clientId: string, clientSecret: string): DemoPartner {
  return { code: 'steward', says: 'keeps the exchange: every scope, every partner', clientId, clientSecret };
}

function introduction(url: string, partners: DemoPartner[], stories: DemoStory[]): string {
  const width = Math.max(...partners.map(({ code }) => code.length));
  const reader = partners[1];
  return [
    '',
    'SLT Exchange, demonstration. Everything in it is made up, and gone when you press Ctrl-C.',
    '',
    `  API      ${url}`,
    `  Swagger  ${url}/docs   (Authorize with any of these)`,
    '',
    ...partners.flatMap(({ code, says, clientId, clientSecret }) => [
      `  ${code.padEnd(width)}  ${says}`,
      `  ${''.padEnd(width)}  ${clientId}  ${clientSecret}`,
    ]),
    '',
    'Worth a look (GET, as whom):',
    '',
    ...stories.map(({ says, as, path }) => `  ${as.padEnd(width)}  ${path}\n  ${''.padEnd(width)}  ${says}`),
    '',
    `What ${reader?.code} reads; put in the credentials of another partner to see what differs:`,
    '',
    `API=${url}`,
    `TOKEN=$(curl -sS -u '${reader?.clientId}:${reader?.clientSecret}' -d grant_type=client_credentials $API/oauth/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    `curl -sS -H "Authorization: Bearer $TOKEN" $API/v1/feeds/alerts.atom`,
    '',
  ].join('\n');
}
