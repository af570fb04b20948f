import { Injectable } from '@nestjs/common';
import { type Response } from 'express';
import { type Rights } from '../../access/route.decorator.js';
import { type LogPlace } from '../../sharing/change-logs.service.js';
import { LongAnswersService } from './long-answers.service.js';

/** Requests that wait for something to happen (long polls). */
@Injectable()
export class WaitingService {
  constructor(private readonly answers: LongAnswersService) {}

  /**
   * @returns whether there may be something now; not when the time is over, the caller has gone or lost its rights, or
   * this process ends
   * @throws Problem 429 or 503 when too many wait already
   */
  async forMore(
    partnerId: string,
    rights: Rights,
    place: LogPlace,
    milliseconds: number,
    response: Response,
  ): Promise<boolean> {
    if (milliseconds <= 0 || response.closed) return false;
    let settle: (more: boolean) => void = () => undefined;
    const settled = new Promise<boolean>((resolve) => (settle = resolve));
    const over = (): void => settle(false);
    const seat = this.answers.open({
      partnerId,
      rights,
      onMore: () => settle(true),
      onTick: () => void rights.renew().catch(over),
      onEnd: over,
    });
    const timer = setTimeout(over, milliseconds);
    response.once('close', over);
    try {
      seat.rest(place);
      return await settled;
    } finally {
      clearTimeout(timer);
      response.off('close', over);
      seat.leave();
    }
  }
}
