import { createHash, timingSafeEqual } from 'node:crypto';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { type OnApplicationShutdown } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type Database } from './database.js';

/** Numbers about this process. Labels are routes, methods and the like: never an id, a name or anything of content. */
export class Metrics implements OnApplicationShutdown {
  /** Of our own, so that several applications in one process do not count into each other. */
  private readonly registry = new Registry();
  private readonly loopDelay: IntervalHistogram = monitorEventLoopDelay({ resolution: 20 });

  private readonly requests = new Histogram({
    name: 'slt_http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [this.registry],
  });

  private readonly publications = new Counter({
    name: 'slt_publications_total',
    help: 'Decisions about who sees what, made for something published, updated, cancelled or withdrawn.',
    registers: [this.registry],
  });

  constructor(database: Database) {
    this.loopDelay.enable();
    this.addPools(database);
    this.addProcess();
  }

  observeRequest(method: string, route: string, status: number, seconds: number): void {
    this.requests.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, seconds);
  }

  countPublication(): void {
    this.publications.inc();
  }

  gaugeLongAnswers(count: () => number): void {
    this.gauge('slt_long_answers', 'Streams that are open, and requests that wait.', count);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  write(): Promise<string> {
    return this.registry.metrics();
  }

  onApplicationShutdown(): void {
    this.loopDelay.disable();
  }

  private addPools(database: Database): void {
    new Gauge({
      name: 'slt_database_connections',
      help: 'Connections of each pool by state, and requests that wait for one.',
      labelNames: ['pool', 'state'],
      registers: [this.registry],
      collect() {
        for (const [pool, states] of Object.entries(database.poolStates())) {
          for (const [state, count] of Object.entries(states)) this.set({ pool, state }, count);
        }
      },
    });
  }

  private gauge(name: string, help: string, read: () => number): void {
    const collect = function (this: Gauge): void {
      this.set(read());
    };
    new Gauge({ name, help, registers: [this.registry], collect });
  }

  private addProcess(): void {
    const gauge = this.gauge.bind(this);
    const { loopDelay } = this;
    gauge(
      'slt_event_loop_delay_seconds',
      'Delay of the event loop since the last reading, 99th percentile.',
      () => {
        const delay = loopDelay.percentile(99) / 1e9;
        loopDelay.reset();
        return delay;
      },
    );
    gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
    gauge('nodejs_heap_size_used_bytes', 'Used heap.', () => process.memoryUsage().heapUsed);
    gauge('process_cpu_seconds', 'Processor time since the start.', () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    });
    gauge('process_start_time_seconds', 'Start, in seconds since 1970.', () => performance.timeOrigin / 1000);
  }
}

/** Takes the same time whatever is wrong about the token. */
export function isBearer(authorization: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`));
}
