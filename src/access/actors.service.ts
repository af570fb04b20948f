import { Injectable } from '@nestjs/common';
import { Database } from '../core/database.js';
import { type Actor } from './actor.js';
import { ClientsRepository, type StandingRow } from './clients.repository.js';
import { AllowedNetworks } from './networks.js';
import {
  decidesOverOthers,
  isForReading,
  isScope,
  outlastsLapse,
  outlastsReview,
  type Scope,
} from './scopes.js';

/** What a verified access token says. */
export interface TokenClaims {
  tokenId: string;
  clientId: string;
  scopes: readonly string[];
  /** Seconds since 1970. */
  expiresAt: number;
  /** Of the key without which it is worth nothing (RFC 7638); absent for a token that opens to whoever has it. */
  thumbprint?: string;
}

export interface Bearer {
  actor: Actor;
  networks: AllowedNetworks;
}

/** How long what was found may be believed: the time in which a revocation or suspension takes effect. */
const BELIEVED_MS = 1000;
const MANY = 10_000;

/** Who a token stands for now; rights are looked up, for they change faster than tokens. */
@Injectable()
export class ActorsService {
  private readonly recent = new Map<string, { askedAt: number; bearer: Promise<Bearer | null> }>();

  constructor(
    private readonly database: Database,
    private readonly clients: ClientsRepository,
  ) {}

  /** @returns null once the token, its client or its partner have ended */
  resolve(claims: TokenClaims): Promise<Bearer | null> {
    if (claims.expiresAt * 1000 <= Date.now()) return Promise.resolve(null);
    const now = performance.now();
    const known = this.recent.get(claims.tokenId);
    if (known && now - known.askedAt < BELIEVED_MS) return known.bearer;
    const bearer = this.lookUp(claims);
    this.remember(claims.tokenId, { askedAt: now, bearer });
    // A failure is not an answer: the next request asks again.
    bearer.catch(() => this.recent.delete(claims.tokenId));
    return bearer;
  }

  /**
   * In whose name the service delivers when nobody asks: with all rights that the client has at this moment.
   * @returns null once the client has ended, or its partner is not active
   */
  async actingFor(clientId: string): Promise<Actor | null> {
    return (await this.keeping(clientId))?.actor ?? null;
  }

  /** The same for what others fetch in its name: from where the client itself may be used, and from nowhere else. */
  async actingForCaller(clientId: string, address: string | undefined): Promise<Actor | null> {
    const keeper = await this.keeping(clientId);
    return keeper?.networks.admits(address) === true ? keeper.actor : null;
  }

  private async keeping(clientId: string): Promise<Bearer | null> {
    const standing = await this.database.asSystem((tx) =>
      this.clients.findStandingAsSystem(tx, clientId, null),
    );
    if (standing?.partner_status !== 'active') return null;
    return toBearer({ clientId, scopes: standing.scopes }, standing);
  }

  /** Looks up anew, in one statement, what many tokens stand for: for answers that go on, which all ask again. */
  async refresh(claims: TokenClaims[]): Promise<void> {
    const tokens = [...new Map(claims.map((one) => [one.tokenId, one])).values()];
    const askedAt = performance.now();
    const found = this.database.asSystem(async (tx) => {
      const [clientIds, tokenIds] = [tokens.map((one) => one.clientId), tokens.map((one) => one.tokenId)];
      const standings = await this.clients.listStandingsAsSystem(tx, clientIds, tokenIds);
      return new Map(standings.map((standing) => [standing.place - 1, standing]));
    });
    for (const [index, token] of tokens.entries()) {
      const bearer = found.then((standings) => {
        const standing = standings.get(index);
        return standing === undefined ? null : bearerOf(token, standing);
      });
      // Believed too: or all of them would ask a database that just did not answer, each by itself.
      bearer.catch(() => undefined);
      this.remember(token.tokenId, { askedAt, bearer });
    }
    await found;
  }

  private async lookUp(claims: TokenClaims): Promise<Bearer | null> {
    const standing = await this.database.asSystem((tx) =>
      this.clients.findStandingAsSystem(tx, claims.clientId, claims.tokenId),
    );
    return standing && bearerOf(claims, standing);
  }

  private remember(tokenId: string, entry: { askedAt: number; bearer: Promise<Bearer | null> }): void {
    if (this.recent.size >= MANY) {
      for (const [id, { askedAt }] of this.recent) {
        if (entry.askedAt - askedAt >= BELIEVED_MS) this.recent.delete(id);
      }
    }
    this.recent.set(tokenId, entry);
  }
}

/** @returns null for a token that is bound to no key, of a client whose tokens must be */
const bearerOf = (claims: TokenClaims, standing: StandingRow): Bearer | null =>
  standing.requires_dpop && claims.thumbprint === undefined ? null : toBearer(claims, standing);

const toBearer = (claims: Pick<TokenClaims, 'clientId' | 'scopes'>, standing: StandingRow): Bearer => ({
  actor: toActor(claims, standing),
  networks: new AllowedNetworks(standing.allowed_networks),
});

/** The intersection of what the token, the client and the standing of its partner allow. */
function toActor(claims: Pick<TokenClaims, 'clientId' | 'scopes'>, standing: StandingRow): Actor {
  const granted = claims.scopes.filter(
    (scope): scope is Scope =>
      isScope(scope) &&
      standing.scopes.includes(scope) &&
      (standing.reader_id === standing.partner_id || !decidesOverOthers(scope)) &&
      // A suspended partner may still read that what it had was withdrawn, and confirm that it is deleted.
      (standing.partner_status === 'active' || isForReading(scope)),
  );
  const kept = standing.is_unattested ? granted.filter(outlastsReview) : granted;
  const scopes = new Set(standing.is_lapsed ? kept.filter(outlastsLapse) : kept);
  // Whoever keeps the exchange can always accept: there would be nobody left to let it.
  if (standing.is_lapsed && kept.includes('partners:manage')) scopes.add('commitments:accept');
  return {
    clientId: claims.clientId,
    partnerId: standing.partner_id,
    readerId: standing.reader_id,
    partnerKind: standing.partner_kind,
    partnerStatus: standing.partner_status,
    scopes,
    ...withheldFrom(granted, scopes, standing),
    attestBy: standing.attest_by,
    narrowed: standing.reader_id !== standing.partner_id,
    manages: [
      ...(['partners', 'sub-partners', 'arrangements', 'reference'] as const).filter((subject) =>
        scopes.has(`${subject}:manage`),
      ),
      ...(scopes.has('partnership:end') ? (['partnership'] as const) : []),
      ...(scopes.has('presences:confirm') ? (['presences'] as const) : []),
      ...(scopes.has('partners:vet') ? (['applications'] as const) : []),
      ...(scopes.has('clients:attest') ? (['clients'] as const) : []),
    ],
    ...(standing.requests_per_minute !== null && { requestsPerMinute: standing.requests_per_minute }),
  };
}

/** Why a client has less at the moment than its token and its partner's standing would give it, to be told when it asks. */
function withheldFrom(
  granted: Scope[],
  scopes: ReadonlySet<Scope>,
  { is_unattested: isUnattested, is_lapsed: isLapsed }: StandingRow,
): Pick<Actor, 'withheld'> {
  if (!isUnattested && !isLapsed) return {};
  const rest = granted.filter((scope) => !scopes.has(scope));
  // Of two reasons the one that is to be mended first: who accepts the commitments must be spoken for.
  return { withheld: { scopes: new Set(rest), because: isUnattested ? 'unattested' : 'lapsed' } };
}
