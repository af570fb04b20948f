import { type Quota, type QuotaHolder, type QuotaName } from '../../core/quota.js';

export class QuotaView {
  name: QuotaName;
  /** Whose use counts together: of this client alone, of all clients that see what it sees, of all of your partner. */
  of: QuotaHolder;
  limit: number;
  /**
   * What is used of it now; absent for requests, whose answers say what is left in `RateLimit`, and for a narrowed client of
   * what all of its partner use together.
   */
  used?: number;
  /** Absent where it holds for what is there at the same time. */
  perSeconds?: number;
  /** Each process of the service allows as much. */
  isPerProcess: boolean;
}

export class QuotasView {
  items: QuotaView[];
}

export const presentQuota = ({ name, of, limit, used, perSeconds, isPerProcess }: Quota): QuotaView => ({
  name,
  of,
  limit,
  ...(used !== undefined && { used }),
  ...(perSeconds !== undefined && { perSeconds }),
  isPerProcess,
});
