import { Body, Controller, Get, Headers, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { versionTag } from '../core/etag.js';
import { ApiId, ApiIfMatch, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import {
  presentMatrix,
  SensitivityMatrixList,
  SensitivityMatrixView,
  SetSensitivityDto,
} from './sensitivity.dto.js';
import { SensitivityService } from './sensitivity.service.js';

@ApiTags('arrangements')
@Controller('v1/arrangements/:id/sensitivity')
export class SensitivityController {
  constructor(private readonly matrices: SensitivityService) {}

  /** Read which texts the information-sharing protocol wants marked how: the present version, earlier and coming ones. */
  @Get()
  @ApiId()
  @RequireScope('arrangements:read')
  @ApiProblems('not-found')
  async listSensitivity(@CurrentActor() actor: Actor, @Id() id: string): Promise<SensitivityMatrixList> {
    return { items: (await this.matrices.list(actor, id)).map(presentMatrix) };
  }

  /** Decide which texts are to be marked how, at once or from a time to come; what stands is not judged again. */
  @Put()
  @ApiId()
  @ApiIfMatch()
  @RequireScope('arrangements:manage')
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'precondition-failed')
  async putSensitivity(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Body() dto: SetSensitivityDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SensitivityMatrixView> {
    const matrix = presentMatrix(await this.matrices.set(actor, id, dto, ifMatch));
    response.set('ETag', versionTag(matrix.version));
    return matrix;
  }
}
