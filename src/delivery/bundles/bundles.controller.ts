import { Controller, Get, Header, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type Actor } from '../../access/actor.js';
import { CurrentActor, Public, RequireScope } from '../../access/route.decorator.js';
import { cacheControl, matches } from '../../alerts/alert-reading.service.js';
import { ApiAnswerHeaders } from '../../core/answers.decorator.js';
import { ApiAcceptLanguage, ApiId, Id } from '../../core/http.decorators.js';
import { ApiProblems } from '../../core/problem.decorator.js';
import { BUNDLE_TYPE } from './bundle-file.js';
import { BundleKeysService } from './bundle-keys.service.js';
import { BundleKeySetView, BundleQuery, BundleView, presentKey } from './bundles.dto.js';
import { BundlesService } from './bundles.service.js';

/** JSON Schema 2020-12 §8: what is in it, once it is unpacked. */
const FILE_SCHEMA = {
  type: 'string' as const,
  format: 'binary',
  contentSchema: { $ref: getSchemaPath(BundleView) },
};

@ApiTags('bundles')
@Controller('v1')
export class BundlesController {
  constructor(
    private readonly bundles: BundlesService,
    private readonly keys: BundleKeysService,
  ) {}

  /** Take the last 24 hours of one arrangement along, signed and compressed, or what happened since the bundle before. */
  @Get('arrangements/:id/bundle')
  @ApiId()
  @RequireScope('alerts:read')
  @ApiAcceptLanguage()
  @ApiAnswerHeaders('ETag', 'Content-Disposition')
  @ApiExtraModels(BundleView)
  @ApiOkResponse({
    description:
      'A line `slt-bundle/1 KEY SIGNATURE`, and then gzip to the end: a `BundleView` as JSON. The signature (Ed25519, in' +
      ' base64url) is over the line without it, a line feed and the bytes of the gzip.',
    content: { [BUNDLE_TYPE]: { schema: FILE_SCHEMA } },
  })
  @ApiProblems('not-found', 'cursor-expired')
  async getBundle(
    @CurrentActor() actor: Actor,
    @Id() arrangementId: string,
    @Query() query: BundleQuery,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const wish = { arrangementId, after: query.after, isDrill: query.drill === 'true', acceptLanguage };
    const { tag, contents, code, write } = await this.bundles.prepare(actor, wish);
    response.type(BUNDLE_TYPE).set({
      ETag: tag,
      'Cache-Control': cacheControl(contents),
      Vary: 'Authorization, Accept-Language',
      'Content-Disposition': `attachment; filename="${code.replace(/[^\w.-]/g, '_')}.slt"`,
    });
    const known = request.headers['if-none-match'];
    if (known !== undefined && matches(known, tag)) {
      response.status(304).end();
      return;
    }
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const bundle = await write();
    response.set('Content-Length', String(bundle.length)).end(bundle);
  }

  /** Get the keys by which bundles are checked; keep them, for at least 90 days they know whatever is signed. */
  @Get('bundles/keys')
  @Public()
  @Header('Cache-Control', 'public, max-age=3600')
  async listBundleKeys(): Promise<BundleKeySetView> {
    return { keys: (await this.keys.listPublished()).map(presentKey) };
  }
}
