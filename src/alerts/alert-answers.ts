import { type Request, type Response } from 'express';
import { type AnswerHeader } from '../core/answers.decorator.js';
import { problems } from '../core/problem.js';
import { toGeoJson } from './alert-geojson.js';
import { cacheControl, matches, tagOf } from './alert-caching.js';
import { type ReadAlert } from './alert-contents.service.js';
import { toCap } from './alert-to-cap.js';
import { NOTICE } from './alert.values.js';
import { type AlertView, presentContent } from './alerts.view.js';
import { type CapMessage, type CapResource } from './cap/cap-message.js';
import { writeCap } from './cap/write-cap.js';
import { presentCorroboration } from './feedback.dto.js';
import { chooseLanguage } from '../core/language.js';
import { type RenditionCache } from './rendition.cache.js';

export const JSON_TYPE = 'application/json';
export const CAP_TYPE = 'application/cap+xml';
export const GEOJSON_TYPE = 'application/geo+json';
export const ITEM_TYPES = [JSON_TYPE, CAP_TYPE, GEOJSON_TYPE] as const;
/** What every answer with one alert says beside it. */
export const ITEM_HEADERS: AnswerHeader[] = ['ETag', 'SLT-Handling', 'SLT-Notice', 'Content-Language'];
export type ItemType = (typeof ITEM_TYPES)[number];

/** @throws Problem 406 when the request accepts nothing of what is on offer */
export function negotiate<Type extends string>(request: Request, offered: readonly Type[]): Type {
  const chosen = request.accepts([...offered]);
  if (typeof chosen !== 'string') throw problems.notAcceptable(offered);
  return chosen as Type;
}

/** Whether the reader has just that already, or does not want the content at all. */
export function isHeld(request: Request, alert: ReadAlert, type: ItemType, readerId: string): boolean {
  const known = request.headers['if-none-match'];
  return (
    request.method === 'HEAD' ||
    (known !== undefined && matches(known, tagFor(request, alert, type, readerId)))
  );
}

function tagFor(request: Request, { row, content }: ReadAlert, type: ItemType, readerId: string): string {
  const languages = [...new Set(content.texts.map((text) => text.language))];
  const language = chooseLanguage(languages, request.headers['accept-language']);
  // What others say to it is no part of the text, and moves without it.
  const said = type === JSON_TYPE ? (row.corroboration ?? []).join() : '';
  return tagOf(readerId, row.rendition_id, String(row.version), type, language ?? '', said);
}

/** Answers with one alert in the negotiated form, or 304 when the reader has just that. */
export function answerAlert(
  request: Request,
  response: Response,
  alert: ReadAlert & { cap: CapMessage | null; resources?: CapResource[] },
  type: ItemType,
  readerId: string,
  cache: RenditionCache,
  headers: Record<string, string> = {},
): void {
  const { row, content, cap } = alert;
  const { id, version, changed_at: changedAt } = row;
  const acceptLanguage = request.headers['accept-language'];
  const languages = [...new Set(content.texts.map((text) => text.language))];
  const language = chooseLanguage(languages, acceptLanguage);
  const tag = tagFor(request, alert, type, readerId);
  response.set({
    ETag: tag,
    'Cache-Control': cacheControl([content]),
    Vary: 'Authorization, Accept, Accept-Language',
    'SLT-Handling': `TLP:${content.handling.tlp}; ${content.handling.classification}`,
    'SLT-Notice': NOTICE,
    ...headers,
  });
  const known = request.headers['if-none-match'];
  if (known !== undefined && matches(known, tag)) {
    response.status(304).end();
    return;
  }
  if (language !== undefined && type !== CAP_TYPE) response.set('Content-Language', language);
  response.type(type).send(Buffer.from(body()));

  function body(): string {
    if (type === CAP_TYPE) return writeCap(toCap(content, cap, alert.resources));
    if (type === GEOJSON_TYPE)
      return JSON.stringify(toGeoJson({ id, version, changedAt }, content, language));
    return serialise(alert, acceptLanguage, cache);
  }
}

/** An alert as JSON text, from what is kept of it where it is the same for all its readers. */
export function serialise(
  { row, content, isShared }: ReadAlert,
  acceptLanguage: string | undefined,
  cache: RenditionCache,
): string {
  const own = { id: row.id, version: row.version, changedAt: row.changed_at, state: content.state };
  if (isShared) {
    // Where it stands meanwhile is no part of what is kept.
    if (row.state === null) cache.put(row.rendition_id, content);
    const kept = cache.serialise(row.rendition_id, own, acceptLanguage);
    if (kept !== undefined) return withCorroboration(kept, row.corroboration);
  }
  return JSON.stringify(presentAlert({ row, content }, acceptLanguage));
}

/** The same as an object. */
export function presentAlert(
  { row, content }: Pick<ReadAlert, 'row' | 'content'>,
  acceptLanguage: string | undefined,
): AlertView {
  const languages = [...new Set(content.texts.map((text) => text.language))];
  return {
    id: row.id,
    version: row.version,
    changedAt: row.changed_at.toISOString(),
    state: content.state,
    ...presentContent(content, chooseLanguage(languages, acceptLanguage)),
    ...(row.corroboration && { corroboration: presentCorroboration(row.corroboration) }),
  };
}

/** Counted for each reader and so never kept with the text. */
const withCorroboration = (json: string, counts: number[] | undefined): string =>
  counts === undefined
    ? json
    : `${json.slice(0, -1)},"corroboration":${JSON.stringify(presentCorroboration(counts))}}`;
