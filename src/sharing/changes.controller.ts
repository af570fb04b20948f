import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ChangePage, ListChangesQuery, presentChange } from './changes.dto.js';
import { SharingService } from './sharing.service.js';

@ApiTags('changes')
@Controller('v1/changes')
export class ChangesController {
  constructor(private readonly sharing: SharingService) {}

  /** Read your change log, in order, from where you left off. */
  @Get()
  @RequireScope('alerts:read', 'reports:submit', 'reports:triage')
  async listChanges(@CurrentActor() actor: Actor, @Query() query: ListChangesQuery): Promise<ChangePage> {
    const { rows, nextCursor } = await this.sharing.listChanges(
      actor,
      query.drill === 'true',
      query.after,
      query.limit,
    );
    return { items: rows.map(presentChange), nextCursor };
  }
}
