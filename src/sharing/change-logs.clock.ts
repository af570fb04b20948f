import { Injectable } from '@nestjs/common';
import { Clock } from '../core/clock.js';
import { ChangeLogsService } from './change-logs.service.js';

const INTERVAL_MS = 60_000;

/** What only told of the same text again leaves the change logs when no cursor that is still good can miss it. */
@Injectable()
export class ChangeLogsClock extends Clock {
  constructor(private readonly logs: ChangeLogsService) {
    super('change logs could not be trimmed', INTERVAL_MS);
  }

  protected async tick(): Promise<boolean> {
    return this.logs.trimAsSystem();
  }
}
