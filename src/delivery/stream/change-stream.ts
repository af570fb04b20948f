import { type Response } from 'express';
import { type Actor } from '../../access/actor.js';
import { type Rights } from '../../access/route.decorator.js';
import { Problem } from '../../core/problem.js';
import { presentChange } from '../changes/changes.dto.js';
import { type ChangesService, type Topic } from '../changes/changes.service.js';
import { type LongAnswer, type Seat } from '../changes/long-answers.service.js';
import { type Place } from '../changes/place.js';
import { eventText, heartbeatText, retryText } from './event-text.js';

const BATCH = 50;
/** Looked at every second, so that there is one within 15 s. */
const HEARTBEAT_MS = 14_000;
/** So many bytes may wait for the client, which then has so long to take them. */
const MOST_WAITING = 256 * 1024;
const SLOW_MS = 5000;
const WRITE_SIZE = 64 * 1024;
/** Clients that lost their streams together need not come back together. */
const RETRY_MS = { least: 1000, most: 5000 };

export interface Following {
  actor: Actor;
  rights: Rights;
  topic: Topic;
  place: Place;
  acceptLanguage: string | undefined;
}

/**
 * One open stream: a place, and a loop that asks for its rights, reads as its reader what comes after the place, and
 * rests until it is woken. Nothing is kept here that a client would miss when it comes back to another process.
 */
export class ChangeStream implements LongAnswer {
  readonly partnerId: string;
  readonly rights: Rights;
  private place: Place;
  private hasMore = true;
  private isResting = false;
  private isEnding = false;
  private wake: () => void = () => undefined;
  private writtenAt = performance.now();
  private saidId: string | undefined;

  constructor(
    private readonly following: Following,
    private readonly response: Response,
    private readonly changes: ChangesService,
  ) {
    this.partnerId = following.actor.partnerId;
    this.rights = following.rights;
    this.place = following.place;
  }

  onMore(): void {
    this.hasMore = true;
    this.isResting = false;
    this.wake();
  }

  onTick(): void {
    this.wake();
  }

  onEnd(): void {
    this.isEnding = true;
    this.wake();
  }

  /** Lasts until the client goes, its rights end or this process does. */
  async run(seat: Seat): Promise<void> {
    const gone = (): void => this.wake();
    this.response.once('close', gone);
    try {
      this.begin();
      while (!this.isOver) {
        // From before it looks, so that no wake-up in between is missed.
        const woken = new Promise<void>((resolve) => (this.wake = resolve));
        await this.advance();
        if (this.isOver) break;
        this.beat();
        if (!this.hasMore) this.rest(seat);
        await woken;
      }
      this.response.end(retryText(between(RETRY_MS)));
    } catch (error) {
      // What waits here must not reach whoever may not have it any more.
      if (this.response.writableLength > 0) this.response.destroy();
      else this.response.end();
      if (!(error instanceof Problem)) throw error;
    } finally {
      this.response.off('close', gone);
    }
  }

  private get isOver(): boolean {
    return this.isEnding || this.response.closed || this.response.destroyed;
  }

  private begin(): void {
    this.response.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'private, no-store, no-transform',
      Vary: 'Authorization, Accept-Language',
      // For nginx, which would keep events until it has enough of them.
      'X-Accel-Buffering': 'no',
    });
    this.response.flushHeaders();
    this.response.write(retryText(between(RETRY_MS)));
  }

  /**
   * Tells what there is, asking for the rights again before each part; without the database it is tried again later.
   * @throws Problem when the rights have ended
   */
  private async advance(): Promise<void> {
    try {
      do {
        const actor = await this.rights.renew();
        if (this.hasMore) await this.tell(actor);
      } while (this.hasMore && !this.isOver);
    } catch (error) {
      if (!(error instanceof Problem) || error.type !== 'unavailable') throw error;
    }
  }

  private async tell(actor: Actor): Promise<void> {
    const { topic, acceptLanguage } = this.following;
    const began = this.place;
    const part = await this.changes
      .readAmongMany(actor, topic, began, BATCH, acceptLanguage)
      .catch((error: unknown) => {
        if (error instanceof Problem && error.type === 'cursor-expired') return null;
        throw error;
      });
    if (part === null) return this.startAgain(actor);
    this.hasMore = part.hasMore;
    let text = '';
    for (const change of part.changes) {
      this.place = change.after;
      text += this.event(change.row.change, presentChange(change));
      if (text.length < WRITE_SIZE) continue;
      await this.send(text);
      text = '';
    }
    this.place = part.next;
    if (part.isSnapshot && this.place.kind === 'log') text += this.event('live', { snapshot: false });
    await this.send(text);
  }

  /** The client hears that it missed something, and gets what it has now. */
  private async startAgain(actor: Actor): Promise<void> {
    this.place = await this.changes.snapshot(actor, this.following.topic);
    await this.send(this.event('resync', { snapshot: true }));
  }

  private event(name: string, data: object): string {
    this.saidId = this.seal();
    return eventText(this.saidId, name, data);
  }

  private seal(): string {
    return this.changes.seal(this.following.actor, this.following.topic, this.place);
  }

  private rest(seat: Seat): void {
    if (this.isResting) return;
    this.isResting = true;
    const { actor, topic } = this.following;
    seat.rest({ readerId: actor.readerId, isDrill: topic.isDrill, position: this.place.after });
  }

  /** Also moves the client's own place on, over what was not for its topics. */
  private beat(): void {
    if (performance.now() - this.writtenAt < HEARTBEAT_MS || this.response.writableLength > 0) return;
    const id = this.seal();
    this.write(heartbeatText(id === this.saidId ? undefined : id));
    this.saidId = id;
  }

  /** A client that does not take what waits for it is cut off, and goes on from its place when it comes back. */
  private async send(text: string): Promise<void> {
    if (text === '' || this.response.closed || this.response.destroyed) return;
    this.write(text);
    if (this.response.writableLength <= MOST_WAITING) return;
    const { response } = this;
    const slow = setTimeout(() => response.destroy(), SLOW_MS);
    await new Promise<void>((resolve) => {
      const go = (): void => {
        response.off('drain', go).off('close', go);
        resolve();
      };
      response.on('drain', go).on('close', go);
    });
    clearTimeout(slow);
  }

  private write(text: string): void {
    this.writtenAt = performance.now();
    this.response.write(text);
  }
}

const between = ({ least, most }: { least: number; most: number }): number =>
  least + Math.random() * (most - least);
