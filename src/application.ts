import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { mountAuthorizationServer } from './access/access.module.js';
import { CAP_MAX_BYTES, CAP_TYPES } from './alerts/alerts.module.js';
import { AppModule } from './app.module.js';
import { DOCUMENT_MAX_BYTES } from './applications/applications.module.js';
import { ATTACHMENT_TYPES } from './attachments/attachments.module.js';
import { ApplicationServer, refuseOddRequests } from './core/application-server.js';
import { BodyParsers } from './core/body-parsers.js';
import { type Config } from './core/config.js';
import { type RuntimeUrls } from './core/database-roles.js';
import { createLog, NestLog } from './core/logging.js';
import { Metrics } from './core/metrics.js';
import { ProblemFilter } from './core/problem.filter.js';
import { RateLimits } from './core/rate-limits.js';
import { followRequests } from './core/request-context.js';
import { securityHeaders } from './core/security-headers.js';
import { Shutdown } from './core/shutdown.js';
import { UndeclaredInput } from './core/undeclared-input.js';
import { InputPipe } from './core/validation.pipe.js';
import { mountDocs } from './docs.js';

/** The whole application, ready to listen, on a database that has been migrated. */
export async function createApplication(
  config: Config,
  urls: RuntimeUrls,
  publicUrl = config.publicUrl ?? `http://localhost:${config.port ?? 3000}`,
  log = createLog(config.logLevel),
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.forRoot(config, publicUrl, urls),
    new ApplicationServer(log),
    {
      bodyParser: false,
      bufferLogs: false,
      abortOnError: false,
      logger: new NestLog(log),
    },
  );
  app.set('trust proxy', config.trustProxy);
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(followRequests(log, app.get(Metrics)));
  app.use(securityHeaders(publicUrl));
  app.use(app.get(Shutdown).partWithCallers);
  const limits = app.get(RateLimits);
  app.use(limits.limitAnonymous);
  app.use(refuseOddRequests);
  mountAuthorizationServer(app);
  mountDocs(app, publicUrl);
  app.useGlobalPipes(new InputPipe());
  app.useGlobalInterceptors(
    limits,
    new BodyParsers([
      { route: 'POST /v1/alerts', types: CAP_TYPES, limit: CAP_MAX_BYTES },
      {
        route: 'POST /v1/attachments',
        types: ATTACHMENT_TYPES,
        limit: config.attachmentMaxBytes,
        streamed: true,
      },
      {
        route: 'POST /v1/partner-application-cases/:token/documents',
        types: ATTACHMENT_TYPES,
        limit: DOCUMENT_MAX_BYTES,
        streamed: true,
      },
    ]),
    new UndeclaredInput(),
  );
  app.useGlobalFilters(new ProblemFilter(limits));
  try {
    await app.init();
  } catch (error) {
    // What began already (connections, clocks) would go on.
    await app.close().catch(() => undefined);
    throw error;
  }
  return app;
}
