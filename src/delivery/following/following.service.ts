import { Injectable, Logger } from '@nestjs/common';
import { type Actor } from '../../access/actor.js';
import { Database, type Tx } from '../../core/database.js';
import { describeError } from '../../core/logging.js';
import { type ChangeRow, SharingService } from '../../sharing/sharing.service.js';
import { type FollowerBehind, type FollowerKind, FollowingRepository } from './following.repository.js';

export { type Follower, type FollowerBehind, type FollowerKind } from './following.repository.js';

/** Places in the change logs of readers, each moved on together with what was made of the entries up to there. */
@Injectable()
export class FollowingService {
  private readonly logger = new Logger(FollowingService.name);

  constructor(
    private readonly database: Database,
    private readonly following: FollowingRepository,
    private readonly sharing: SharingService,
  ) {}

  /** From here on: what the reader is given after this is what the follower hears of. */
  async open(tx: Tx, actor: Actor, id: string, kind: FollowerKind): Promise<void> {
    const [position, drillPosition] = [await this.sharing.head(tx, false), await this.sharing.head(tx, true)];
    await this.following.insert(tx, kind, { ...actor, id }, { position, drillPosition });
  }

  /** Before whatever else of it is locked: so does whoever moves it on. */
  async lock(tx: Tx, id: string): Promise<void> {
    await this.following.lock(tx, id);
  }

  /** The acting client, of the same reader, keeps it from now on. */
  async takeOver(tx: Tx, actor: Actor, id: string): Promise<void> {
    await this.following.updateKeeper(tx, id, actor.clientId);
  }

  /** It stays where it is, and goes on from there once it is resumed. */
  async rest(tx: Tx, id: string): Promise<void> {
    await this.following.updateOpen(tx, id, false);
  }

  async resume(tx: Tx, id: string): Promise<void> {
    await this.following.updateOpen(tx, id, true);
  }

  /** Hears once more of all that comes after this position, if it had come further. */
  async goBack(tx: Tx, id: string, isDrill: boolean, position: bigint): Promise<void> {
    await this.following.moveBack(tx, id, isDrill, position);
  }

  async close(tx: Tx, id: string): Promise<void> {
    await this.following.delete(tx, id);
  }

  /** Of these, what the follower was told of before. */
  async listTold(tx: Tx, id: string, shareableIds: string[]): Promise<Set<string>> {
    return new Set(await this.following.listTold(tx, id, shareableIds));
  }

  async tell(tx: Tx, id: string, shareableIds: string[]): Promise<void> {
    await this.following.insertTold(tx, id, shareableIds);
  }

  /**
   * Moves one follower that is behind through its next entries, at most 200 and of one log. Nothing is missed and
   * nothing counted twice, however many processes do this and wherever one of them ends. What fails is logged, waits
   * some seconds and keeps no other follower waiting.
   * @param follow writes what is to be delivered, in the transaction that moves the follower on
   * @param plan finds out what that needs to know, before it and outside of it; may be done in vain
   * @returns whether there was one
   */
  async step<Plan = undefined>(
    kind: FollowerKind,
    follow: (tx: Tx, follower: FollowerBehind, entries: ChangeRow[], plan: Plan) => Promise<void>,
    plan?: (follower: FollowerBehind, entries: ChangeRow[]) => Promise<Plan>,
  ): Promise<boolean> {
    const taken = await this.database.asSystem(async (tx) => {
      const follower = await this.following.take(tx, kind);
      return follower && { follower, entries: await this.following.listEntries(tx, follower) };
    });
    if (taken === null) return false;
    const { follower, entries } = taken;
    const last = entries.at(-1);
    try {
      const planned = (await plan?.(follower, entries)) as Plan;
      await this.database.asSystem(async (tx) => {
        if (last === undefined || !(await this.following.lockAt(tx, follower))) return;
        await follow(tx, follower, entries, planned);
        await this.following.advance(tx, follower, last.position);
      });
    } catch (error) {
      this.logger.warn({
        msg: 'a follower could not be moved on',
        follower: follower.id,
        error: describeError(error),
      });
    }
    return true;
  }
}
