import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { PartnersService } from '../partners/partners.service.js';
import { type ApplicationRow, ApplicationsRepository } from './applications.repository.js';
import { type DuplicateHintView } from './applications.view.js';
import { type HintReason, likeness, nameKey } from './duplicates.rules.js';

/** What an application could be already: a hint for whoever vets, who decides. */
@Injectable()
export class DuplicatesService {
  constructor(
    private readonly applications: ApplicationsRepository,
    private readonly partners: PartnersService,
  ) {}

  async listAsSystem(tx: Tx, row: ApplicationRow): Promise<DuplicateHintView[]> {
    const partners = await this.partners.listAllAsSystem(tx);
    const codes = new Map(partners.map(({ id, code }) => [id, code]));
    const hints = new Map<string, DuplicateHintView>();
    for (const one of await this.applications.listAlike(tx, row)) {
      const alike = likeness(row, one);
      if (alike.length === 0) continue;
      const partnerCode = one.partner_id === null ? undefined : codes.get(one.partner_id);
      hints.set(one.id, {
        ...{ alike, name: one.name, applicationId: one.id, state: one.state },
        ...(one.partner_id !== null && { partnerId: one.partner_id }),
        ...(partnerCode !== undefined && { partnerCode }),
      });
    }
    for (const { id, code, name } of partners) {
      if (id === row.partner_id) continue;
      const alike: HintReason[] = [
        ...(nameKey(name) === row.name_key ? (['name'] as const) : []),
        ...(nameKey(code) === row.name_key ? (['code'] as const) : []),
      ];
      if (alike.length > 0) hints.set(id, { alike, name, partnerId: id, partnerCode: code });
    }
    return [...hints.values()];
  }
}
