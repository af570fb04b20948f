import { type Actor } from '../../access/actor.js';
import { type ShareableType } from '../../sharing/sharing.service.js';
import { WEBHOOK_TYPES } from './webhooks.dto.js';

const reads = ({ scopes }: Actor, type: ShareableType): boolean =>
  type === 'alert' ? scopes.has('alerts:read') : scopes.has('reports:submit') || scopes.has('reports:triage');

/** Kinds of objects of which a client may be told. */
export const readableTypes = (actor: Actor): ShareableType[] =>
  WEBHOOK_TYPES.filter((type) => reads(actor, type));

export const readsAll = (actor: Actor, types: readonly ShareableType[]): boolean =>
  types.every((type) => reads(actor, type));
