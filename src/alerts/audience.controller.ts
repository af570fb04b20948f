import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Actor } from '../access/actor.js';
import { CurrentActor, ReadsOnly, RequireScope } from '../access/route.decorator.js';
import { ApiId, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { AlertAudienceService } from './alert-audience.service.js';
import { CreateAlertDto } from './alerts.dto.js';
import {
  AudienceExplanationView,
  AudienceRehearsalView,
  presentAudience,
  presentSensitivity,
} from './audience.view.js';

@ApiTags('alerts')
@Controller('v1/alerts')
export class AudienceController {
  constructor(private readonly audiences: AlertAudienceService) {}

  /** See who would receive which rendition of an alert and by which rule, and who would not and why; nothing is kept. */
  @Post('audience-preview')
  @HttpCode(200)
  @RequireScope('alerts:publish')
  async previewAudience(
    @CurrentActor() actor: Actor,
    @Body() dto: CreateAlertDto,
  ): Promise<AudienceRehearsalView> {
    const { explanation, sensitivity } = await this.audiences.preview(actor, dto);
    return { ...presentAudience(explanation), sensitivity: sensitivity.map(presentSensitivity) };
  }

  /** See who receives an alert of yours, or as the steward any alert, and why others of its audience do not. */
  @Get(':id/audience')
  @ApiId()
  @ReadsOnly()
  @RequireScope('alerts:publish')
  @ApiProblems('not-found')
  async explainAudience(@CurrentActor() actor: Actor, @Id() id: string): Promise<AudienceExplanationView> {
    const { state, ...explanation } = await this.audiences.explain(actor, id);
    return { state, ...presentAudience(explanation) };
  }
}
