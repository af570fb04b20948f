import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { AuditPage, ListAuditQuery, presentAuditEntry } from './audit.dto.js';
import { AuditService } from './audit.service.js';

@ApiTags('audit')
@Controller('v1/audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  /** List what your organisation did and what was done with its own, newest first. */
  @Get()
  @RequireScope('audit:read')
  async listAudit(@CurrentActor() actor: Actor, @Query() query: ListAuditQuery): Promise<AuditPage> {
    const { rows, nextCursor } = await this.audit.list(actor, query);
    return { items: rows.map(presentAuditEntry), nextCursor };
  }
}
