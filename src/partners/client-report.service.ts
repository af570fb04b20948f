import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { ClientsService, type NeglectedRow } from '../access/clients.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database } from '../core/database.js';
import { type AllClientsReportQuery } from './client-report.dto.js';

/** Which credentials of anybody's should be looked at, for whoever manages partners. */
@Injectable()
export class ClientReportService {
  constructor(
    private readonly database: Database,
    private readonly clients: ClientsService,
    private readonly cursors: Cursors,
  ) {}

  async list(
    actor: Actor,
    { dormantDays, expiringDays, attestingDays, cursor, limit }: AllClientsReportQuery,
  ): Promise<{ rows: NeglectedRow[]; nextCursor: string | null }> {
    const place = `neglected clients ${JSON.stringify([dormantDays, expiringDays, attestingDays])}`;
    const after =
      cursor === undefined ? undefined : placeToId(this.cursors.open(actor.readerId, place, cursor));
    const days = { dormant: dormantDays, expiring: expiringDays, attesting: attestingDays };
    const all = await this.database.readAs(actor, (tx) =>
      this.clients.listNeglectedOfAll(tx, days, { after, limit: limit + 1 }),
    );
    const rows = all.slice(0, limit);
    const last = rows.at(-1);
    const more = all.length > limit && last !== undefined;
    return {
      rows,
      nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.place)) : null,
    };
  }
}
