import { runInNewContext } from 'node:vm';
import { requestToken, startApp, type TestApp } from '../support/app.js';
import { DOCUMENT, type Document } from './document.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

describe('GET /openapi.json', () => {
  it('is the committed document, at the address of this service', async () => {
    const { status, headers, body } = await app.anonymous.get<Document>('/openapi.json');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    const { servers, components, ...rest } = body;
    const { servers: _, components: theirs, ...expected } = DOCUMENT;
    expect(rest).toEqual(expected);
    expect(servers).toEqual([{ url: app.url }]);
    expect(components.schemas).toEqual(theirs.schemas);
    expect(components.securitySchemes.oauth2.flows.clientCredentials.tokenUrl).toBe(`${app.url}/oauth/token`);
  });
});

describe('GET /docs', () => {
  it('leads to the page from wherever the service is mounted', async () => {
    const { status, headers } = await app.anonymous.get('/docs');
    expect([status, headers.get('location')]).toEqual([301, 'docs/']);
  });

  it('is a page whose every file is here, allowed by its policy and of the right type', async () => {
    const page = await app.anonymous.get('/docs/');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = page.headers.get('content-security-policy') ?? '';
    for (const rule of ["default-src 'none'", "script-src 'self';", "connect-src 'self'", 'img-src']) {
      expect(policy).toContain(rule);
    }
    // Nothing that the policy would stop: scripts and handlers within the page, or anything from elsewhere.
    expect(page.text).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|javascript:/i);
    const files = [...page.text.matchAll(/(?:src|href)=["']([^"'#]+)["']/g)].map(([, file]) => file ?? '');
    expect(files.length).toBeGreaterThan(4);
    const types: Record<string, RegExp> = { js: /javascript/, css: /^text\/css/, png: /^image\/png/ };
    for (const file of files) {
      expect(file).toMatch(/^\.\/[\w.-]+$/);
      const { status, headers } = await app.anonymous.get(new URL(file, `${app.url}/docs/`).pathname);
      expect([file, status]).toEqual([file, 200]);
      expect(headers.get('content-type')).toMatch(types[file.split('.').at(-1) ?? ''] ?? /never/);
    }
  });

  it('shows the document for the address of its reader, and asks no third party about it', async () => {
    const { text } = await app.anonymous.get('/docs/swagger-ui-init.js');
    const [assignment = ''] = /var options = \{[\s\S]*?\n\};/.exec(text) ?? [];
    const options = JSON.parse(String(runInNewContext(`${assignment} JSON.stringify(options)`))) as {
      swaggerDoc: Document;
      customOptions: Record<string, unknown>;
    };
    expect(options.swaggerDoc).toEqual(DOCUMENT);
    expect(options.customOptions['validatorUrl']).toBeNull();
    expect(JSON.stringify(options.customOptions)).not.toContain('http');
  });

  it('gets tokens, as no page from elsewhere does', async () => {
    const { stewardClient, url } = app;
    const { host, port } = new URL(url);
    // Browsers name the origin of a page in what it posts, also to where it came from.
    for (const origin of [`http://${host}`, url]) {
      const { status, headers } = await requestToken(app.anonymous.with({ Origin: origin }), stewardClient);
      expect([origin, status]).toEqual([origin, 200]);
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
    for (const origin of ['https://elsewhere.example', `http://elsewhere.example:${port}`, 'null']) {
      const { status } = await requestToken(app.anonymous.with({ Origin: origin }), stewardClient);
      expect([origin, status]).toEqual([origin, 400]);
    }
  });

  it('has nothing else below it', async () => {
    for (const path of ['/docs/nothing.js', '/docs/package.json', '/docs/v1/me', '/openapi.json/x']) {
      expect([path, (await app.steward.get(path)).status]).toEqual([path, 404]);
    }
    expect((await app.anonymous.post('/openapi.json', {})).status).toBe(404);
  });
});
