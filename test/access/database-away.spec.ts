import pg from 'pg';
import { query } from '../support/database.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  accessToken,
  type Answer,
  basic,
  bearer,
  eventually,
  get,
  givenClient,
  post,
  requestToken,
} from './issuing.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

/** Sends a request that has to wait for a table, and ends its connection to the database while it waits. */
async function cutOff(table: string, send: () => Promise<Answer>): Promise<Answer> {
  const blocker = new pg.Client({ connectionString: app.database.superuserUrl });
  await blocker.connect();
  await blocker.query(`begin; lock table ${table} in access exclusive mode`);
  try {
    const answer = send();
    const cut = async (): Promise<boolean> => {
      const rows = await query(
        app.database.superuserUrl,
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock' and query like '%' || $1 || '%'`,
        [table],
      );
      return rows.length > 0;
    };
    await eventually(30_000, cut);
    return await answer;
  } finally {
    await blocker.end();
  }
}

describe('while the database is away', () => {
  it('the token endpoint asks to come back, and serves again afterwards', async () => {
    const client = await givenClient(app);
    const answer = await cutOff('client', () => requestToken(app, client));
    expect([answer.status, answer.body]).toEqual([503, { error: 'temporarily_unavailable' }]);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect((await requestToken(app, client)).status).toBe(200);
  });

  it('a revocation is not acknowledged', async () => {
    const client = await givenClient(app);
    const token = await accessToken(app, client);
    const answer = await cutOff('revoked_token', () =>
      post(app, '/oauth/revocation', { token }, basic(client.clientId, client.clientSecret)),
    );
    expect([answer.status, answer.body['error']]).toEqual([503, 'temporarily_unavailable']);
    expect(answer.headers.get('retry-after')).toBe('2');
  });

  it('a good token is neither refused nor let in', async () => {
    const token = await accessToken(app, await givenClient(app));
    const answer = await cutOff('client', () => get(app, '/v1/me', bearer(token)));
    expect([answer.status, answer.body['type']]).toEqual([503, '/problems/unavailable']);
    expect((await get(app, '/v1/me', bearer(token))).status).toBe(200);
  });
});
