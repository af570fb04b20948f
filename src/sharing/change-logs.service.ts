import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../core/database.js';
import {
  ChangeLogsRepository,
  type LogBounds,
  type LogEntries,
  type LogPart,
  type LogPlace,
  type ReaderLogPart,
} from './change-logs.repository.js';

export {
  type LogBounds,
  type LogEntries,
  type LogPlace,
  type ReaderLogPart,
} from './change-logs.repository.js';

/** Cursors are promised to be good for 90 days; a week more, for whoever comes back on the last of them. */
const KEPT_DAYS = 97;

/** Reading the logs that the sharing rule writes. */
@Injectable()
export class ChangeLogsService {
  constructor(
    private readonly database: Database,
    private readonly logs: ChangeLogsRepository,
  ) {}

  /** What comes after a position, in order: for each as that reader, whom the database asks what it may see. */
  async listEntries(parts: ReaderLogPart[]): Promise<LogEntries[]> {
    return this.database.readAsEach((tx) => this.logs.listEntries(tx, parts));
  }

  /** What comes after a position in the log of the acting reader, in order, within what else is read. */
  async listOwnEntries(tx: Tx, part: LogPart): Promise<LogEntries> {
    return this.logs.listOwnEntries(tx, part);
  }

  /** The latest entry of each object that the acting reader has, as far as it was given until that position. */
  async listHeld(tx: Tx, part: LogPart, until: bigint): Promise<LogEntries> {
    return this.logs.listHeld(tx, part, until);
  }

  /** The position after which what happened from that time on stands; times are those of transactions, nearly in order. */
  async positionBefore(tx: Tx, isDrill: boolean, time: Date): Promise<bigint> {
    return this.logs.positionBefore(tx, isDrill, time);
  }

  async bounds(tx: Tx, isDrill: boolean): Promise<LogBounds> {
    return this.logs.bounds(tx, isDrill);
  }

  /** Which of these have not seen the latest of their logs; not what they may see, which only reading it as them tells. */
  async findBehindAsSystem<Place extends LogPlace>(places: Place[]): Promise<Place[]> {
    const behind = await this.database.asSystem((tx) => this.logs.listBehindAsSystem(tx, places));
    return behind.flatMap((index) => places[index] ?? []);
  }

  /** @returns whether there may be another log to trim */
  async trimAsSystem(): Promise<boolean> {
    return this.database.asSystem((tx) => this.logs.trimAsSystem(tx, KEPT_DAYS));
  }
}
