import { Injectable } from '@nestjs/common';
import { type Actor } from '../access/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Database, type Tx } from '../core/database.js';
import { requireVersion } from '../core/etag.js';
import { problems } from '../core/problem.js';
import { ARRANGEMENT_LEVELS, type ArrangementLevel } from './arrangement.rules.js';
import { ArrangementsService } from './arrangements.service.js';
import { LevelsRepository } from './levels.repository.js';
import {
  EXPECTATION_CODE,
  type ProvideDto,
  type Readiness,
  type SetLevelSettingDto,
} from './readiness.dto.js';
import { ReadinessRepository } from './readiness.repository.js';
import { type LevelSetting, SEEN_CODES } from './readiness.rules.js';

@Injectable()
export class ReadinessService {
  constructor(
    private readonly database: Database,
    private readonly readiness: ReadinessRepository,
    private readonly arrangements: ArrangementsService,
    private readonly levels: LevelsRepository,
    private readonly audit: AuditService,
  ) {}

  /** Which of the things that the level expects are in place, now. */
  async get(actor: Actor, arrangementId: string): Promise<Readiness> {
    return this.database.readAs(actor, async (tx) => {
      const { level, created_at } = await this.arrangements.getIn(tx, arrangementId);
      const current = await this.levels.findCurrent(tx, arrangementId);
      const provisions = await this.readiness.listProvisions(tx, arrangementId);
      const evidence = await this.readiness.listEvidence(tx, arrangementId);
      const setting = (await this.listSettingsIn(tx, arrangementId)).find((one) => one.level === level);
      return {
        setting: setting ?? nothingExpected(level),
        levelSince: current?.starts_at ?? created_at,
        now: new Date(),
        provisions: new Map(provisions.map((row) => [row.code, row])),
        evidence: new Map(evidence.map(({ code, holds }) => [code, holds])),
      };
    });
  }

  /** @param arrangementId null for what the exchange says of all that say nothing of their own */
  async listSettings(actor: Actor, arrangementId: string | null): Promise<LevelSetting[]> {
    return this.database.readAs(actor, async (tx) => {
      if (arrangementId !== null) await this.arrangements.getIn(tx, arrangementId);
      return this.listSettingsIn(tx, arrangementId);
    });
  }

  async set(
    actor: Actor,
    arrangementId: string | null,
    level: ArrangementLevel,
    { expectations }: SetLevelSettingDto,
    ifMatch?: string,
  ): Promise<LevelSetting> {
    return this.database.as(actor, async (tx) => {
      if (arrangementId !== null) await this.arrangements.getIn(tx, arrangementId);
      requireVersion(ifMatch, await this.readiness.lockSetting(tx, arrangementId, level));
      const { id, version } = await this.readiness.putSetting(tx, arrangementId, level, expectations);
      const codes = expectations.map(({ code }) => code);
      await this.audit.record(tx, actor, {
        action: 'level_setting.set',
        object: { type: 'level_setting', id },
        details: { level, codes, ...(arrangementId !== null && { arrangement: arrangementId }) },
      });
      return { level, expectations, isProposal: false, isOwn: arrangementId !== null, version };
    });
  }

  /** The word of the exchange holds again. */
  async reset(actor: Actor, arrangementId: string, level: ArrangementLevel): Promise<void> {
    await this.database.as(actor, async (tx) => {
      await this.arrangements.getIn(tx, arrangementId);
      if (!(await this.readiness.endSetting(tx, arrangementId, level))) throw problems.notFound();
      await this.record(tx, actor, 'arrangement.level_setting_removed', arrangementId, { level });
    });
  }

  /**
   * Any code, expected now or at another level: what is there stays there when the level changes.
   * @throws Problem 409 for what the exchange sees for itself, 412 for what was said meanwhile
   */
  async provide(
    actor: Actor,
    arrangementId: string,
    code: string,
    dto: ProvideDto,
    ifMatch?: string,
  ): Promise<Readiness> {
    if (!EXPECTATION_CODE.test(code)) throw problems.notFound();
    const startsAt = dto.from === undefined ? new Date() : new Date(dto.from);
    const endsAt = dto.until === undefined ? undefined : new Date(dto.until);
    if (endsAt !== undefined && endsAt <= startsAt) {
      throw problems.invalidInput([{ pointer: '#/until', detail: 'must be after the beginning' }]);
    }
    await this.database.as(actor, async (tx) => {
      await this.arrangements.getIn(tx, arrangementId);
      if (SEEN_CODES.includes(code))
        throw problems.conflict('The exchange sees for itself whether that is so.');
      requireVersion(ifMatch, await this.readiness.lockProvision(tx, arrangementId, code));
      await this.readiness.putProvision(tx, arrangementId, { code, startsAt, endsAt, note: dto.note });
      await this.record(tx, actor, 'arrangement.provided', arrangementId, { code });
    });
    return this.get(actor, arrangementId);
  }

  async withdraw(actor: Actor, arrangementId: string, code: string): Promise<void> {
    await this.database.as(actor, async (tx) => {
      await this.arrangements.getIn(tx, arrangementId);
      if (!(await this.readiness.endProvision(tx, arrangementId, code))) throw problems.notFound();
      await this.record(tx, actor, 'arrangement.provision_withdrawn', arrangementId, { code });
    });
  }

  private async listSettingsIn(tx: Tx, arrangementId: string | null): Promise<LevelSetting[]> {
    const found = await this.readiness.listSettings(tx, arrangementId);
    return ARRANGEMENT_LEVELS.map(
      (level) => found.find((one) => one.level === level) ?? nothingExpected(level),
    );
  }

  private async record(
    tx: Tx,
    actor: Actor,
    action: string,
    id: string,
    details: Record<string, unknown>,
  ): Promise<void> {
    await this.audit.record(tx, actor, { action, object: { type: 'arrangement', id }, details });
  }
}

const nothingExpected = (level: ArrangementLevel): LevelSetting => ({
  level,
  expectations: [],
  isProposal: false,
  isOwn: false,
  version: 0,
});
