import {
  Body,
  Controller,
  Get,
  Headers,
  Param,
  type PipeTransform,
  Post,
  Put,
  Query,
  Res,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { createHash } from 'node:crypto';
import { type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { AnyClient, CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { versionTag } from '../core/etag.js';
import { ApiAcceptLanguage, ApiIfMatch } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { problems } from '../core/problem.js';
import {
  AddReferenceListDto,
  ListReferenceRevisionsQuery,
  PutReferenceEntryDto,
  ReadReferenceListQuery,
} from './reference.dto.js';
import { type EntryRow, type ListRow } from './reference.repository.js';
import { ReferenceService } from './reference.service.js';
import { CROSSWALK_SCHEMES, LIST_CODE } from './reference.values.js';
import {
  presentEntry,
  presentList,
  presentRevision,
  ReferenceItemView,
  ReferenceLists,
  ReferenceListView,
  ReferenceListWithEntries,
  ReferenceRevisionPage,
} from './reference.view.js';

class ListCodePipe implements PipeTransform<string, string> {
  /** What cannot be a code is answered like a code that is not there. */
  transform(value: string): string {
    if (!LIST_CODE.test(value)) throw problems.notFound();
    return value;
  }
}

class EntryCodePipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!/^\w{1,64}$/.test(value)) throw problems.notFound();
    return value;
  }
}

const ApiList = () => ApiParam({ name: 'list', schema: { type: 'string', maxLength: 64 } });
const ApiCode = () => ApiParam({ name: 'code', schema: { type: 'string', maxLength: 64 } });

@ApiTags('reference')
@Controller('v1/reference')
export class ReferenceController {
  constructor(private readonly reference: ReferenceService) {}

  /** List the code lists. */
  @Get()
  @AnyClient()
  @ApiAcceptLanguage()
  @ApiAnswerHeaders('ETag', 'Content-Language')
  async listReferenceLists(
    @CurrentActor() actor: Actor,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReferenceLists> {
    const items = (await this.reference.lists(actor)).map((row) => presentList(row, acceptLanguage));
    return answer(response, items, { items });
  }

  /** Read a code list: its entries in force, in your language where there is one. */
  @Get(':list')
  @ApiList()
  @AnyClient()
  @ApiAcceptLanguage()
  @ApiAnswerHeaders('ETag', 'Content-Language')
  @ApiProblems('not-found')
  async readReferenceList(
    @CurrentActor() actor: Actor,
    @Param('list', ListCodePipe) code: string,
    @Query() { at, all, crosswalk }: ReadReferenceListQuery,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReferenceListWithEntries> {
    const { list, entries } = await this.reference.read(actor, code, at, all === 'true');
    const items = entries.map((row) => presentEntry(row, acceptLanguage, crosswalk));
    const body = {
      ...presentList(list, acceptLanguage),
      on: at ?? new Date().toISOString().slice(0, 10),
      items,
    };
    return answer(response, items, body, list.version);
  }

  /** Read how a code list came to be what it is, latest change first. */
  @Get(':list/revisions')
  @ApiList()
  @AnyClient()
  @ApiProblems('not-found')
  async listReferenceRevisions(
    @CurrentActor() actor: Actor,
    @Param('list', ListCodePipe) list: string,
    @Query() query: ListReferenceRevisionsQuery,
  ): Promise<ReferenceRevisionPage> {
    const { rows, nextCursor } = await this.reference.revisions(actor, list, query);
    const isManager = actor.manages.includes('reference');
    return { items: rows.map((row) => presentRevision(row, isManager)), nextCursor };
  }

  /** Read one entry of a code list, in force or not, with all its labels and crosswalks. */
  @Get(':list/:code')
  @ApiList()
  @ApiCode()
  @AnyClient()
  @ApiAcceptLanguage()
  @ApiAnswerHeaders('ETag', 'Content-Language')
  @ApiProblems('not-found')
  async readReferenceEntry(
    @CurrentActor() actor: Actor,
    @Param('list', ListCodePipe) list: string,
    @Param('code', EntryCodePipe) code: string,
    @Headers('accept-language') acceptLanguage: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReferenceItemView> {
    const found = await this.reference.get(actor, list, code);
    const body = presentItem(found, acceptLanguage);
    return answer(response, [body], body, found.list.version);
  }

  /** Add a code list. */
  @Post()
  @RequireScope('reference:manage')
  @ApiAnswerHeaders('ETag')
  @ApiProblems('conflict')
  async addReferenceList(
    @CurrentActor() actor: Actor,
    @Body() dto: AddReferenceListDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReferenceListView> {
    const row = await this.reference.addList(actor, dto);
    response.set('ETag', versionTag(row.version));
    return presentList(row, undefined);
  }

  /** Add an entry to a code list, or change it; nothing is deleted, `validUntil` ends it. */
  @Put(':list/:code')
  @ApiList()
  @ApiCode()
  @RequireScope('reference:manage')
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiOkResponse({ type: ReferenceItemView })
  @ApiCreatedResponse({ type: ReferenceItemView })
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async putReferenceEntry(
    @CurrentActor() actor: Actor,
    @Param('list', ListCodePipe) list: string,
    @Param('code') code: string,
    @Body() dto: PutReferenceEntryDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReferenceItemView> {
    const { isNew, ...found } = await this.reference.put(actor, list, code, dto, ifMatch);
    response.status(isNew ? 201 : 200).set('ETag', versionTag(found.list.version));
    return presentItem(found, undefined);
  }
}

const presentItem = (
  { list, entry }: { list: ListRow; entry: EntryRow },
  acceptLanguage: string | undefined,
): ReferenceItemView => ({
  list: list.code,
  version: list.version,
  ...presentEntry(entry, acceptLanguage, CROSSWALK_SCHEMES),
  labels: entry.labels,
});

/** The tag begins with the version, for `If-Match`, and goes on with what else the answer depends on: day, language. */
function answer<Body extends object>(
  response: Response,
  inLanguages: { language: string }[],
  body: Body,
  version?: number,
): Body {
  const digest = createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22);
  response.set({
    ETag: version === undefined ? `"${digest}"` : `"${version}-${digest}"`,
    'Cache-Control': 'private, no-cache',
    Vary: 'Authorization, Accept-Language',
  });
  const languages = [...new Set(inLanguages.map(({ language }) => language))].sort();
  if (languages.length > 0 && !response.req.fresh) response.set('Content-Language', languages.join(', '));
  return body;
}
