import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { type AttestationRow, AttestationsService } from '../access/attestations.service.js';
import { ClientsService } from '../access/clients.service.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { type AskAccessReviewDto, type AttestClientDto } from './access-review.dto.js';
import { PartnersRepository } from './partners.repository.js';

/** Keys that nobody needs any more are the ones that are stolen unnoticed: their owners are asked, again and again. */
@Injectable()
export class AccessReviewService {
  constructor(
    private readonly database: Database,
    private readonly partners: PartnersRepository,
    private readonly clients: ClientsService,
    private readonly attestations: AttestationsService,
    private readonly audit: AuditService,
  ) {}

  /** @throws Problem 400 for a moment that is past, 404 for a partner that is missing */
  async ask(
    actor: Actor,
    partnerId: string,
    { attestBy, reason }: AskAccessReviewDto,
  ): Promise<{ clients: number; attestBy: string }> {
    const by = new Date(attestBy);
    if (by.getTime() <= Date.now()) {
      throw problems.invalidInput([{ pointer: '#/attestBy', detail: 'must lie in the future' }]);
    }
    return this.database.as(actor, async (tx) => {
      await this.requirePartner(tx, partnerId);
      const clients = await this.attestations.askBy(tx, partnerId, by);
      await this.audit.record(tx, actor, {
        action: 'access_review.asked',
        object: { type: 'partner', id: partnerId },
        about: [partnerId],
        details: { attestBy: by.toISOString(), reason, clients },
      });
      return { clients, attestBy: by.toISOString() };
    });
  }

  /** @throws Problem 403 for whoever speaks for its sub-partners alone, 404 for a client that is hidden or missing */
  async attest(
    actor: Actor,
    partnerId: string,
    clientId: string,
    dto: AttestClientDto,
  ): Promise<AttestationRow> {
    // A revoked client can be a reader whose grants are withdrawn with it.
    return this.database.asPatiently(actor, async (tx) => {
      const client = await this.clients.get(tx, partnerId, clientId);
      const isForOthers = !actor.manages.includes('partners') && !actor.manages.includes('clients');
      if (partnerId === actor.partnerId && isForOthers) {
        throw problems.forbidden('The scope clients:attest is needed.');
      }
      const attestation = await this.attestations.attest(tx, actor, client, dto);
      await this.audit.record(tx, actor, {
        action: 'client.attested',
        object: { type: 'partner', id: partnerId },
        about: [partnerId],
        details: { client: clientId, outcome: dto.outcome, dropped: attestation.dropped, note: dto.note },
      });
      return attestation;
    });
  }

  /** @throws Problem 404 for a partner that is hidden or missing */
  async list(actor: Actor, partnerId: string): Promise<AttestationRow[]> {
    return this.database.readAs(actor, async (tx) => {
      await this.requirePartner(tx, partnerId);
      return this.attestations.listOfPartner(tx, partnerId);
    });
  }

  private async requirePartner(tx: Tx, id: string): Promise<void> {
    if ((await this.partners.find(tx, id)) === null) throw problems.notFound();
  }
}
