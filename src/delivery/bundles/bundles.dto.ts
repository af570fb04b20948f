import { IsIn, IsString, MaxLength } from 'class-validator';
import { type AlertView, PortableAlertView } from '../../alerts/alert-reading.service.js';
import { IfPresent } from '../../core/if-present.decorator.js';
import { type BundleKeyRow } from './bundle-keys.repository.js';

export class BundleQuery {
  /** `cursor` of an earlier bundle of this arrangement: what happened since. Absent: the last 24 hours. */
  @IfPresent()
  @IsString()
  @MaxLength(64)
  after?: string;

  /** Exercises, tests and whatever else is not meant for action have bundles of their own: `true` makes one of these. */
  @IfPresent()
  @IsIn(['true'])
  drill?: 'true';
}

export class BundleReaderView {
  /** Code of your organisation. */
  partner: string;
  /** Your organisation, or the client of it that may read less. */
  id: string;
}

export class BundleArrangementView {
  id: string;
  code: string;
  name: string;
}

/** What a bundle says, once its signature is checked and it is unpacked. */
export class BundleView {
  /** For whom it was made; nobody else may rely on having it. */
  for: BundleReaderView;
  arrangement: BundleArrangementView;
  madeAt: string;
  /** From then on it is old: ask for another one. */
  expiresAt: string;
  /** The last 24 hours begin here; absent where it goes on after an earlier bundle. */
  startsAt?: string;
  /** The cursor after which it goes on. */
  after?: string;
  /** Send it as `after` for what happens from here on. */
  cursor: string;
  /** False when there is more: ask at once with `cursor`. */
  complete: boolean;
  /** True where nothing in it is meant for action. */
  drill: boolean;
  /** Decisions remain with the recipient. */
  notice: string;
  /** Latest change first: of each what `GET /v1/alerts/{id}` says that is of use without a network. */
  alerts: PortableAlertView[];
  /**
   * Tombstones: ids of alerts that you lost, or that changed and are not of this arrangement now. Delete what earlier
   * bundles say of them; those that you never had are of other arrangements of yours.
   */
  gone: string[];
}

export class BundleKeyView {
  kty: 'OKP';
  crv: 'Ed25519';
  /** The public key, in base64url. */
  x: string;
  kid: string;
  use: 'sig';
  alg: 'EdDSA';
  /** It signs from then on. */
  signsAt: string;
  /** It signs nothing from then on. */
  endsAt: string;
}

/** A JSON Web Key Set (RFC 7517): the key that signs, the next one, and those that did. */
export class BundleKeySetView {
  keys: BundleKeyView[];
}

export const presentKey = ({ kid, publicKey, signsFrom, signsUntil }: BundleKeyRow): BundleKeyView => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: publicKey.toString('base64url'),
  kid,
  use: 'sig',
  alg: 'EdDSA',
  signsAt: new Date(signsFrom).toISOString(),
  endsAt: new Date(signsUntil).toISOString(),
});

/** Identities for other systems, what others say to it and the notice, which stands once, would be a seventh of it. */
export function presentPortable(alert: AlertView): PortableAlertView {
  const {
    identifier: _identifier,
    sender: _sender,
    references: _references,
    corroboration: _corroboration,
    notice: _notice,
    ...portable
  } = alert;
  return portable;
}
