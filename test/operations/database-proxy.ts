import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { type TestDatabase } from '../support/database.js';

/** Stands between the service and its database, which can so be away, or silent, and come back. */
export class DatabaseProxy {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private port = 0;
  private silent = false;

  constructor(private readonly target: TestDatabase) {}

  async up(): Promise<void> {
    const { port } = new URL(this.target.serviceUrl);
    this.server = createServer((near) => {
      const far = connect(Number(port), '127.0.0.1');
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.sockets.add(socket);
        socket.on('data', (chunk) => this.silent || other.write(chunk));
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          this.sockets.delete(socket);
          other.destroy();
        });
      }
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** As after a crash: connections end, and new ones are refused. */
  async down(): Promise<void> {
    const closed = this.server && once(this.server, 'close');
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** As after a pulled plug: nothing is refused and nothing is answered. What was sent meanwhile is lost. */
  mute(silent: boolean): void {
    this.silent = silent;
  }

  /** The database as it is seen through here. */
  get database(): TestDatabase {
    const through = (url: string): string =>
      Object.assign(new URL(url), { port: String(this.port) }).toString();
    const { serviceUrl, backgroundUrl, ...rest } = this.target;
    return { ...rest, serviceUrl: through(serviceUrl), backgroundUrl: through(backgroundUrl) };
  }
}
