import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { Database, type Tx } from '../core/database.js';
import { problems } from '../core/problem.js';
import { nextState } from './focal-point.rules.js';
import { type DepartureDto } from './focal-points.dto.js';
import { FocalPointsRepository } from './focal-points.repository.js';
import { FocalPointsService } from './focal-points.service.js';
import { type DepartureView, type FocalPointRow, type OwnFocalPointView } from './focal-points.view.js';

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
      const others = (await this.register.listOfPerson(tx, id)).filter((one) => one !== id);
      const rows = await this.lockAll(tx, actor, partnerId, [id, ...others]);
      const row = rows.get(id);
      if (row === undefined) throw problems.notFound();
      const isOwn = actor.partnerId === partnerId;
      const state = nextState(row.state, 'depart', isOwn ? 'partner' : 'steward');
      if (!isOwn && (dto.successorId ?? dto.openMatters) !== undefined) {
        throw problems.forbidden('Who follows, and what is open, is for the partner to say.');
      }
      const alsoDeparted = others.filter((one) => isThere(rows.get(one)));
      const leaving = [id, ...alsoDeparted];
      if (isOwn) await this.requireSuccessor(tx, partnerId, leaving, dto);
      const revoked: string[] = [];
      for (const one of leaving) {
        const revokedClients = await this.register.listBoundClients(tx, one);
        revoked.push(...revokedClients);
        await this.register.changeState(tx, one, state);
        // What is open is told once.
        if (isOwn) await this.handOver(tx, partnerId, one, one === id ? dto : { ...dto, openMatters: [] });
        await this.focalPoints.record(tx, actor, 'departed', partnerId, one, {
          revokedClients,
          ...(dto.successorId !== undefined && { successor: dto.successorId }),
        });
      }
      const focalPoint = await this.focalPoints.view(tx, partnerId, id);
      return { focalPoint, alsoDeparted, revokedClients: revoked.toSorted() };
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

  /** In the order of their ids, whichever of them is named. */
  private async lockAll(
    tx: Tx,
    actor: Actor,
    partnerId: string,
    ids: string[],
  ): Promise<Map<string, FocalPointRow>> {
    const rows = new Map<string, FocalPointRow>();
    for (const one of ids.toSorted()) rows.set(one, await this.focalPoints.lockIn(tx, actor, partnerId, one));
    return rows;
  }

  /** @throws Problem 400 for whoever is not there, or leaves as well */
  private async requireSuccessor(
    tx: Tx,
    partnerId: string,
    leaving: string[],
    dto: DepartureDto,
  ): Promise<void> {
    const id = dto.successorId?.toLowerCase();
    if (id === undefined) return;
    const successor = leaving.includes(id) ? null : await this.register.find(tx, partnerId, id);
    if (isThere(successor)) return;
    throw problems.invalidInput([
      { pointer: '#/successorId', detail: 'is not another focal point of the partner who is there' },
    ]);
  }

  private async handOver(tx: Tx, partnerId: string, id: string, dto: DepartureDto): Promise<void> {
    await this.register.insertHandover(tx, {
      id,
      partnerId,
      successorId: dto.successorId?.toLowerCase() ?? null,
      openMatters: dto.openMatters ?? [],
    });
  }
}

const isThere = (row: FocalPointRow | null | undefined): boolean =>
  row !== null && row !== undefined && !['ended', 'departed'].includes(row.state);
