import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStream } from '../delivery/event-stream.js';
import { hook, passTime, type WebhookView } from '../delivery/hooks.js';
import { type MailServer } from '../delivery/mail-server.js';
import { Receiver } from '../delivery/receiver.js';
import { newAddress, subscribed } from '../delivery/subscribing.js';
import { type ClientCredentials, requestToken, type TestApp } from '../support/app.js';
import { type Answer, expectStatus, type Http } from '../support/http.js';

/** All ways by which somebody may be reading when what it may read ends. */
export class Connections {
  private constructor(
    readonly http: Http,
    readonly credentials: ClientCredentials,
    readonly stream: EventStream,
    readonly poll: Promise<Answer>,
    readonly receiver: Receiver,
    private readonly hook: WebhookView,
    readonly feed: string,
    readonly bundle: string,
    readonly download: IncomingMessage,
    readonly address: string,
  ) {}

  /** @param attachment of a text that it may have, larger than what waits on a connection */
  static async open(
    app: TestApp,
    mails: MailServer,
    credentials: ClientCredentials,
    place: { id: string },
    attachment: string,
  ): Promise<Connections> {
    const http = await app.as(credentials);
    const receiver = await Receiver.start();
    receiver.behaviour = 500;
    const made = await hook(http, receiver, { content: 'full', ceiling: { tlp: 'AMBER' } });
    const feed = expectStatus(
      await http.post<{ addresses: string[] }>('/v1/feed-addresses', { name: 'Situation room' }),
      201,
    );
    const address = newAddress();
    await subscribed(app, mails, http, [{ address }]);
    const stream = await EventStream.open(http, { include: 'content' });
    await stream.until(({ events }) => events.length > 0);
    const log = await http.get<{ nextCursor: string }>('/v1/changes', { query: { limit: 200 } });
    const query = { after: log.body.nextCursor, wait: 30, include: 'content' };
    const poll = http.get('/v1/changes', { query });
    const download = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${app.url}/v1/attachments/${attachment}`, { headers: http.sent }, resolve).once('error', reject);
    });
    download.pause();
    return new Connections(
      http,
      credentials,
      stream,
      poll,
      receiver,
      made,
      new URL(feed.addresses.find((one) => one.endsWith('.json')) ?? '').pathname,
      `/v1/arrangements/${place.id}/bundle`,
      download,
      address,
    );
  }

  /** Lets the endpoint take what it refused, as if its time had come. */
  async retryHook(app: TestApp): Promise<void> {
    this.receiver.received.length = 0;
    this.receiver.behaviour = 204;
    await passTime(app, this.hook.id, '3 days');
  }

  /** The bytes that still came, and whether all of them did. */
  async finishDownload(): Promise<{ bytes: number; complete: boolean }> {
    let bytes = 0;
    try {
      for await (const piece of this.download) bytes += (piece as Buffer).length;
    } catch {
      // Cut.
    }
    return { bytes, complete: this.download.complete };
  }

  /** What is to be had now by asking, with the token that it had and with one that it asks for anew. */
  async askAround(app: TestApp): Promise<Record<string, Answer>> {
    const token = await requestToken(app.anonymous, this.credentials);
    const again = app.anonymous.with({ Authorization: `Bearer ${token.body.access_token}` });
    const answers: [string, Answer][] = [];
    for (const [name, http] of [
      ['old', this.http],
      ['new', again],
    ] as const) {
      for (const path of [
        '/v1/alerts',
        '/v1/changes?include=content',
        this.bundle,
        '/v1/feeds/alerts.atom',
      ]) {
        answers.push([`${name} ${path}`, await http.get(path)]);
      }
    }
    answers.push(['feed address', await app.anonymous.get(this.feed)]);
    return Object.fromEntries(answers);
  }

  async close(): Promise<void> {
    this.stream.close();
    this.download.destroy();
    await this.receiver.stop();
    await Promise.race([this.poll, sleep(100)]);
  }
}
