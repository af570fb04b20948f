import { type Abstract, type Type } from '@nestjs/common';
import pg from 'pg';
import { type Actor } from '../../src/access/actor.js';
import { type UpdateAlertDto } from '../../src/alerts/alerts.dto.js';
import { AlertsService } from '../../src/alerts/alerts.service.js';
import { ArrangementsService } from '../../src/arrangements/arrangements.service.js';
import { MembershipClock } from '../../src/arrangements/membership.clock.js';
import { Database } from '../../src/core/database.js';
import { newId } from '../../src/core/ids.js';
import { FocalPointsClock } from '../../src/focal-points/focal-points.clock.js';
import { FocalPointsService } from '../../src/focal-points/focal-points.service.js';
import { LivenessService } from '../../src/focal-points/liveness.service.js';
import { PartnerClientsService } from '../../src/partners/partner-clients.service.js';
import { PartnersService } from '../../src/partners/partners.service.js';
import { PresenceClock } from '../../src/partners/presence.clock.js';
import { PresencesService } from '../../src/partners/presences.service.js';
import { StandingService } from '../../src/partners/standing.service.js';
import { SubPartnersService } from '../../src/partners/sub-partners.service.js';
import { ExpiryClock } from '../../src/sharing/expiry.clock.js';
import { SharingService } from '../../src/sharing/sharing.service.js';
import { startApp, type AppOptions, type TestApp } from '../support/app.js';
import { type Handling, type Rendition } from './reference-rule.js';

/** The application's own services, called without HTTP, and a superuser who sees what became of it. */
export interface Workbench {
  app: TestApp;
  superuser: pg.Client;
  database: Database;
  alerts: AlertsService;
  arrangements: ArrangementsService;
  partners: PartnersService;
  standing: StandingService;
  subPartners: SubPartnersService;
  clients: PartnerClientsService;
  presences: PresencesService;
  sharing: SharingService;
  focalPoints: FocalPointsService;
  liveness: LivenessService;
  /** Whose actor manages everything. */
  steward: Actor;
  close(): Promise<void>;
}

export async function openWorkbench(options: AppOptions = {}): Promise<Workbench> {
  const app = await startApp(options);
  const get = <T>(type: Type<T> | Abstract<T>): T => app.nest.get(type, { strict: false });
  // Days come when the test says so.
  await get(MembershipClock).onApplicationShutdown();
  await get(ExpiryClock).onApplicationShutdown();
  await get(FocalPointsClock).onApplicationShutdown();
  await get(PresenceClock).onApplicationShutdown();
  const superuser = new pg.Client({ connectionString: app.database.superuserUrl });
  await superuser.connect();
  const { rows } = await superuser.query<{ partner_id: string }>(
    `select partner_id from client where id = 'steward'`,
  );
  return {
    app,
    superuser,
    database: get(Database),
    alerts: get(AlertsService),
    arrangements: get(ArrangementsService),
    partners: get(PartnersService),
    standing: get(StandingService),
    subPartners: get(SubPartnersService),
    clients: get(PartnerClientsService),
    presences: get(PresencesService),
    sharing: get(SharingService),
    focalPoints: get(FocalPointsService),
    liveness: get(LivenessService),
    steward: actorOf(rows[0]?.partner_id ?? '', 'un_entity'),
    close: async () => {
      await superuser.end();
      await app.close();
    },
  };
}

const WRITTEN = `change_entry change_head share_grant alert_shape alert_rendition onward_release custody report rendition
  shareable idempotency_key membership duty_mail duty_watch focal_point_handover focal_point_contact focal_point
  partner_presence`;

/** Back to the steward alone. */
export async function clear({ superuser, steward }: Workbench): Promise<void> {
  await superuser.query(`
    set session_replication_role = replica;
    ${WRITTEN.split(/\s+/)
      .map((table) => `delete from ${table};`)
      .join(' ')}
    delete from client where partner_id <> '${steward.partnerId}' or reader_id <> partner_id;
    delete from reader where id <> '${steward.partnerId}' and partner_id is not null;
    delete from partner where id <> '${steward.partnerId}';
    delete from arrangement;
    update partner set status = 'active', ceiling_tlp = 4, ceiling_classification = 2, restricted_since = null;
    set session_replication_role = origin;`);
}

/** The partner itself, able to name every arrangement and every partner in an audience. */
export function actorOf(partnerId: string, partnerKind: string): Actor {
  return {
    clientId: 'steward',
    partnerId,
    readerId: partnerId,
    partnerKind,
    partnerStatus: 'active',
    scopes: new Set(),
    narrowed: false,
    manages: ['partners', 'arrangements'],
  };
}

/** Originators that must state a classification; all others must not. */
export const CLASSIFYING = ['un_entity', 'unsms_mou'];

/** An alert that says nothing but these texts, at these handlings, to these audiences. */
export function alertDto(
  renditions: Partial<Rendition>[],
  originatorKind = 'ingo',
  severity = 'severe',
  { status = 'actual', expiresAt }: { status?: string; expiresAt?: string | undefined } = {},
): UpdateAlertDto {
  return {
    kind: 'advisory',
    status,
    ...(expiresAt !== undefined && { expiresAt }),
    responses: ['avoid'],
    noLowerReason: 'The tests address whom they mean',
    event: 'Armed clashes',
    categories: ['security'],
    urgency: 'immediate',
    severity,
    certainty: 'observed',
    renditions: renditions.map((rendition) => {
      const { tlp = 'GREEN', classification = 'UNCLASSIFIED', text = 'a text' } = rendition;
      const { arrangements = [], kinds = [], partners = [], except = [] } = rendition;
      return {
        tlp,
        ...(CLASSIFYING.includes(originatorKind) && { classification }),
        ...(classification !== 'UNCLASSIFIED' && { classificationReason: 'Names a source' }),
        audience: { arrangements, kinds, partners, except },
        texts: [{ language: 'en', headline: text }],
      };
    }),
  } as UpdateAlertDto;
}

export const HIGHEST: Handling = { tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' };

export async function admit(bench: Workbench, kind = 'ingo', ceiling = HIGHEST): Promise<Actor> {
  const code = `P-${newId().slice(-12).toUpperCase()}`;
  const dto = { code, name: `Partner ${code}`, kind, ceiling };
  const { id } = await bench.partners.admit(bench.steward, dto as never);
  return actorOf(id, kind);
}

/** @returns the arrangement's id */
export async function establish(bench: Workbench, ...members: Actor[]): Promise<string> {
  const code = `A-${newId().slice(-12).toUpperCase()}`;
  const dto = { code, name: `Arrangement ${code}`, countries: ['SD'], level: 'regular' as const };
  const { id } = await bench.arrangements.establish(bench.steward, dto);
  for (const { partnerId } of members) await bench.arrangements.addMember(bench.steward, id, { partnerId });
  return id;
}
