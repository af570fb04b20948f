import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { ActorsService } from '../../access/actors.service.js';
import { type Rights } from '../../access/route.decorator.js';
import { type Config } from '../../core/config.js';
import { CONFIG } from '../../core/config.provider.js';
import { describeError } from '../../core/logging.js';
import { Metrics } from '../../core/metrics.js';
import { problems } from '../../core/problem.js';
import { type Quota } from '../../core/quota.js';
import { Shutdown } from '../../core/shutdown.js';
import { WakeUps } from '../../core/wake-ups.js';
import { ChangeLogsService, type LogPlace } from '../../sharing/change-logs.service.js';

/** How often an answer hears that it should ask for its rights again, and look at the time. */
const TICK_MS = 1000;
const RETRY_SECONDS = 15;

/** An answer that goes on: a stream, or one that waits for something to tell. */
export interface LongAnswer {
  partnerId: string;
  rights: Rights;
  /** There may be more after the place where it rests. */
  onMore(): void;
  onTick(): void;
  /** This process ends. */
  onEnd(): void;
}

/** Its place among them. */
export interface Seat {
  /** From here on it is woken when there is more after that place. */
  rest(place: LogPlace): void;
  leave(): void;
}

interface Entry {
  answer: LongAnswer;
  /** Undefined while it is not resting. */
  place: LogPlace | undefined;
  /** Wake-ups when it last came to rest. */
  wakes: number;
}

/**
 * Answers that go on for long, and what wakes them: one query for all of this process says which of them rest behind the
 * heads of their logs. What they may see they read themselves, each as its own reader.
 */
@Injectable()
export class LongAnswersService implements OnApplicationBootstrap {
  private readonly logger = new Logger(LongAnswersService.name);
  private readonly entries = new Set<Entry>();
  private readonly ofPartners = new Map<string, number>();
  private wakes = 0;
  private looking = false;
  private again = false;
  private wasAway = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly actors: ActorsService,
    private readonly logs: ChangeLogsService,
    private readonly shutdown: Shutdown,
    private readonly wakeUps: WakeUps,
    metrics: Metrics,
  ) {
    metrics.gaugeLongAnswers(() => this.entries.size);
  }

  onApplicationBootstrap(): void {
    const stopListening = this.wakeUps.onWake(() => {
      this.wakes++;
      void this.look();
    });
    const ticking = setInterval(() => void this.tick(), TICK_MS).unref();
    this.shutdown.beforeRequestsFinish(() => {
      stopListening();
      clearInterval(ticking);
      for (const { answer } of this.entries) answer.onEnd();
    });
  }

  /** @throws Problem 429 when the partner has too many of them, 503 when this process has, or is ending */
  open(answer: LongAnswer): Seat {
    const { longAnswers, longAnswersPerPartner } = this.config;
    const own = this.ofPartners.get(answer.partnerId) ?? 0;
    if (this.shutdown.hasBegun || this.entries.size >= longAnswers) throw problems.unavailable();
    if (own >= longAnswersPerPartner) throw problems.tooManyRequests(RETRY_SECONDS);
    this.ofPartners.set(answer.partnerId, own + 1);
    const entry: Entry = { answer, place: undefined, wakes: this.wakes };
    this.entries.add(entry);
    return {
      rest: (place) => {
        entry.place = place;
        // Whatever woke the others while this one was busy may have been for it.
        if (entry.wakes !== this.wakes) void this.look();
      },
      leave: () => {
        if (!this.entries.delete(entry)) return;
        const left = (this.ofPartners.get(answer.partnerId) ?? 1) - 1;
        if (left > 0) this.ofPartners.set(answer.partnerId, left);
        else this.ofPartners.delete(answer.partnerId);
      },
    };
  }

  /** Streams, and requests that wait. */
  quotaOf({ partnerId }: Actor): Quota {
    const { longAnswersPerPartner: limit } = this.config;
    const used = this.ofPartners.get(partnerId) ?? 0;
    return { name: 'long_answers', of: 'partner', limit, used, isPerProcess: true };
  }

  private async look(): Promise<void> {
    this.again = true;
    if (this.looking) return;
    this.looking = true;
    try {
      while (this.again) {
        this.again = false;
        await this.wakeThoseBehind();
      }
      this.wasAway = false;
    } catch (error) {
      // The next wake-up, a second from now at the latest, looks again.
      if (!this.wasAway) this.logger.warn({ msg: 'nobody was woken', error: describeError(error) });
      this.wasAway = true;
    } finally {
      this.looking = false;
    }
  }

  private async wakeThoseBehind(): Promise<void> {
    const { wakes } = this;
    const resting = [...this.entries].flatMap((entry) =>
      entry.place === undefined ? [] : { ...entry.place, entry, place: entry.place },
    );
    if (resting.length === 0) return;
    const behind = new Set(await this.logs.findBehindAsSystem(resting));
    for (const one of resting) {
      const { entry } = one;
      if (entry.place !== one.place) continue;
      entry.wakes = wakes;
      if (!behind.has(one)) continue;
      entry.place = undefined;
      entry.answer.onMore();
    }
  }

  /** One statement for the rights of all, of which each then hears. */
  private async tick(): Promise<void> {
    const answers = [...this.entries].map(({ answer }) => answer);
    if (answers.length === 0) return;
    // Whom the database cannot tell of asks again by itself.
    await this.actors.refresh(answers.map(({ rights }) => rights.claims)).catch(() => undefined);
    for (const answer of answers) answer.onTick();
  }
}
