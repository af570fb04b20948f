import { Bootstrap } from './bootstrap.js';
import { readConfig } from './core/config.js';
import { createLog } from './core/logging.js';
import { Run } from './core/run.js';
import { startService } from './service.js';
import { welcome } from './welcome.js';

/** `npm start`: people read standard output, machines the log on standard error. */
try {
  const config = readConfig();
  const log = createLog(config.logLevel);
  const run = new Run(log, config);
  await run.start(async () => {
    const service = await startService(config, log, run);
    if (service) process.stdout.write(welcome(service, config, service.app.get(Bootstrap).issued));
  });
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
