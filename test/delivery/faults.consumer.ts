import { get as request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expectStatus } from '../support/http.js';
import { type PatientClient, type Receiver } from './faults.world.js';

interface Change {
  position: number;
  change: string;
  object: { id: string };
}
interface ChangePage {
  items: Change[];
  nextCursor: string;
}

/** A partner's systems: one pages the change log, one holds the stream open, one takes webhooks. */
export class Consumer {
  /** Ids that came by each channel. */
  readonly heard = { log: new Set<string>(), stream: new Set<string>(), webhook: new Set<string>() };
  /** What no reader of a log may ever see. */
  readonly faults: string[] = [];
  private work: Promise<unknown>[] = [];
  private isOver = (): boolean => false;

  constructor(
    readonly name: string,
    private readonly pager: PatientClient,
    private readonly listener: PatientClient,
    private readonly receiver: Receiver,
  ) {}

  start(isOver: () => boolean): void {
    this.isOver = isOver;
    this.work = [this.page(), this.listen()];
  }

  async stopped(): Promise<void> {
    await Promise.allSettled(this.work);
  }

  /** Returns when all have come by every channel, or when there is no more time. */
  async until(ids: string[], milliseconds: number): Promise<void> {
    const end = Date.now() + milliseconds;
    const isMissing = (): boolean => {
      this.takeWebhooks();
      return Object.values(this.heard).some((heard) => ids.some((id) => !heard.has(id)));
    };
    while (isMissing() && Date.now() < end) await sleep(200);
  }

  async readFromTheBeginning(): Promise<string[]> {
    const ids: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await this.read(after, 0);
      if (page.items.length === 0) return ids;
      ids.push(...page.items.map(({ object }) => object.id));
      after = page.nextCursor;
    }
  }

  private async page(): Promise<void> {
    let after: string | undefined;
    let last = 0;
    while (!this.isOver()) {
      const { items, nextCursor } = await this.read(after, 2);
      for (const { position, object } of items) {
        if (position !== last + 1)
          this.faults.push(`the log of ${this.name} goes from ${last} to ${position}`);
        last = position;
        this.heard.log.add(object.id);
      }
      after = nextCursor;
    }
  }

  private async read(after: string | undefined, wait: number): Promise<ChangePage> {
    const query = { limit: 20, ...(after !== undefined && { after }), ...(wait > 0 && { wait }) };
    return expectStatus(
      await this.pager.insist((http) => http.get<ChangePage>('/v1/changes', { query })),
      200,
    );
  }

  /** As EventSource does it: what was whole is known by its id, from which the next connection goes on. */
  private async listen(): Promise<void> {
    let lastEventId = '';
    let last = 0;
    while (!this.isOver()) {
      const door = await this.listener.door();
      if (door !== undefined) {
        const ended = await stream(
          `${door.url}/v1/changes/stream`,
          door.token,
          lastEventId,
          this.isOver,
          (event) => {
            if (event.id !== undefined) lastEventId = event.id;
            if (event.data === undefined) return;
            const { position, object } = JSON.parse(event.data) as Change;
            if (position !== last + 1) {
              this.faults.push(`the stream of ${this.name} goes from ${last} to ${position}`);
            }
            last = position;
            this.heard.stream.add(object.id);
          },
        );
        if (ended === 401) this.listener.forget();
      }
      await sleep(50);
    }
  }

  private takeWebhooks(): void {
    const known = new Map<string, string>();
    for (const { webhookId, body } of this.receiver.received) {
      const said = JSON.stringify(body);
      // A repeat is known by its id, and says the same.
      if ((known.get(webhookId) ?? said) !== said) this.faults.push(`webhook ${webhookId} says two things`);
      known.set(webhookId, said);
      const { data } = body as { data: { object?: { id: string } } };
      if (data.object !== undefined) this.heard.webhook.add(data.object.id);
    }
  }
}

interface StreamEvent {
  id?: string;
  data?: string;
}

/** @returns the status it answered, or 0, when the connection is over; events that were cut off are none */
function stream(
  url: string,
  token: string,
  lastEventId: string,
  isOver: () => boolean,
  onEvent: (event: StreamEvent) => void,
): Promise<number> {
  return new Promise((resolve) => {
    const headers = {
      Authorization: `Bearer ${token}`,
      Accept: 'text/event-stream',
      ...(lastEventId !== '' && { 'Last-Event-ID': lastEventId }),
    };
    const end = (status: number): void => {
      clearInterval(watch);
      call.destroy();
      resolve(status);
    };
    const call = request(url, { headers, agent: false }, (response: IncomingMessage) => {
      const status = response.statusCode ?? 0;
      if (status !== 200) return end(status);
      let rest = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) onEvent(parse(block));
      });
      for (const name of ['end', 'error', 'close']) response.on(name, () => end(0));
    });
    call.on('error', () => end(0));
    const watch = setInterval(() => isOver() && end(0), 100);
  });
}

function parse(block: string): StreamEvent {
  const event: StreamEvent = {};
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    if (field === 'id') event.id = value;
    if (field === 'data') event.data = `${event.data === undefined ? '' : `${event.data}\n`}${value}`;
  }
  return event;
}
