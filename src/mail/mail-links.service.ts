import { createHmac, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { PUBLIC_URL } from '../core/config.provider.js';
import { Database } from '../core/database.js';
import { installationSecret } from '../core/installation-secrets.js';

type Purpose = 'confirm' | 'unsubscribe' | 'application' | 'focal-point';

const PATHS: Record<Purpose, string> = {
  confirm: '/v1/subscription-confirmations',
  unsubscribe: '/v1/unsubscribe',
  application: '/v1/partner-application-links',
  'focal-point': '/v1/focal-point-confirmations',
};
const FORM = /^([\w-]{22})\.([0-9a-z]{1,8})\.([\w-]{32})$/;
const MAC_BYTES = 24;
export const CONFIRM_WITHIN_DAYS = 7;
const DAY_MS = 86_400_000;

/**
 * Addresses by which a recipient, who has no token of ours, says yes or no. Each is for one recipient and one purpose;
 * none is kept: what it says is signed with a secret of this installation.
 */
@Injectable()
export class MailLinksService implements OnModuleInit {
  private key: Buffer = Buffer.alloc(0);

  constructor(
    private readonly database: Database,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  async onModuleInit(): Promise<void> {
    this.key = await installationSecret(this.database, 'mail links');
  }

  alert(id: string): string {
    return `${this.publicUrl}/v1/alerts/${id}`;
  }

  unsubscribe(recipientId: string): string {
    return this.link('unsubscribe', recipientId, '0');
  }

  confirm(recipientId: string, now: Date): string {
    return this.within('confirm', recipientId, CONFIRM_WITHIN_DAYS, now);
  }

  /**
   * An address that is good for so many days.
   * @param turn counted up by whoever keeps the subject, so that what was signed for an earlier turn is good no more
   */
  within(purpose: Purpose, id: string, days: number, now: Date, turn = 0): string {
    const lastDay = Math.floor(now.getTime() / DAY_MS) + days;
    return this.link(purpose, id, lastDay.toString(36), turn);
  }

  /** Whom a token says that it is for; nothing is proved by it. */
  claimedId(token: string): string | null {
    const id = FORM.exec(token)?.[1];
    return id === undefined ? null : uuidOf(id);
  }

  /** @returns the recipient that the token is for; null when it is none of ours */
  read(
    purpose: Purpose,
    token: string,
    now: Date,
    turn = 0,
  ): { recipientId: string; isOver: boolean } | null {
    const [, id, until, mac] = FORM.exec(token) ?? [];
    if (id === undefined || until === undefined || mac === undefined) return null;
    const recipientId = uuidOf(id);
    const expected = this.sign(purpose, recipientId, until, turn);
    const given = Buffer.from(mac, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const isOver = until !== '0' && (parseInt(until, 36) + 1) * DAY_MS <= now.getTime();
    return { recipientId, isOver };
  }

  private link(purpose: Purpose, recipientId: string, until: string, turn = 0): string {
    const id = Buffer.from(recipientId.replaceAll('-', ''), 'hex').toString('base64url');
    const mac = this.sign(purpose, recipientId, until, turn).toString('base64url');
    return `${this.publicUrl}${PATHS[purpose]}/${id}.${until}.${mac}`;
  }

  private sign(purpose: Purpose, recipientId: string, until: string, turn: number): Buffer {
    const signed = [purpose, recipientId, until, ...(turn === 0 ? [] : [turn])].join(' ');
    return createHmac('sha256', this.key).update(signed).digest().subarray(0, MAC_BYTES);
  }
}

const uuidOf = (id: string): string =>
  Buffer.from(id, 'base64url')
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
