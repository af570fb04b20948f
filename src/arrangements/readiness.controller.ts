import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Put, Res } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { type Response } from 'express';
import { type Actor } from '../access/actor.js';
import { CurrentActor, RequireScope } from '../access/route.decorator.js';
import { ApiAnswerHeaders } from '../core/answers.decorator.js';
import { versionTag } from '../core/etag.js';
import { ApiId, ApiIfMatch, Id } from '../core/http.decorators.js';
import { ApiProblems } from '../core/problem.decorator.js';
import { problems } from '../core/problem.js';
import { ARRANGEMENT_LEVELS, type ArrangementLevel } from './arrangement.rules.js';
import {
  LevelSettingList,
  LevelSettingView,
  presentLevelSetting,
  presentReadiness,
  ProvideDto,
  ArrangementReadinessView,
  SetLevelSettingDto,
} from './readiness.dto.js';
import { type LevelSetting } from './readiness.rules.js';
import { ReadinessService } from './readiness.service.js';

/** What is no level is answered like one that is not there. */
function levelNamed(name: string): ArrangementLevel {
  const level = ARRANGEMENT_LEVELS.find((one) => one === name);
  if (level === undefined) throw problems.notFound();
  return level;
}

function answer(response: Response, setting: LevelSetting): LevelSettingView {
  response.set('ETag', versionTag(setting.version));
  return presentLevelSetting(setting);
}

const ApiLevel = () => ApiParam({ name: 'level', enum: ARRANGEMENT_LEVELS, enumName: 'ArrangementLevel' });
const ApiCode = () =>
  ApiParam({ name: 'code', schema: { type: 'string', pattern: '^[a-z][a-z0-9_]{0,63}$' } });

@ApiTags('arrangements')
@Controller('v1/level-settings')
export class LevelSettingsController {
  constructor(private readonly readiness: ReadinessService) {}

  /** Read what each SLT level expects where an arrangement says nothing of its own. */
  @Get()
  @RequireScope('arrangements:read')
  async listDefaultSettings(@CurrentActor() actor: Actor): Promise<LevelSettingList> {
    return { items: (await this.readiness.listSettings(actor, null)).map(presentLevelSetting) };
  }

  /** Decide what an SLT level expects where an arrangement says nothing of its own. */
  @Put(':level')
  @ApiLevel()
  @RequireScope('arrangements:manage')
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'precondition-failed')
  async putDefaultSetting(
    @CurrentActor() actor: Actor,
    @Param('level') level: string,
    @Body() dto: SetLevelSettingDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LevelSettingView> {
    return answer(response, await this.readiness.set(actor, null, levelNamed(level), dto, ifMatch));
  }
}

@ApiTags('arrangements')
@Controller('v1/arrangements/:id')
export class ReadinessController {
  constructor(private readonly readiness: ReadinessService) {}

  /** Read what each SLT level expects here. */
  @Get('level-settings')
  @ApiId()
  @RequireScope('arrangements:read')
  @ApiProblems('not-found')
  async listLevelSettings(@CurrentActor() actor: Actor, @Id() id: string): Promise<LevelSettingList> {
    return { items: (await this.readiness.listSettings(actor, id)).map(presentLevelSetting) };
  }

  /** Decide what an SLT level expects here. */
  @Put('level-settings/:level')
  @ApiId()
  @ApiLevel()
  @RequireScope('arrangements:manage')
  @ApiIfMatch()
  @ApiAnswerHeaders('ETag')
  @ApiProblems('not-found', 'precondition-failed')
  async putLevelSetting(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Param('level') level: string,
    @Body() dto: SetLevelSettingDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LevelSettingView> {
    return answer(response, await this.readiness.set(actor, id, levelNamed(level), dto, ifMatch));
  }

  /** Say nothing of your own any more: what the exchange says holds again. */
  @Delete('level-settings/:level')
  @HttpCode(204)
  @ApiId()
  @ApiLevel()
  @RequireScope('arrangements:manage')
  @ApiProblems('not-found')
  async deleteLevelSetting(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Param('level') level: string,
  ): Promise<void> {
    await this.readiness.reset(actor, id, levelNamed(level));
  }

  /** Read which of the things that the present level expects are in place, and which are not. */
  @Get('readiness')
  @ApiId()
  @RequireScope('arrangements:read')
  @ApiProblems('not-found')
  async getArrangementReadiness(
    @CurrentActor() actor: Actor,
    @Id() id: string,
  ): Promise<ArrangementReadinessView> {
    return presentReadiness(await this.readiness.get(actor, id));
  }

  /** Say that something is in place, since when and until when, where the exchange does not see that for itself. */
  @Put('readiness/:code')
  @ApiId()
  @ApiCode()
  @RequireScope('arrangements:manage')
  @ApiIfMatch()
  @ApiProblems('not-found', 'conflict', 'precondition-failed')
  async putProvision(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Param('code') code: string,
    @Body() dto: ProvideDto,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<ArrangementReadinessView> {
    return presentReadiness(await this.readiness.provide(actor, id, code, dto, ifMatch));
  }

  /** Say that something is not in place any more. */
  @Delete('readiness/:code')
  @HttpCode(204)
  @ApiId()
  @ApiCode()
  @RequireScope('arrangements:manage')
  @ApiProblems('not-found')
  async deleteProvision(
    @CurrentActor() actor: Actor,
    @Id() id: string,
    @Param('code') code: string,
  ): Promise<void> {
    await this.readiness.withdraw(actor, id, code);
  }
}
