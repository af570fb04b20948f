import { startApp, type TestApp } from '../support/app.js';
import { alert, partner } from '../support/factories.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp({ settings: { SLT_METRICS_TOKEN: 'a-token-for-the-tests-of-metrics' } });
});
afterAll(() => app.close());

describe('every answer', () => {
  it.each(['/v1/alerts', '/v1/nowhere', '/oauth/jwks', '/health/live', '/oauth/nowhere', '/docs/nowhere'])(
    'carries the headers that keep browsers from harm: %s',
    async (path) => {
      const { headers } = await app.steward.get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
      expect(headers.get('strict-transport-security')).toBeNull();
      for (const name of headers.keys()) expect(name).not.toMatch(/^access-control-/);
    },
  );

  it('lets the documentation load its own scripts, and nothing from elsewhere', async () => {
    const policy = (await app.anonymous.get('/docs')).headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/script-src 'self';/);
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/);
  });

  it('insists on TLS once the service is reached that way', async () => {
    const secure = await startApp({ settings: { SLT_PUBLIC_URL: 'https://slt.example.org' } });
    try {
      const { headers } = await secure.anonymous.get('/health/live');
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    } finally {
      await secure.close();
    }
  });

  it('is private and differs by reader wherever a token was sent', async () => {
    const reader = await partner(app);
    const { id } = await alert(app.steward, { audience: { partners: [reader.partner.code] } });
    for (const path of [
      '/v1/me',
      '/v1/alerts',
      `/v1/alerts/${id}`,
      '/v1/changes',
      '/v1/feeds/alerts.atom',
      '/v1/x',
    ]) {
      const { headers } = await reader.http.get(path);
      expect([path, headers.get('cache-control')]).toEqual([path, expect.stringMatching(/^private, no-/)]);
      expect([path, headers.get('vary')]).toEqual([path, expect.stringContaining('Authorization')]);
    }
  });

  it('carries an id, the caller’s own if that is fit to be repeated', async () => {
    const idOf = async (headers: Record<string, string>): Promise<string | null> =>
      (await app.anonymous.get('/v1/nowhere', { headers })).headers.get('x-request-id');
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(await idOf({ 'X-Request-Id': 'order-17.b_2' })).toBe('order-17.b_2');
    expect(await idOf({ traceparent: `00-${trace}-00f067aa0ba902b7-01` })).toBe(trace);
    const fresh = [
      await idOf({}),
      await idOf({ 'X-Request-Id': 'two words' }),
      await idOf({ 'X-Request-Id': 'a'.repeat(65) }),
      await idOf({ 'X-Request-Id': '{"level":"fatal"}' }),
      await idOf({ traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }),
    ];
    expect(new Set(fresh).size).toBe(5);
    for (const id of fresh) expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('the metrics', () => {
  const headers = { Authorization: 'Bearer a-token-for-the-tests-of-metrics' };

  it('count requests by route and never by id, publications, and connections', async () => {
    const { id } = await alert(app.steward);
    await app.steward.get(`/v1/alerts/${id}`);
    await app.steward.get('/v1/alerts/not-an-id');
    await app.steward.get('/surprise/canary-in-the-path');
    const answer = await app.anonymous.get('/metrics', { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { text } = answer;
    expect(text).toMatch(
      /slt_http_request_duration_seconds_count\{method="GET",route="\/v1\/alerts\/:id",status="2xx"\} [1-9]/,
    );
    expect(text).toMatch(
      /slt_http_request_duration_seconds_count\{method="GET",route="\(unmatched\)",status="4xx"\} [1-9]/,
    );
    expect(text).toMatch(
      /slt_http_request_duration_seconds_count\{method="POST",route="\/oauth\/token",status="2xx"\} [1-9]/,
    );
    expect(text).toMatch(/^slt_publications_total [1-9]/m);
    for (const pool of ['write', 'read', 'upload', 'background', 'standing', 'ending']) {
      expect(text).toMatch(new RegExp(`slt_database_connections\\{pool="${pool}",state="idle"\\} \\d`));
    }
    expect(text).toMatch(/^process_resident_memory_bytes \d{7,}/m);
    expect(text).toMatch(/^slt_event_loop_delay_seconds \d/m);
    expect(text).not.toContain(id);
    expect(text).not.toContain('canary');
  });

  it('are for the operator only', async () => {
    expect((await app.anonymous.get('/metrics')).status).toBe(401);
    expect((await app.steward.get('/metrics')).status).toBe(401);
    const closed = await startApp();
    try {
      expect((await closed.anonymous.get('/metrics', { headers })).status).toBe(404);
    } finally {
      await closed.close();
    }
  });
});
