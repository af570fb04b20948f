import { query, testDatabase, type TestDatabase } from '../support/database.js';
import { startApp, type TestApp } from '../support/app.js';
import { type Answer, type Problem } from '../support/http.js';
import { DatabaseProxy } from './database-proxy.js';

describe('the health of the service', () => {
  let database: TestDatabase;
  let proxy: DatabaseProxy;
  let app: TestApp;

  beforeAll(async () => {
    database = await testDatabase();
    proxy = new DatabaseProxy(database);
    await proxy.up();
    app = await startApp({ database: proxy.database });
  });
  afterAll(async () => {
    await app.close();
    await proxy.down();
    await database.drop();
  });

  const ready = (): Promise<Answer<Problem>> => app.anonymous.impatient().get<Problem>('/health/ready');
  const becomes = async (status: number): Promise<Answer<Problem>> => {
    for (;;) {
      const answer = await ready();
      if (answer.status === status) return answer;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  it('is told to everybody, and not kept by anybody', async () => {
    const answers = [await app.anonymous.get('/health/live'), await ready()];
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, { status: 'live' }],
      [200, { status: 'ready' }],
    ]);
    for (const { headers } of answers) expect(headers.get('cache-control')).toBe('no-store');
  });

  it('is not ready while the database is away, and is again when it is back', async () => {
    await proxy.down();
    const away = await becomes(503);
    expect(away.body.type).toBe('/problems/unavailable');
    expect(away.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(away.headers.get('retry-after')).toBe('2');
    expect((await app.anonymous.get('/health/live')).status).toBe(200);
    const read = await app.steward.impatient().get<Problem>('/v1/alerts');
    expect([read.status, read.headers.get('retry-after')]).toEqual([503, '2']);

    await proxy.up();
    await becomes(200);
    expect((await app.steward.get('/v1/alerts')).status).toBe(200);
  });

  it('is told soon, even when the database says nothing at all', async () => {
    await becomes(200);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    proxy.mute(true);
    const started = performance.now();
    const answers = await Promise.all([ready(), ready(), ready()]);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect((await app.anonymous.get('/health/live')).status).toBe(200);

    proxy.mute(false);
    await becomes(200);
  });

  it('is not ready when one of its roles is kept out', async () => {
    const role = decodeURIComponent(new URL(database.backgroundUrl).username);
    await query(database.superuserUrl, `revoke connect on database ${database.name} from public`);
    await query(database.superuserUrl, `grant connect on database ${database.name} to slt_service`);
    const kick = `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = $2`;
    await query(database.superuserUrl, kick, [database.name, role]);
    await becomes(503);
    await query(database.superuserUrl, `grant connect on database ${database.name} to public`);
    await becomes(200);
  });

  it('is not ready on a schema that is older than the program', async () => {
    const comment = (version: string) =>
      query(database.ownerUrl, `comment on table schema_migration is '${version}'`);
    const [row] = await query<{ version: string }>(
      database.ownerUrl,
      `select obj_description('schema_migration'::regclass, 'pg_class') as version`,
    );
    const version = Number(row?.version);
    await comment(String(version - 1));
    await becomes(503);
    await comment(String(version + 1));
    await becomes(200);
    await comment(String(version));
  });
});
