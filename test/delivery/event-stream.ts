import { type Http } from '../support/http.js';

export interface StreamEvent {
  id: string | undefined;
  event: string;
  data: Change & { snapshot?: boolean };
}

export interface Change {
  position: number;
  change: string;
  alarm: boolean;
  at: string;
  object: { type: string; id: string; version: number };
  content?: { id: string; version: number } & Record<string, unknown>;
}

/** A stream that is read byte by byte, so that a test can stop in the midst of anything. */
export class EventStream {
  readonly events: StreamEvent[] = [];
  /** All that came, as it came. */
  text = '';
  retry: number | undefined;
  lastEventId: string | undefined;
  ended = false;
  private unread = '';
  private readonly stopping = new AbortController();
  private changed: () => void = () => undefined;

  private constructor(
    readonly status: number,
    readonly headers: Headers,
    /** Bytes after which the connection is cut. */
    private readonly most: number,
  ) {}

  static async open(
    http: Http,
    query: Record<string, string> = {},
    { lastEventId, cutAfter = Infinity }: { lastEventId?: string | undefined; cutAfter?: number } = {},
  ): Promise<EventStream> {
    const url = new URL('/v1/changes/stream', http.url);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const stopping = new AbortController();
    const answer = await fetch(url, {
      headers: { ...http.sent, ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }) },
      signal: stopping.signal,
    });
    const stream = new EventStream(answer.status, answer.headers, cutAfter);
    stream.stopping.signal.addEventListener('abort', () => stopping.abort());
    stream.lastEventId = lastEventId;
    void stream.read(answer);
    return stream;
  }

  close(): void {
    this.stopping.abort();
  }

  /** Until it holds. @throws Error when it does not within that time */
  async until(holds: (stream: EventStream) => boolean, milliseconds = 60_000): Promise<void> {
    const end = Date.now() + milliseconds;
    while (!holds(this)) {
      if (Date.now() > end) throw new Error(`in vain: ${this.events.length} events, ended: ${this.ended}`);
      await Promise.race([
        new Promise<void>((resolve) => (this.changed = resolve)),
        new Promise((resolve) => setTimeout(resolve, 50)),
      ]);
    }
  }

  private async read(answer: Response): Promise<void> {
    const decoder = new TextDecoder();
    let count = 0;
    try {
      for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
        const taken = chunk.subarray(0, Math.max(0, this.most - count));
        count += taken.length;
        this.take(decoder.decode(taken, { stream: true }));
        if (count >= this.most) break;
      }
    } catch {
      // Cut, by either side.
    }
    this.ended = true;
    this.close();
    this.changed();
  }

  private take(text: string): void {
    this.text += text;
    const blocks = (this.unread + text).split('\n\n');
    this.unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      if (fields.has('retry')) this.retry = Number(fields.get('retry'));
      if (fields.has('id')) this.lastEventId = fields.get('id');
      const data = fields.get('data');
      if (data === undefined) continue;
      const event = fields.get('event') ?? 'message';
      this.events.push({ id: fields.get('id'), event, data: JSON.parse(data) as StreamEvent['data'] });
    }
    this.changed();
  }
}

/** The stream from its beginning, as far as the log now goes. */
export async function caughtUp(http: Http, query: Record<string, string> = {}): Promise<EventStream> {
  let count = 0;
  for (let after = '', isMore = true; isMore;) {
    const page = await http.get<{ items: unknown[]; nextCursor: string }>('/v1/changes', {
      query: { limit: 200, ...query, ...(after && { after }) },
    });
    count += page.body.items.length;
    isMore = page.body.items.length > 0;
    after = page.body.nextCursor;
  }
  const stream = await EventStream.open(http, query);
  await stream.until(({ events, retry }) => events.length >= count && retry !== undefined);
  stream.close();
  return stream;
}

/** By id, the latest that was told of each object which is not withdrawn. */
export function heldAfter(changes: Change[]): Map<string, Change> {
  const held = new Map<string, Change>();
  for (const change of changes) {
    if (change.change === 'withdrawn') held.delete(change.object.id);
    else held.set(change.object.id, change);
  }
  return held;
}
