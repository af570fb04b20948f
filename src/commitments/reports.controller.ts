import { Controller, Get, Header, Param, Query, Req, Res } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOkResponse,
  ApiParam,
  ApiProduces,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { CSV_TYPE, writeRows } from '../core/csv.js';
import { ApiId, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { problems } from '../core/problem.js';
import { CommitmentReportPage, CommitmentReportQuery, reportRows } from './reports.dto.js';
import { CommitmentReportsService } from './reports.service.js';
import { ScorecardView } from './scorecard.dto.js';
import { ScorecardService } from './scorecard.service.js';

const JSON_TYPE = 'application/json';

/** What is no year of this service is answered like one that is not there. */
function yearNamed(text: string): number {
  if (!/^20\d\d$/.test(text)) throw problems.notFound();
  return Number(text);
}

@ApiTags('commitments')
@Controller('v1')
export class CommitmentReportsController {
  constructor(
    private readonly scorecards: ScorecardService,
    private readonly reports: CommitmentReportsService,
  ) {}

  /** Read how the members of an arrangement of yours stand, and in numbers how they say that they meet the commitments. */
  @Get('arrangements/:id/scorecard')
  @ApiId()
  @RequireScope('commitments:read')
  @ApiProblems('not-found')
  async getScorecard(@CurrentActor() actor: Actor, @Id() id: string): Promise<ScorecardView> {
    return this.scorecards.get(actor, id);
  }

  /** Read what there was of acceptance, lapse and assessment in a year (UTC); as CSV whole, whatever `limit` says. */
  @Get('commitments/reports/:year')
  @Header('Cache-Control', 'private, no-store')
  @ApiParam({ name: 'year', schema: { type: 'string', pattern: '^20[0-9]{2}$' } })
  @RequireScope('commitments:read')
  @ApiOkResponse({
    description: 'Of your organisation; for the steward of all.',
    content: {
      [JSON_TYPE]: { schema: { $ref: getSchemaPath(CommitmentReportPage) } },
      [CSV_TYPE]: { schema: { type: 'string' } },
    },
  })
  @ApiExtraModels(CommitmentReportPage)
  @ApiProduces(JSON_TYPE, CSV_TYPE)
  @ApiProblems('not-found', 'not-acceptable')
  async getCommitmentReport(
    @CurrentActor() actor: Actor,
    @Param('year') yearText: string,
    @Query() query: CommitmentReportQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const year = yearNamed(yearText);
    const type = request.accepts([JSON_TYPE, CSV_TYPE]);
    if (type === JSON_TYPE) {
      response.json(await this.reports.list(actor, year, query));
    } else if (type === CSV_TYPE) {
      const items = await this.reports.listAll(actor, year);
      response.type(CSV_TYPE).send(writeRows(reportRows(year, items)));
    } else {
      throw problems.notAcceptable([JSON_TYPE, CSV_TYPE]);
    }
  }
}
