import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { newId } from '../core/ids.js';
import { problems } from '../core/problem.js';
import { ExplanationService, type ExplanationRow } from '../sharing/explanation.service.js';
import { type ShareableRow, SharingService } from '../sharing/sharing.service.js';
import { AlertVersionsService } from './alert-versions.service.js';
import { alertFaults } from './alert.rules.js';
import { isDrill } from './alert.values.js';
import { type CreateAlertDto } from './alerts.dto.js';

/** Who would receive an alert, and who receives it. */
@Injectable()
export class AlertAudienceService {
  constructor(
    private readonly explanations: ExplanationService,
    private readonly versions: AlertVersionsService,
    private readonly sharing: SharingService,
  ) {}

  /** Goes all the way of publishing save the last step, and back. @throws Problem 400 and 403 as publishing does */
  async preview(actor: Actor, dto: CreateAlertDto): Promise<ExplanationRow[]> {
    const faults = alertFaults(dto, new Date());
    if (faults.length > 0) throw problems.invalidInput(faults);
    return this.explanations.rehearse(actor, async (tx) => {
      const id = newId();
      const { status, expiresAt } = dto;
      const state = 'published';
      await this.sharing.create(tx, actor, { id, type: 'alert', state, isDrill: isDrill(status), expiresAt });
      await this.versions.write(tx, actor, id, dto, state);
      return id;
    });
  }

  /** @throws Problem 404 and 403 for whoever is neither the originator nor the steward */
  async explain(actor: Actor, id: string): Promise<{ state: ShareableRow['state']; rows: ExplanationRow[] }> {
    return this.explanations.explain(actor, id, 'alert');
  }
}
