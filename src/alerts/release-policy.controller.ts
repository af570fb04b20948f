import { Body, Controller, Get, Headers, HttpCode, Post, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, ReadsOnly, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { ApiIfMatch } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { presentPolicy, ReleasePolicyDto, ReleasePolicyView } from './release-policy.dto.js';
import { type PolicyRow } from './release-policy.repository.js';
import { policyTag, ReleasePolicyService } from './release-policy.service.js';

@ApiTags('alerts')
@Controller('v1/alerts/release-policy')
export class ReleasePolicyController {
  constructor(private readonly policies: ReleasePolicyService) {}

  /** Read from which handling upwards your organisation requires a second person's release. */
  @Get()
  @ReadsOnly()
  @RequireScope('alerts:release')
  @ApiAnswerHeaders('ETag')
  async getReleasePolicy(
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReleasePolicyView> {
    return answer(response, await this.policies.get(actor));
  }

  /** Require a second person's release from a handling upwards, at once, or propose that less than what stands is to wait. */
  @Put()
  @RequireScope('alerts:release')
  @ApiAnswerHeaders('ETag')
  async putReleasePolicy(
    @CurrentActor() actor: Actor,
    @Body() dto: ReleasePolicyDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReleasePolicyView> {
    return answer(response, await this.policies.state(actor, dto));
  }

  /** Confirm the looser policy that was proposed and looked at, by its `ETag`, with another client than the one that proposed it. */
  @Post('confirmation')
  @HttpCode(200)
  @RequireScope('alerts:release')
  @ApiIfMatch({ required: true })
  @ApiAnswerHeaders('ETag')
  @ApiProblems('conflict', 'precondition-failed', 'precondition-required')
  async confirmReleasePolicy(
    @CurrentActor() actor: Actor,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReleasePolicyView> {
    return answer(response, await this.policies.confirm(actor, ifMatch));
  }
}

function answer(response: Response, row: PolicyRow): ReleasePolicyView {
  response.set({ ETag: policyTag(row), 'Cache-Control': 'private, no-store' });
  return presentPolicy(row);
}
