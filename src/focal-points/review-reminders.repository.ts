import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';

@Injectable()
export class ReviewRemindersRepository {
  /** Whoever administers the partner, and its headquarters; of a sub-partner those of its sponsor. Each address once. */
  async listAddressees(
    tx: Tx,
    partnerId: string,
  ): Promise<{ id: string; email: string; languages: string[] }[]> {
    return tx.query(
      `select distinct on (lower(c.email)) f.id, c.email, c.languages
       from partner p join focal_point f on f.partner_id = coalesce(p.sponsor_id, p.id)
       join focal_point_contact c on c.focal_point_id = f.id
       where p.id = $1 and f.state not in ('ended', 'departed') and f.valid_from <= now()
         and f.role in ('administrator', 'headquarters')
       order by lower(c.email), f.id`,
      [partnerId],
    );
  }
}
