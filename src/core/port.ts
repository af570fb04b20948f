import { once } from 'node:events';
import { type Server } from 'node:http';
import { createServer, type Server as Listener } from 'node:net';

const FIRST = 3000;
const LAST = 3999;

/** A port that is ours from now on, though nobody is served yet: links and tokens carry it, so it must be known early. */
export interface ReservedPort {
  port: number;
  /** Hands the port over to the server that will answer on it, without a moment in which another could take it. */
  give(server: Server): Promise<void>;
  release(): void;
}

/**
 * @param wanted undefined takes the next free one from 3000
 * @throws Error when the wanted port, or every one, is taken
 */
export async function reservePort(host: string, wanted: number | undefined): Promise<ReservedPort> {
  for (let port = wanted ?? FIRST; port <= (wanted ?? LAST); port++) {
    const listener = await tryToListen(host, port);
    if (listener === undefined) continue;
    return {
      port,
      give: async (server) => {
        server.listen(listener);
        await once(server, 'listening');
      },
      release: () => void listener.close(),
    };
  }
  throw new Error(
    wanted === undefined
      ? `All ports from ${FIRST} to ${LAST} are taken. Set PORT to a free one.`
      : `The port ${wanted} is taken by another program. Stop that one, or set PORT to another port.`,
  );
}

async function tryToListen(host: string, port: number): Promise<Listener | undefined> {
  // Until somebody answers here, callers are better told to come again than left waiting.
  const listener = createServer((socket) => socket.destroy());
  try {
    listener.listen(port, host);
    await once(listener, 'listening');
    return listener;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') return undefined;
    throw code === 'EACCES'
      ? new Error(`The port ${port} is for root only. Set PORT to another port.`)
      : error;
  }
}

/** The address for callers on this machine, used while SLT_PUBLIC_URL says nothing better. */
export function localUrl(host: string, port: number): string {
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
