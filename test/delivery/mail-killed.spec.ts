import { freePort, ServiceProcess } from '../operations/service-process.js';
import { requestToken, startApp, type TestApp } from '../support/app.js';
import { alert, partner } from '../support/factories.js';
import { expectStatus, Http } from '../support/http.js';
import { query } from '../support/database.js';
import { type MailServer, startMailServer } from './mail-server.js';
import { confirm, mailSettings, newAddress, subscriber, subscriptionInput } from './subscribing.js';

describe('mails of a process that is killed', () => {
  let app: TestApp;
  let mails: MailServer;
  const running: ServiceProcess[] = [];

  beforeAll(async () => {
    mails = await startMailServer();
    app = await startApp();
  });
  afterAll(async () => {
    await Promise.all(running.map((one) => one.stop('SIGKILL')));
    await app.close();
    await mails.stop();
  });

  /** The one that sends; the application of the test has no mail server. */
  const start = async (): Promise<{ service: ServiceProcess; url: string }> => {
    const port = await freePort();
    const service = new ServiceProcess({
      PORT: String(port),
      SLT_PUBLIC_URL: app.url,
      DATABASE_URL: app.database.serviceUrl,
      BACKGROUND_DATABASE_URL: app.database.backgroundUrl,
      ...mailSettings(mails),
    });
    running.push(service);
    await service.url();
    return { service, url: `http://127.0.0.1:${port}` };
  };

  it('are sent again by the next one, under the same id', async () => {
    const { service: first, url } = await start();
    const [originator, reader] = [await partner(app), await subscriber(app)];
    const address = newAddress();
    const token = expectStatus(await requestToken(app.anonymous, reader.client), 200).access_token;
    const http = new Http(url, { Authorization: `Bearer ${token}` });
    expectStatus(await http.post('/v1/subscriptions', subscriptionInput([{ address }])), 201);
    await confirm(app, mails, address);

    mails.refuseMessage = async (raw) => {
      if (!raw.includes('Armed clashes')) return undefined;
      // It has the mail, and nobody hears that it has.
      await first.stop('SIGKILL');
      return undefined;
    };
    const { id } = await alert(originator.http, { audience: { partners: [reader.partner.code] } });
    const [, sent] = await mails.to(address, 2);
    mails.refuseMessage = () => undefined;
    expect(sent?.mail.text).toContain(id);

    await query(app.database.superuserUrl, `update subscription_recipient set taken_until = now()`);
    await start();
    const [, , repeated] = await mails.to(address, 3);
    expect(repeated?.header('message-id')).toBe(sent?.header('message-id'));
    const [row] = await query(
      app.database.superuserUrl,
      `select state from mail_message where alert_id = $1`,
      [id],
    );
    expect(row).toEqual({ state: expect.any(String) as string });
  });
});
