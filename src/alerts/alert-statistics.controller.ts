import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import {
  AlertFacetsQuery,
  AlertFacetsView,
  AlertTrendsQuery,
  AlertTrendsView,
} from './alert-statistics.dto.js';
import { AlertStatisticsService } from './alert-statistics.service.js';

@ApiTags('alerts')
@Controller('v1/alerts')
export class AlertStatisticsController {
  constructor(private readonly statistics: AlertStatisticsService) {}

  /** Count the alerts that you may read by what they say, filtered like the list. */
  @Get('facets')
  @Header('Cache-Control', 'private, no-store')
  @RequireScope('alerts:read')
  async countAlertFacets(
    @CurrentActor() actor: Actor,
    @Query() query: AlertFacetsQuery,
  ): Promise<AlertFacetsView> {
    return this.statistics.countFacets(actor, query);
  }

  /** Count the alerts that you may read by area or type and time, without counts so small that they tell of single incidents. */
  @Get('trends')
  @Header('Cache-Control', 'private, no-store')
  @RequireScope('alerts:read')
  async countAlertTrends(
    @CurrentActor() actor: Actor,
    @Query() query: AlertTrendsQuery,
  ): Promise<AlertTrendsView> {
    return this.statistics.countTrends(actor, query);
  }
}
