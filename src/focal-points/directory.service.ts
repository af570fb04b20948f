import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Cursors, idToPlace, placeToId } from '../core/cursor.js';
import { Database } from '../core/database.js';
import { problems } from '../core/problem.js';
import { type DirectoryQuery } from './focal-points.dto.js';
import { FocalPointsRepository } from './focal-points.repository.js';
import { type ContactDirectory, presentFocalPoint } from './focal-points.view.js';

/** Whom to call, for those who are members of the arrangement now; everybody else is told that there is nothing. */
@Injectable()
export class DirectoryService {
  constructor(
    private readonly database: Database,
    private readonly register: FocalPointsRepository,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  async list(
    actor: Actor,
    arrangementId: string,
    { cursor, limit }: DirectoryQuery,
  ): Promise<ContactDirectory> {
    const place = `focal points ${arrangementId}`;
    const afterId =
      cursor === undefined ? undefined : placeToId(this.cursors.open(actor.readerId, place, cursor));
    const { shown, directory } = await this.database.readAs(actor, async (tx) => {
      if (!(await this.register.isActingIn(tx, arrangementId))) throw problems.notFound();
      const all = await this.register.listMembers(tx, { arrangementId, afterId, limit: limit + 1 });
      const members = all.slice(0, limit);
      const contacts = await this.register.listShown(
        tx,
        arrangementId,
        members.map((member) => member.partner_id),
      );
      const last = members.at(-1);
      const more = all.length > limit && last !== undefined;
      const directory = {
        items: members.map((member) => ({
          partnerId: member.partner_id,
          partnerCode: member.partner_code,
          ...(member.sponsor_id !== null && { sponsorId: member.sponsor_id }),
          chair: member.is_chair,
          confirmation: member.restricted_since === null ? ('confirmed' as const) : ('unconfirmed' as const),
          ...(member.restricted_since !== null && {
            unconfirmedSince: member.restricted_since.toISOString(),
          }),
          focalPoints: contacts.filter((one) => one.partner_id === member.partner_id).map(presentFocalPoint),
        })),
        nextCursor: more ? this.cursors.seal(actor.readerId, place, idToPlace(last.partner_id)) : null,
      };
      return { shown: contacts.map(({ id }) => id), directory };
    });
    if (shown.length > 0) {
      await this.audit.recordReading(actor, {
        action: 'focal_point.directory_read',
        object: { type: 'arrangement', id: arrangementId },
        details: { focalPoints: shown },
      });
    }
    return directory;
  }
}
