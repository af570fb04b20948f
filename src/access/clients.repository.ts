import { Injectable } from '@nestjs/common';
import { type Tx } from '../core/database.js';
import { type Authentication, type KeySetInput } from './client.rules.js';

export interface ClientRow {
  id: string;
  partner_id: string;
  reader_id: string;
  name: string;
  scopes: string[];
  authentication: Authentication;
  jwks_uri: string | null;
  allowed_networks: string[];
  expires_at: Date | null;
  revoked_at: Date | null;
  created_at: Date;
  /** The focal point who keeps it. */
  focal_point_id: string | null;
  /** The hour in which it last was. */
  last_used_at: Date | null;
  /** Null: as much as others. */
  requests_per_minute: number | null;
  /** Its tokens are bound to a key. */
  requires_dpop: boolean;
  /** Until when somebody must say that it is still needed. */
  attest_by: Date;
  version: number;
  /** What the client was narrowed to; null for a client that reads all that its partner may. */
  ceiling_tlp: number | null;
  ceiling_classification: number | null;
  arrangement_ids: string[] | null;
}

export interface NewClientRow {
  id: string;
  partnerId: string;
  readerId: string;
  name: string;
  scopes: readonly string[];
  authentication: Authentication;
  secretHash: Buffer | null;
  jwks: KeySetInput | null;
  jwksUri: string | null;
  allowedNetworks: readonly string[];
  expiresAt: Date | null;
  focalPointId: string | null;
  requiresDpop: boolean;
}

export interface NewReaderRow {
  id: string;
  partnerId: string;
  ceiling: { tlp: number; classification: number };
  arrangementIds: readonly string[] | null;
}

/** A client as it is presented to the authorization server. */
export interface ClientCredentialsRow {
  id: string;
  scopes: string[];
  authentication: Authentication;
  /** Digests, in hexadecimal, of the secrets that open it now. */
  secret_hashes: string[];
  jwks: KeySetInput | null;
  jwks_uri: string | null;
  allowed_networks: string[];
  requires_dpop: boolean;
}

export interface StandingRow {
  partner_id: string;
  reader_id: string;
  scopes: string[];
  allowed_networks: string[];
  partner_kind: string;
  partner_status: 'active' | 'suspended';
  /** Its acceptance of the commitments is over. */
  is_lapsed: boolean;
  requests_per_minute: number | null;
  /** Its tokens are bound to a key, or open nothing. */
  requires_dpop: boolean;
  attest_by: Date;
  /** Nobody said in time that it is still needed. */
  is_unattested: boolean;
}

/** Usable: not revoked, not expired, of a partner that is active or merely suspended. */
export interface NeglectedRow extends ClientRow {
  place: string;
  partner_code: string;
  partner_name: string;
  is_dormant: boolean;
  is_expiring: boolean;
  is_to_attest: boolean;
}

const USABLE = `c.revoked_at is null and (c.expires_at is null or c.expires_at > now())
  and p.status in ('active', 'suspended')`;

/** Its own, and what it was granted for some hours, to the moment. */
const SCOPES = `c.scopes || coalesce((select b.scopes from break_glass b
  where b.client_id = c.id and b.state = 'open' and b.until > now()), '{}') as scopes`;

/** Compared with the moment of asking, so that the date takes effect by itself. */
const LAPSED = `coalesce(p.read_only_from <= now(), false) as is_lapsed`;

const COLUMNS = `c.id, c.partner_id, c.reader_id, c.name, c.scopes, c.authentication, c.jwks_uri, c.allowed_networks, c.expires_at,
  c.revoked_at, c.created_at, c.focal_point_id, c.last_used_at, c.requests_per_minute, c.requires_dpop, c.attest_by, c.version,
  r.ceiling_tlp, r.ceiling_classification, r.arrangement_ids`;

const NARROWED = `left join reader r on r.id = c.reader_id and r.id <> c.partner_id`;

/** A narrowed client sees itself: what others of its partner are limited to would tell it what there is beyond it. */
const SEEN = `((select acting_owner()) is not null or c.reader_id = (select acting_reader()))`;

@Injectable()
export class ClientsRepository {
  async insertReader(tx: Tx, { id, partnerId, ceiling, arrangementIds }: NewReaderRow): Promise<void> {
    await tx.query(
      `insert into reader (id, partner_id, ceiling_tlp, ceiling_classification, arrangement_ids)
       values ($1, $2, $3, $4, $5)`,
      [id, partnerId, ceiling.tlp, ceiling.classification, arrangementIds],
    );
  }

  /** @returns false when the id is taken */
  async insert(tx: Tx, client: NewClientRow): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `insert into client (id, partner_id, reader_id, name, scopes, authentication, secret_hash, jwks,
         allowed_networks, expires_at, jwks_uri, focal_point_id, requires_dpop)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (id) do nothing returning id`,
      [
        client.id,
        client.partnerId,
        client.readerId,
        client.name,
        client.scopes,
        client.authentication,
        client.secretHash,
        client.jwks && JSON.stringify(client.jwks),
        client.allowedNetworks,
        client.expiresAt,
        client.jwksUri,
        client.focalPointId,
        client.requiresDpop,
      ],
    );
    return rows.length > 0;
  }

  /** Oldest first. */
  async listOfPartner(tx: Tx, partnerId: string): Promise<ClientRow[]> {
    return tx.query(
      `select ${COLUMNS} from client c ${NARROWED} where c.partner_id = $1 and ${SEEN} order by c.created_at, c.id`,
      [partnerId],
    );
  }

  /**
   * Usable ones that nobody used for so many days, those that end within so many, and those for which somebody must speak
   * within so many; oldest first.
   */
  async listNeglected(
    tx: Tx,
    partnerId: string,
    days: { dormant: number; expiring: number; attesting: number },
  ): Promise<(ClientRow & { is_dormant: boolean; is_expiring: boolean; is_to_attest: boolean })[]> {
    return tx.query(
      `select * from (
         select ${COLUMNS},
           coalesce(c.last_used_at, c.created_at) < now() - make_interval(days => $2) as is_dormant,
           coalesce(c.expires_at < now() + make_interval(days => $3), false) as is_expiring,
           c.attest_by < now() + make_interval(days => $4) as is_to_attest
         from client c ${NARROWED} where c.partner_id = $1 and ${SEEN}
           and c.revoked_at is null and (c.expires_at is null or c.expires_at > now())) found
       where is_dormant or is_expiring or is_to_attest order by created_at, id`,
      [partnerId, days.dormant, days.expiring, days.attesting],
    );
  }

  /** Those of every partner that the actor keeps, in an order of their own that says nothing. */
  async listNeglectedOfAll(
    tx: Tx,
    days: { dormant: number; expiring: number; attesting: number },
    { after, limit }: { after: string | undefined; limit: number },
  ): Promise<NeglectedRow[]> {
    return tx.query(
      `select * from (
         select ${COLUMNS}, md5(c.id)::uuid as place, p.code as partner_code, p.name as partner_name,
           coalesce(c.last_used_at, c.created_at) < now() - make_interval(days => $1) as is_dormant,
           coalesce(c.expires_at < now() + make_interval(days => $2), false) as is_expiring,
           c.attest_by < now() + make_interval(days => $3) as is_to_attest
         from client c ${NARROWED} join partner p on p.id = c.partner_id
         where (select acting_manages('partners')) and ${USABLE}) found
       where (is_dormant or is_expiring or is_to_attest) and ($4::uuid is null or place > $4)
       order by place limit $5`,
      [days.dormant, days.expiring, days.attesting, after ?? null, limit],
    );
  }

  async find(tx: Tx, id: string): Promise<ClientRow | null> {
    const rows: ClientRow[] = await tx.query(
      `select ${COLUMNS} from client c ${NARROWED} where c.id = $1 and ${SEEN}`,
      [id],
    );
    return rows[0] ?? null;
  }

  async lock(tx: Tx, id: string): Promise<ClientRow | null> {
    const rows: ClientRow[] = await tx.query(
      `select ${COLUMNS} from client c ${NARROWED} where c.id = $1 for update of c`,
      [id],
    );
    return rows[0] ?? null;
  }

  async change(
    tx: Tx,
    id: string,
    values: {
      name: string;
      requestsPerMinute: number | null;
      focalPointId: string | null;
      requiresDpop: boolean;
    },
  ): Promise<void> {
    await tx.query(
      `update client set name = $2, requests_per_minute = $3, focal_point_id = $4, requires_dpop = $5,
         version = version + 1
       where id = $1`,
      [id, values.name, values.requestsPerMinute, values.focalPointId, values.requiresDpop],
    );
  }

  async replaceSecret(tx: Tx, id: string, secretHash: Buffer, overlapSeconds: number): Promise<void> {
    await tx.query(
      `update client set secret_hash = $2,
         previous_secret_hash = case when $3 > 0 then secret_hash end,
         previous_secret_expires_at = case when $3 > 0 then now() + make_interval(secs => $3) end
       where id = $1`,
      [id, secretHash, overlapSeconds],
    );
  }

  async revoke(tx: Tx, id: string): Promise<void> {
    await tx.query(`update client set revoked_at = coalesce(revoked_at, now()) where id = $1`, [id]);
  }

  async closeReader(tx: Tx, id: string): Promise<void> {
    await tx.query(`update reader set is_open = false where id = $1`, [id]);
  }

  /** Rows that somebody else holds are being marked, or will be by the next hour. */
  async markUsedAsSystem(tx: Tx, ids: string[]): Promise<void> {
    await tx.query(
      `update client set last_used_at = date_trunc('hour', now(), 'UTC')
       where id in (select id from client where id = any ($1)
           and last_used_at is distinct from date_trunc('hour', now(), 'UTC')
         order by id for no key update skip locked)`,
      [ids],
    );
  }

  async findCredentialsAsSystem(tx: Tx, id: string): Promise<ClientCredentialsRow | null> {
    const rows: ClientCredentialsRow[] = await tx.query(
      `select c.id, ${SCOPES}, c.authentication, c.jwks, c.jwks_uri, c.allowed_networks, c.requires_dpop,
         array_remove(array[encode(c.secret_hash, 'hex'),
           case when c.previous_secret_expires_at > now() then encode(c.previous_secret_hash, 'hex') end], null)
           as secret_hashes
       from client c join partner p on p.id = c.partner_id
       where c.id = $1 and ${USABLE}`,
      [id],
    );
    return rows[0] ?? null;
  }

  /**
   * What the bearer of a token is now; null once token, client or partner have ended.
   * @param tokenId of the token it shows; null for what is done in its name without one
   */
  async findStandingAsSystem(tx: Tx, id: string, tokenId: string | null): Promise<StandingRow | null> {
    const rows: StandingRow[] = await tx.query(
      `select c.partner_id, c.reader_id, ${SCOPES}, c.allowed_networks, p.kind as partner_kind,
         p.status as partner_status, ${LAPSED}, c.requests_per_minute, c.requires_dpop,
         c.attest_by, c.attest_by <= now() as is_unattested
       from client c join partner p on p.id = c.partner_id
       where c.id = $1 and ${USABLE} and not exists (select from revoked_token t where t.jti = $2)`,
      [id, tokenId],
    );
    return rows[0] ?? null;
  }

  /** The same for many bearers; `place` counts from 1 in the lists that were asked with. */
  async listStandingsAsSystem(
    tx: Tx,
    ids: string[],
    tokenIds: string[],
  ): Promise<(StandingRow & { place: number })[]> {
    return tx.query(
      `select b.place::int as place, c.partner_id, c.reader_id, ${SCOPES}, c.allowed_networks,
         p.kind as partner_kind, p.status as partner_status, ${LAPSED}, c.requests_per_minute, c.requires_dpop,
         c.attest_by, c.attest_by <= now() as is_unattested
       from unnest($1::text[], $2::text[]) with ordinality as b (client_id, token_id, place)
       join client c on c.id = b.client_id join partner p on p.id = c.partner_id
       where ${USABLE} and not exists (select from revoked_token t where t.jti = b.token_id)`,
      [ids, tokenIds],
    );
  }
}
