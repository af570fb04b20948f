import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { Database, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { nextState } from './focal-point.rules.js';
import { type DepartureDto } from './focal-points.dto.js';
import { FocalPointsRepository } from './focal-points.repository.js';
import { FocalPointsService } from './focal-points.service.js';
import { type DepartureView, type OwnFocalPointView } from './focal-points.view.js';

/** Somebody leaves: nothing of the person remains and nothing of its access, and the next one knows what is open. */
@Injectable()
export class DeparturesService {
  constructor(
    private readonly database: Database,
    private readonly register: FocalPointsRepository,
    private readonly focalPoints: FocalPointsService,
  ) {}

  /** In one transaction; tokens of the clients that were bound to the person stop working within about a second. */
  async depart(actor: Actor, partnerId: string, id: string, dto: DepartureDto): Promise<DepartureView> {
    return this.database.asPatiently(actor, async (tx) => {
      const row = await this.focalPoints.lockIn(tx, actor, partnerId, id);
      const isOwn = actor.partnerId === partnerId;
      const state = nextState(row.state, 'depart', isOwn ? 'partner' : 'steward');
      if (!isOwn && (dto.successorId ?? dto.openMatters) !== undefined) {
        throw problems.forbidden('Who follows, and what is open, is for the partner to say.');
      }
      const revokedClients = await this.register.listBoundClients(tx, id);
      await this.register.changeState(tx, id, state);
      if (isOwn) await this.handOver(tx, partnerId, id, dto);
      await this.focalPoints.record(tx, actor, 'departed', partnerId, id, {
        revokedClients,
        ...(dto.successorId !== undefined && { successor: dto.successorId }),
      });
      return { focalPoint: await this.focalPoints.view(tx, partnerId, id), revokedClients };
    });
  }

  /** By whoever follows, which has to be somebody who answers. */
  async acknowledge(actor: Actor, partnerId: string, id: string): Promise<OwnFocalPointView> {
    return this.database.as(actor, async (tx) => {
      await this.focalPoints.lockIn(tx, actor, partnerId, id);
      const handover = (await this.register.listHandovers(tx, [id])).get(id);
      if (handover === undefined) throw problems.notFound();
      const successor =
        handover.successor_id && (await this.register.find(tx, partnerId, handover.successor_id));
      if (!successor || !['confirmed', 'due'].includes(successor.state)) {
        throw problems.conflict('Nobody who is confirmed follows.');
      }
      if (!(await this.register.acknowledgeHandover(tx, id))) {
        throw problems.conflict('It was acknowledged before.');
      }
      await this.focalPoints.record(tx, actor, 'handover_acknowledged', partnerId, id, {
        successor: successor.id,
      });
      return this.focalPoints.view(tx, partnerId, id);
    });
  }

  private async handOver(tx: Tx, partnerId: string, id: string, dto: DepartureDto): Promise<void> {
    const successorId = dto.successorId?.toLowerCase() ?? null;
    if (successorId !== null) {
      const successor = successorId === id ? null : await this.register.find(tx, partnerId, successorId);
      if (successor === null || ['ended', 'departed'].includes(successor.state)) {
        throw problems.invalidInput([
          { pointer: '#/successorId', detail: 'is not another focal point of the partner who is there' },
        ]);
      }
    }
    await this.register.insertHandover(tx, {
      id,
      partnerId,
      successorId,
      openMatters: dto.openMatters ?? [],
    });
  }
}
