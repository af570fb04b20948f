import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { until } from '../sharing/gate.js';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  message: Message;
}

export interface Message {
  type: string;
  timestamp: string;
  data: {
    object: { type: string; id: string; version?: number };
    change: string;
    alarm: boolean;
    drill?: true;
    position?: number;
    tlp?: string;
    address?: string;
    content?: Record<string, unknown>;
  };
}

/** What the receiver does with a request: answer with a status, or whatever else. */
export type Behaviour = number | ((response: ServerResponse, received: Received) => void);

/** Somebody's own server, of real HTTP, that keeps what it was sent. */
export class Receiver {
  readonly received: Received[] = [];
  behaviour: Behaviour = 204;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Receiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const receiver = new Receiver(server, `http://127.0.0.1:${port}/hook`);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        receiver.take(
          { path: request.url ?? '', headers: request.headers, body, message: JSON.parse(body) as Message },
          response,
        );
      });
    });
    return receiver;
  }

  private take(received: Received, response: ServerResponse): void {
    this.received.push(received);
    const { behaviour } = this;
    if (typeof behaviour === 'number') response.writeHead(behaviour).end();
    else behaviour(response, received);
  }

  /** Waits for messages about an object, and says what they were, in order. */
  async changesOf(id: string, count: number): Promise<string[]> {
    await until(() => Promise.resolve(this.about(id).length >= count));
    return this.about(id).map(({ message }) => message.data.change);
  }

  /** Waits for so many requests, whatever they are about. */
  async requests(count: number): Promise<Received[]> {
    await until(() => Promise.resolve(this.received.length >= count));
    return this.received;
  }

  about(id: string): Received[] {
    return this.received.filter(({ message }) => message.data.object.id === id);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
