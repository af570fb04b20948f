import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Database } from '../core/database.js';
import { newId } from '../core/ids.js';
import { problems } from '../core/problem.js';
import { type Explanation, ExplanationService } from '../sharing/explanation.service.js';
import { type ShareableRow, SharingService } from '../sharing/sharing.service.js';
import { AlertVersionsService } from './alert-versions.service.js';
import { alertFaults } from './alert.rules.js';
import { isDrill } from './alert.values.js';
import { type CreateAlertDto } from './alerts.dto.js';
import { SensitivityGateService, type SensitivityMatch } from './sensitivity-gate.service.js';

/** Who would receive an alert, and who receives it. */
@Injectable()
export class AlertAudienceService {
  constructor(
    private readonly explanations: ExplanationService,
    private readonly versions: AlertVersionsService,
    private readonly sharing: SharingService,
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly sensitivity: SensitivityGateService,
  ) {}

  /** Goes all the way of publishing save the last step, and back. @throws Problem 400 and 403 as publishing does */
  async preview(
    actor: Actor,
    dto: CreateAlertDto,
  ): Promise<{ explanation: Explanation; sensitivity: SensitivityMatch[] }> {
    const faults = alertFaults(dto, new Date());
    if (faults.length > 0) throw problems.invalidInput(faults);
    let sensitivity: SensitivityMatch[] = [];
    const explanation = await this.explanations.rehearse(actor, async (tx) => {
      const id = newId();
      const { status, expiresAt } = dto;
      const state = 'published';
      await this.sharing.create(tx, actor, { id, type: 'alert', state, isDrill: isDrill(status), expiresAt });
      await this.versions.write(tx, actor, id, dto, state);
      sensitivity = await this.sensitivity.list(tx, id);
      return id;
    });
    await this.record(actor, { type: 'partner', id: actor.partnerId }, dto.renditions.map(summaryOf));
    return { explanation, sensitivity };
  }

  /** @throws Problem 404 and 403 for whoever is neither the originator nor the steward */
  async explain(actor: Actor, id: string): Promise<Explanation & { state: ShareableRow['state'] }> {
    const explanation = await this.explanations.explain(actor, id, 'alert');
    if (['draft', 'pending_release'].includes(explanation.state)) {
      await this.record(actor, { type: 'alert', id });
    }
    return explanation;
  }

  /** Apart from what is undone, and before anything is told: who asks again and again learns something of others. */
  private async record(
    actor: Actor,
    object: { type: string; id: string },
    renditions?: object[],
  ): Promise<void> {
    const details = renditions === undefined ? {} : { renditions };
    await this.database.as(actor, (tx) =>
      this.audit.record(tx, actor, { action: 'audience.previewed', object, details }),
    );
  }
}

/** Without names, of which there may be many. */
const summaryOf = ({ tlp, audience }: CreateAlertDto['renditions'][number]): object => ({
  tlp,
  arrangements: audience.arrangements,
  kinds: audience.kinds,
  partners: audience.partners.length,
  except: audience.except.length,
});
