import { type Actor, mayRead } from '../../access/actor.js';
import { type ShareableType } from '../../sharing/sharing.service.js';
import { WEBHOOK_TYPES } from './webhooks.dto.js';

const reads = (actor: Actor, type: ShareableType): boolean =>
  type === 'alert' ? mayRead(actor, 'alerts:read') : mayRead(actor, 'reports:submit', 'reports:triage');

/** Kinds of objects of which a client may be told. */
export const readableTypes = (actor: Actor): ShareableType[] =>
  WEBHOOK_TYPES.filter((type) => reads(actor, type));

export const readsAll = (actor: Actor, types: readonly ShareableType[]): boolean =>
  types.every((type) => reads(actor, type));

/** Of these kinds, those of which the client may be told; none when it has ended. */
export const readableOf = (actor: Actor | null, types: readonly ShareableType[]): ShareableType[] =>
  actor === null ? [] : types.filter((type) => reads(actor, type));
