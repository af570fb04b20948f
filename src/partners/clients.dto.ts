import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsUUID,
  Matches,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { type Config } from '../core/config.js';
import { ToNumber } from '../core/page.dto.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { IsText } from '../core/text.decorator.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { CeilingDto, HandlingView } from '../access/handling.dto.js';
import { type ClientRow } from '../access/clients.service.js';
import { classificationLabel, tlpLabel } from '../access/handling.js';
import { ALL_SCOPES, type Scope } from '../access/scopes.js';

export const AUTHENTICATIONS = ['client_secret', 'private_key_jwt'] as const;
export type Authentication = (typeof AUTHENTICATIONS)[number];

export class CreateClientDto {
  @IsText(1, 120)
  name: string;

  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @ArrayMaxSize(50)
  @IsIn(ALL_SCOPES, { each: true })
  scopes: Scope[];

  /**
   * Lower than the partner's, for a client that needs less. One that a sponsor makes always has one, AMBER when absent: it reads
   * what reaches the sub-partner, and nothing that is the sub-partner's own.
   */
  @IfPresent()
  @IsNested(() => CeilingDto)
  ceiling?: CeilingDto;

  /** Codes or ids: the client sees only what reaches its partner through one of these arrangements. */
  @IfPresent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @ArrayMaxSize(100)
  @IsText(1, 64, { each: true })
  arrangements?: string[];

  /** Networks in CIDR form from which the client may call. */
  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(50)
  @Matches(/^[0-9A-Fa-f.:]{2,45}(\/\d{1,3})?$/, {
    each: true,
    message: 'must be networks such as 192.0.2.0/24',
  })
  allowedNetworks?: string[];

  /** From then on the client is refused. */
  @IfPresent()
  @IsTimestamp()
  expiresAt?: string;

  /** How the client proves itself; `client_secret` when absent. */
  @IfPresent()
  @IsIn(AUTHENTICATIONS)
  authentication?: Authentication;

  /** Public keys of a `private_key_jwt` client (RFC 7517). */
  @IfPresent()
  @IsObject()
  jwks?: Record<string, unknown>;

  /**
   * In place of `jwks`: https address, leading to public addresses only, at which the client publishes its keys. A key that
   * is added or taken away there counts within a minute.
   */
  @IfPresent()
  @IsText(1, 2048)
  jwksUri?: string;

  /** Focal point of the partner who keeps it: when that one leaves, it is revoked. */
  @IfPresent()
  @IsUUID()
  focalPointId?: string;

  /**
   * Its tokens must be bound to a key by DPoP (RFC 9449), so that a stolen one opens nothing; when absent, that is left to
   * the client.
   */
  @IfPresent()
  @IsBoolean()
  requireDpop?: boolean;
}

export class RotateClientDto {
  /** Seconds for which the old secret goes on working. */
  @IfPresent()
  @IsInt()
  @Min(0)
  @Max(7 * 24 * 3600)
  overlapSeconds?: number;
}

/** So many requests a minute a client may be allowed; the migration says the same. */
const REQUESTS = { least: 10, most: 10_000 };

export class ChangeClientDto {
  @IfPresent()
  @IsText(1, 120)
  name?: string;

  /** How much it may ask, said by the steward alone; null: as much as others. */
  @ValidateIf((_, value) => value !== undefined && value !== null)
  @IsInt()
  @Min(REQUESTS.least)
  @Max(REQUESTS.most)
  requestsPerMinute?: number | null;

  /** Focal point of the partner who keeps it from now on. */
  @IfPresent()
  @IsUUID()
  focalPointId?: string;

  /** Whether its tokens must be bound to a key by DPoP (RFC 9449); others that it still holds then open nothing. */
  @IfPresent()
  @IsBoolean()
  requireDpop?: boolean;
}

export class ClientReportQuery {
  /** Days for which nobody used it. */
  @IfPresent()
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(3650)
  dormantDays: number = 90;

  /** Days within which it ends. */
  @IfPresent()
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(3650)
  expiringDays: number = 30;

  /** Days within which somebody must say that it is still needed. */
  @IfPresent()
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(3650)
  attestingDays: number = 30;
}

export class ClientView {
  clientId: string;
  partnerId: string;
  name: string;
  scopes: string[];
  authentication: Authentication;
  /** Where it publishes its keys. */
  jwksUri?: string;
  /** Its tokens must be bound to a key by DPoP (RFC 9449). */
  requireDpop: boolean;
  ceiling?: HandlingView;
  /** Ids of the arrangements to which the client is limited. */
  arrangements?: string[];
  allowedNetworks: string[];
  expiresAt?: string;
  revokedAt?: string;
  createdAt: string;
  /** The focal point who keeps it, and with whom it ends. */
  focalPointId?: string;
  /** The hour in which it last asked for something; acts by which a source could be recognised do not count. */
  lastUsedAt?: string;
  /** How much it may ask of one process of the service; answers say how much is left, in `RateLimit`. */
  requestsPerMinute: number;
  /** From then on it only reads, unless somebody said before that it is still needed. */
  attestBy: string;
  /** For `If-Match` of the next change. */
  version: number;
}

export class ClientCredentialsView extends ClientView {
  /** Shown this once. */
  clientSecret?: string;
}

export class ClientList {
  items: ClientView[];
}

/** Clients that somebody should look at: revoke what is not needed, replace what ends. */
export class ClientReportView {
  /** Usable, and not used for as long as you asked about, or ever since they were made. */
  dormant: ClientView[];
  /** Usable, but not for longer than you asked about. */
  expiring: ClientView[];
  /** Of which somebody must say soon that they are still needed, and those for which nobody did. */
  toAttest: ClientView[];
}

/** Narrowing columns are null for a client that reads all that its partner may. */
export function presentClient(row: ClientRow, { requestsPerMinute }: Config): ClientView {
  return {
    clientId: row.id,
    partnerId: row.partner_id,
    name: row.name,
    scopes: row.scopes,
    authentication: row.authentication,
    ...(row.jwks_uri !== null && { jwksUri: row.jwks_uri }),
    requireDpop: row.requires_dpop,
    ...(row.ceiling_tlp !== null &&
      row.ceiling_classification !== null && {
        ceiling: {
          tlp: tlpLabel(row.ceiling_tlp),
          classification: classificationLabel(row.ceiling_classification),
        },
      }),
    ...(row.arrangement_ids !== null && { arrangements: row.arrangement_ids }),
    allowedNetworks: row.allowed_networks,
    ...(row.expires_at !== null && { expiresAt: row.expires_at.toISOString() }),
    ...(row.revoked_at !== null && { revokedAt: row.revoked_at.toISOString() }),
    createdAt: row.created_at.toISOString(),
    ...(row.focal_point_id !== null && { focalPointId: row.focal_point_id }),
    ...(row.last_used_at !== null && { lastUsedAt: row.last_used_at.toISOString() }),
    requestsPerMinute: row.requests_per_minute ?? requestsPerMinute,
    attestBy: row.attest_by.toISOString(),
    version: row.version,
  };
}
