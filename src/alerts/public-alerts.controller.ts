import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { PUBLIC, PUBLIC_READER } from '../access/actor.js';
import { Public } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { ApiAcceptLanguage, ApiId, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { answerAlert, isHeld, ITEM_HEADERS, ITEM_TYPES, negotiate } from './alert-answers.js';
import { PUBLIC_CACHING } from './alert-caching.js';
import { GEOJSON_SCHEMA } from './alert-geojson.js';
import { AlertReadingService, type ReadAlert } from './alert-reading.service.js';
import { AlertView } from './alerts.view.js';
import { RenditionCache } from './rendition.cache.js';

const HEADERS = { 'Cache-Control': PUBLIC_CACHING, Vary: 'Accept, Accept-Language' };

@ApiTags('public')
@Controller('v1/public/alerts')
export class PublicAlertsController {
  constructor(
    private readonly reading: AlertReadingService,
    private readonly cache: RenditionCache,
  ) {}

  /** Read an alert that its originator published to everybody, without credentials. */
  @Get(':id')
  @ApiId()
  @Public()
  @ApiAcceptLanguage()
  @ApiAnswerHeaders(...ITEM_HEADERS)
  @ApiOkResponse({
    description: 'Its CLEAR text.',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(AlertView) } },
      'application/cap+xml': { schema: { type: 'string' } },
      'application/geo+json': { schema: GEOJSON_SCHEMA },
    },
  })
  @ApiProduces(...ITEM_TYPES)
  @ApiProblems('not-found', 'not-acceptable')
  async getPublicAlert(@Id() id: string, @Req() request: Request, @Res() response: Response): Promise<void> {
    const type = negotiate(request, ITEM_TYPES);
    const held = (read: ReadAlert): boolean => isHeld(request, forPublic(read), type, PUBLIC_READER);
    const alert = await this.reading.getWithCap(PUBLIC, id, held);
    answerAlert(request, response, forPublic(alert), type, PUBLIC_READER, this.cache, HEADERS);
  }
}

/** What organisations say to it they say to each other. */
const forPublic = <Read extends ReadAlert>(read: Read): Read => ({
  ...read,
  row: { ...read.row, corroboration: undefined },
});
