import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import {
  DEFINITION,
  HandlingStatisticsPage,
  HandlingStatisticsQuery,
  presentStatistics,
} from './handling-statistics.dto.js';
import { HandlingStatisticsService } from './handling-statistics.service.js';

@ApiTags('alerts')
@Controller('v1/statistics')
export class HandlingStatisticsController {
  constructor(private readonly statistics: HandlingStatisticsService) {}

  /** Read how you classify what you publish and how long it takes to arrive; the steward reads it of all originators. */
  @Get('handling')
  @Header('Cache-Control', 'private, no-store')
  @RequireScope('alerts:read')
  async getHandlingStatistics(
    @CurrentActor() actor: Actor,
    @Query() query: HandlingStatisticsQuery,
  ): Promise<HandlingStatisticsPage> {
    const { from, until, rows, nextCursor } = await this.statistics.list(actor, query);
    return {
      from: from.toISOString(),
      until: until.toISOString(),
      definition: DEFINITION,
      items: rows.map(presentStatistics),
      nextCursor,
    };
  }
}
