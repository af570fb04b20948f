import {
  applyDecorators,
  Body,
  Controller,
  Get,
  HttpCode,
  Ip,
  Param,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { Public } from '../access/route.decorator.js';
import { ATTACHMENT_TYPES, drain, piecesOf, statedType } from '../attachments/attachments.module.js';
import { IgnoresBody } from '../core/body-parsers.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { ValidatesItsOwnInput } from '../core/undeclared-input.js';
import { CONFIRM_WITHIN_DAYS } from '../mail/mail-links.service.js';
import { answerPage } from '../mail/mail.module.js';
import { AnswerApplicationDto, ApplyDto, AskCaseLinkDto, SupplyDocumentQuery } from './applications.dto.js';
import {
  ApplicationCaseView,
  ApplicationReceivedView,
  presentCase,
  type WholeApplication,
} from './applications.view.js';
import { ApplyingService } from './applying.service.js';
import { CasesService } from './cases.service.js';

const HTML = { 'text/html': { schema: { type: 'string' } } };

/** For a person with a link from a mail and nothing else. Mail programs send bodies of their own, which say nothing. */
const ByMailedLink = () =>
  applyDecorators(
    IgnoresBody(),
    ValidatesItsOwnInput(),
    ApiParam({ name: 'token', schema: { type: 'string', maxLength: 100 } }),
    ApiOkResponse({ description: 'A page in the language of the application.', content: HTML }),
    ApiProblems('not-found'),
  );

const ApiCase = () =>
  applyDecorators(
    ApiParam({ name: 'token', schema: { type: 'string', maxLength: 100 } }),
    ApiProblems('not-found'),
  );

/** What an organisation that is no partner yet can do, without credentials. */
@ApiTags('applications')
@Public()
@Controller('v1')
export class ApplicantsController {
  constructor(
    private readonly applying: ApplyingService,
    private readonly cases: CasesService,
  ) {}

  /** Apply to be admitted; the answer is the same whatever is known of the organisation. */
  @Post('partner-applications')
  @HttpCode(202)
  @ApiProblems('unprocessable')
  async applyToJoin(@Body() dto: ApplyDto, @Ip() address: string): Promise<ApplicationReceivedView> {
    await this.applying.apply(dto, address);
    return { confirmWithinDays: CONFIRM_WITHIN_DAYS };
  }

  /** Have a link to the application sent to its contact; the answer is the same whether there is one. */
  @Post('partner-application-links')
  @HttpCode(202)
  @ApiProblems('unprocessable')
  async askCaseLink(
    @Body() { email }: AskCaseLinkDto,
    @Ip() address: string,
  ): Promise<ApplicationReceivedView> {
    await this.applying.askLink(email, address);
    return { confirmWithinDays: CONFIRM_WITHIN_DAYS };
  }

  /** Ask, by the link that was mailed, whether the private link is to be shown; reading this changes nothing. */
  @Get('partner-application-links/:token')
  @ByMailedLink()
  async showApplicationLink(
    @Param('token') token: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    return answerPage(await this.applying.showLink(token), response);
  }

  /** Confirm the address and be shown the private link, once. */
  @Post('partner-application-links/:token')
  @HttpCode(200)
  @ByMailedLink()
  async useApplicationLink(
    @Param('token') token: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    return answerPage(await this.applying.useLink(token), response);
  }

  /** Follow your application by its private link. */
  @Get('partner-application-cases/:token')
  @ApiCase()
  async getApplicationCase(
    @Param('token') token: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ApplicationCaseView> {
    return shown(await this.cases.get(token), response);
  }

  /** Answer what vetting asked. */
  @Post('partner-application-cases/:token/answers')
  @HttpCode(200)
  @ApiCase()
  @ApiProblems('not-found', 'conflict')
  async answerApplication(
    @Param('token') token: string,
    @Body() { text }: AnswerApplicationDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ApplicationCaseView> {
    return shown(await this.cases.answer(token, text), response);
  }

  /** Supply an evidence document, at most 5 MiB; pictures lose all their metadata. */
  @Post('partner-application-cases/:token/documents')
  @HttpCode(201)
  @ApiCase()
  @ApiConsumes(...ATTACHMENT_TYPES)
  @ApiBody({
    required: true,
    description: 'The file itself, of the type that it is.',
    schema: { type: 'string', format: 'binary' },
  })
  @ApiProblems('not-found', 'conflict')
  async supplyDocument(
    @Param('token') token: string,
    @Query() { kind, name }: SupplyDocumentQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ApplicationCaseView> {
    const type = statedType(request);
    const pieces = piecesOf(request);
    try {
      return shown(await this.cases.supply(token, { kind, name, type }, pieces), response);
    } catch (error) {
      await drain(pieces);
      throw error;
    }
  }

  /** Withdraw your application. */
  @Post('partner-application-cases/:token/withdrawal')
  @HttpCode(200)
  @ApiCase()
  @ApiProblems('not-found', 'conflict')
  async withdrawApplication(
    @Param('token') token: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ApplicationCaseView> {
    return shown(await this.cases.withdraw(token), response);
  }
}

function shown(whole: WholeApplication, response: Response): ApplicationCaseView {
  response.set('Cache-Control', 'private, no-store');
  return presentCase(whole);
}
