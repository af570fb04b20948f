import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';

/**
 * Opens a stream for each token, in a process of its own, says `open` once all of them are, and at the end of its input
 * prints `{ connected, received, p50, p95, p99 }`: milliseconds from the beginning of the publishing transaction until
 * the frame was read here.
 */
interface Plan {
  url: string;
  tokens: string[];
}

const lines = createInterface({ input: process.stdin });
const [line] = (await once(lines, 'line')) as [string];
const plan = JSON.parse(line) as Plan;

const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
const latencies: number[] = [];

/** One frame may come in several pieces, and several frames in one. */
function follow(response: IncomingMessage): void {
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    const now = Date.now();
    const frames = (rest + text).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      if (data === undefined) continue;
      latencies.push(now - Date.parse((JSON.parse(data) as { at: string }).at));
    }
  });
}

const open = (token: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: token, accept: 'text/event-stream' };
    get(`${plan.url}/v1/changes/stream`, { agent, headers }, (response) => {
      if (response.statusCode === 200) resolve();
      else reject(new Error(`the stream answered ${response.statusCode}`));
      follow(response);
    }).on('error', reject);
  });

const waiting = [...plan.tokens];
await Promise.all(
  Array.from({ length: 32 }, async () => {
    for (let token = waiting.pop(); token !== undefined; token = waiting.pop()) await open(token);
  }),
);
process.stdout.write('open\n');
await once(lines, 'close');

latencies.sort((a, b) => a - b);
const quantile = (q: number): number =>
  latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? 0;
process.stdout.write(
  JSON.stringify({
    connected: plan.tokens.length,
    received: latencies.length,
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
  }),
);
process.exit();
