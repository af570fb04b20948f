import { applyDecorators, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { Public } from '../access/route.decorator.js';
import { IgnoresBody } from '../core/body-parsers.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { ValidatesItsOwnInput } from '../core/undeclared-input.js';
import { answerPage } from '../mail/mail.module.js';
import { LivenessService } from './liveness.service.js';

const HTML = { 'text/html': { schema: { type: 'string' } } };

/** For a person with a link from a mail and nothing else. */
const ByMailedLink = () =>
  applyDecorators(
    Public(),
    IgnoresBody(),
    ValidatesItsOwnInput(),
    ApiParam({ name: 'token', schema: { type: 'string', maxLength: 100 } }),
    ApiOkResponse({ description: 'A page in the language of the focal point.', content: HTML }),
  );

@ApiTags('focal-points')
@Controller('v1/focal-point-confirmations/:token')
export class ConfirmationsController {
  constructor(private readonly liveness: LivenessService) {}

  /** Ask a focal point, by the link that it was mailed, whether it is still there; reading this changes nothing. */
  @Get()
  @ByMailedLink()
  @ApiProblems('not-found')
  async showFocalPointConfirmation(
    @Param('token') token: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    return answerPage(await this.liveness.showLink(token), response);
  }

  /** Confirm, as the focal point itself, for another 90 days. */
  @Post()
  @HttpCode(200)
  @ByMailedLink()
  @ApiProblems('not-found', 'conflict')
  async confirmByLink(
    @Param('token') token: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    return answerPage(await this.liveness.useLink(token), response);
  }
}
