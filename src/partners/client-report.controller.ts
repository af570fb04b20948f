import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { type Config } from '../core/config.js';
import { CONFIG } from '../core/config.provider.js';
import { AllClientsReportQuery, NeglectedClientPage, presentNeglected } from './client-report.dto.js';
import { ClientReportService } from './client-report.service.js';

@ApiTags('partners')
@Controller('v1/clients')
export class ClientReportController {
  constructor(
    private readonly reports: ClientReportService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Find clients of all partners that nobody uses, that end soon, and for which somebody must speak soon. */
  @Get('report')
  @RequireScope('partners:manage')
  async reportAllClients(
    @CurrentActor() actor: Actor,
    @Query() query: AllClientsReportQuery,
  ): Promise<NeglectedClientPage> {
    const { rows, nextCursor } = await this.reports.list(actor, query);
    return { items: rows.map((row) => presentNeglected(row, this.config)), nextCursor };
  }
}
