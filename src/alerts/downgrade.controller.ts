import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, ReadsOnly, RequireScope } from '../access/route.decorator.js';
import { ListReviewsQuery, presentReview, ReviewPage } from './downgrade.dto.js';
import { DowngradeService } from './downgrade.service.js';

@ApiTags('alerts')
@Controller('v1/alerts/reviews')
export class DowngradeController {
  constructor(private readonly downgrades: DowngradeService) {}

  /** List the texts of yours whose classification is to be looked at again. */
  @Get()
  @ReadsOnly()
  @RequireScope('alerts:publish')
  async listReviews(@CurrentActor() actor: Actor, @Query() query: ListReviewsQuery): Promise<ReviewPage> {
    const { rows, nextCursor } = await this.downgrades.listReviews(actor, query);
    return { items: rows.map(presentReview), nextCursor };
  }
}
