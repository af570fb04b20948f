import { type Server } from 'node:http';
import { type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { type HttpAdapterHost } from '@nestjs/core';
import { type NextFunction, type Request, type Response } from 'express';

/** How long requests that are under way may take to finish. */
const PATIENCE_MS = 10_000;

/**
 * The orderly end, as part of `app.close()`: not ready, no new work, no streams, requests finished; the pools close
 * after that, when everything else has.
 */
export class Shutdown implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  private begun = false;
  private readonly endings: (() => void)[] = [];
  private readonly connections = new Set<Socket>();

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly delaySeconds: number,
  ) {}

  /** Whoever takes on work by itself asks before it takes more; readiness says no from here on. */
  get hasBegun(): boolean {
    return this.begun;
  }

  /** Tells callers on kept connections to open another one, elsewhere. */
  readonly partWithCallers = (_: Request, response: Response, next: NextFunction): void => {
    if (this.begun) response.setHeader('Connection', 'close');
    next();
  };

  /** For answers that would go on: how to end them, since requests only finish when they do. */
  beforeRequestsFinish(end: () => void): void {
    this.endings.push(end);
  }

  onApplicationBootstrap(): void {
    (this.host.httpAdapter.getHttpServer() as Server).on('connection', (socket: Socket) => {
      this.connections.add(socket);
      socket.once('close', () => this.connections.delete(socket));
    });
  }

  onModuleDestroy(): void {
    this.begun = true;
  }

  async beforeApplicationShutdown(): Promise<void> {
    // Time for whoever distributes the requests to notice that this process is not ready.
    await sleep(this.delaySeconds * 1000);
    for (const end of this.endings) end();
    const server = this.host.httpAdapter.getHttpServer() as Server;
    // Opened ahead by clients, and never used: to Node they look as if a request were arriving.
    for (const socket of this.connections) if (socket.bytesRead === 0) socket.destroy();
    if (server.listening) await finishRequests(server);
  }
}

/** Takes no more connections, lets running requests end, and then cuts what is left. */
async function finishRequests(server: Server): Promise<void> {
  let closed = false;
  server.close(() => (closed = true));
  for (let waited = 0; !closed && waited < PATIENCE_MS; waited += 20) {
    // An answer that began before the end did may leave its connection open for a next request.
    server.closeIdleConnections();
    await sleep(20);
  }
  server.closeAllConnections();
}
