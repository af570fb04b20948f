import { existsSync, readFileSync } from 'node:fs';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type OpenAPIObject } from '@nestjs/swagger';
import { Router } from 'express';
import swaggerUi from 'swagger-ui-express';

/** Beside the sources, and one further up from what they were compiled to. */
const PLACES = ['../openapi/openapi.json', '../../openapi/openapi.json'];

/**
 * Serves the committed document at /openapi.json, and at /docs a page on which people can try it. What is served is
 * what was reviewed; a test holds it against the code.
 */
export function mountDocs(app: NestExpressApplication, publicUrl: string): void {
  const document = readDocument();
  // A page is where its reader found it, whatever name the service has for partners.
  const page = located(document, new URL(publicUrl).pathname.replace(/\/$/, ''));
  const file = JSON.stringify(located(document, publicUrl));
  const options: swaggerUi.SwaggerUiOptions = {
    customSiteTitle: 'SLT Exchange',
    customCss: '.swagger-ui .topbar { display: none }',
    swaggerOptions: {
      plugins: [showWrittenXml],
      validatorUrl: null,
      tryItOutEnabled: true,
      docExpansion: 'list',
      defaultModelsExpandDepth: 0,
    },
  };
  const html = swaggerUi.generateHTML(undefined, options);
  const routes = Router({ strict: true });
  routes.get('/openapi.json', (_, response) => void response.type('application/json').send(file));
  // Its files are named relative to a folder.
  routes.get('/docs', (_, response) => response.redirect(301, 'docs/'));
  routes.get('/docs/', (_, response) => void response.type('text/html').send(html));
  routes.use('/docs', ...swaggerUi.serveFiles({ ...page }, options));
  app.use(routes);
}

interface SwaggerUi {
  fn: {
    jsonSchema202012: { getXmlSampleSchema: (schema: unknown, config: unknown, example: unknown) => unknown };
  };
}

/**
 * The page would make an XML example out of the schema, and cannot. This runs in the browser, where it arrives as its
 * source: it must use nothing from around it.
 */
function showWrittenXml() {
  return {
    afterLoad({ fn: { jsonSchema202012: samples } }: SwaggerUi): void {
      const invent = samples.getXmlSampleSchema;
      samples.getXmlSampleSchema = (schema, config, example) =>
        typeof example === 'string' ? example : invent(schema, config, example);
    },
  };
}

function readDocument(): OpenAPIObject {
  const place = PLACES.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  if (place === undefined) throw new Error('There is no openapi/openapi.json: run npm run openapi.');
  return JSON.parse(readFileSync(place, 'utf8')) as OpenAPIObject;
}

/** The document for whoever reaches the service at this address. */
function located(document: OpenAPIObject, base: string): OpenAPIObject {
  const { securitySchemes = {} } = document.components ?? {};
  const oauth2 = {
    ...securitySchemes['oauth2'],
    flows: {
      clientCredentials: {
        ...(securitySchemes['oauth2'] as { flows: { clientCredentials: object } }).flows.clientCredentials,
        tokenUrl: `${base}/oauth/token`,
      },
    },
  };
  return {
    ...document,
    servers: [{ url: base || '/' }],
    components: {
      ...document.components,
      securitySchemes: { ...securitySchemes, oauth2 } as typeof securitySchemes,
    },
  };
}
