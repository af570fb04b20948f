import { Agent, request } from 'node:http';

/**
 * A bounded load from a process of its own, closed loop: `connections` requests are under way at any time, for
 * `seconds`. Prints `{ perSecond, p50, p95, p99, bytes, statuses }`, times in milliseconds.
 */
interface Plan {
  urls: string[];
  headers: Record<string, string>;
  method?: string;
  bodies?: string[];
  connections: number;
  seconds: number;
}

const plan = JSON.parse(process.argv[2] ?? '') as Plan;
const agent = new Agent({ keepAlive: true, maxSockets: plan.connections });
const latencies: number[] = [];
const statuses: Record<string, number> = {};
let bytes = 0;
let next = 0;

function once(): Promise<void> {
  const turn = next++;
  const url = plan.urls[turn % plan.urls.length] as string;
  const body = plan.bodies?.[turn % plan.bodies.length];
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const sent = request(url, { agent, method: plan.method ?? 'GET', headers: plan.headers }, (response) => {
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => {
        latencies.push(performance.now() - started);
        const status = String(response.statusCode);
        statuses[status] = (statuses[status] ?? 0) + 1;
        resolve();
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const started = performance.now();
const end = started + plan.seconds * 1000;
await Promise.all(
  Array.from({ length: plan.connections }, async () => {
    while (performance.now() < end) await once();
  }),
);
const took = (performance.now() - started) / 1000;
latencies.sort((a, b) => a - b);
const quantile = (q: number): number =>
  latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? 0;
process.stdout.write(
  JSON.stringify({
    perSecond: latencies.length / took,
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    bytes: Math.round(bytes / Math.max(1, latencies.length)),
    statuses,
  }),
);
agent.destroy();
