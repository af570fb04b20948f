import { Inject, Injectable } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { type Actor } from '../../access/actor.js';
import { type AlertContent, AlertFeedService, type AlertPageQuery } from '../../alerts/alert-feed.service.js';
import { type SavedFilter } from '../../alerts/alert-pages.service.js';
import { PUBLIC_URL } from '../../core/config.provider.js';
import { compress, encodingFor } from './compression.js';
import { type Feed, toEntry, urnOf } from './feed.js';
import { writerOf } from './formats.js';

/** By which way a feed is read: what holds for all feeds of that way. */
export interface FeedWay {
  actor: Actor;
  title: string;
  /** Holds whatever is asked for. */
  filter?: SavedFilter;
  /** Of the feed, where its address is not to be repeated. */
  id?: string;
  /** Of one alert. */
  addressOf: (alertId: string) => string;
  cacheControl: (contents: AlertContent[]) => string;
  headers: Record<string, string>;
  mayCompress: (contents: AlertContent[]) => boolean;
}

@Injectable()
export class FeedAnswers {
  constructor(
    private readonly alerts: AlertFeedService,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  /** Answers with one page of a feed, or 304 when the reader has just that. */
  async answer(
    way: FeedWay,
    format: string,
    query: AlertPageQuery,
    request: Request,
    response: Response,
  ): Promise<void> {
    const { type, write } = writerOf(format);
    const acceptLanguage = request.headers['accept-language'];
    const known = {
      ifNoneMatch: request.headers['if-none-match'],
      ifModifiedSince: request.headers['if-modified-since'],
    };
    const encoding = encodingFor(request);
    const variant = `${format} ${encoding} ${acceptLanguage ?? ''}`;
    const answer = await this.alerts.list(way.actor, query, variant, known, {
      withCap: format === 'cap',
      kept: way.filter,
    });
    const { tag, changedAt, page } = answer;
    if (tag !== undefined) response.set('ETag', tag);
    if (changedAt !== undefined) response.set('Last-Modified', changedAt.toUTCString());
    response.set({ ...way.headers, 'Cache-Control': way.cacheControl([]) });
    if (page === 'unchanged') {
      response.status(304).end();
      return;
    }
    const contents = page.alerts.map((alert) => alert.content);
    const next = page.nextCursor === null ? undefined : this.addressFor(request, page.nextCursor);
    const first = this.addressFor(request, undefined);
    const feed: Feed = {
      id: way.id ?? first,
      title: `SLT Exchange: ${way.title}${query.status === 'actual' ? '' : ` [${query.status.toUpperCase()}]`}`,
      subtitle: 'Each at the handling that its entry states, latest change first.',
      home: this.publicUrl,
      self: this.addressFor(request, query.cursor),
      first,
      next,
      updated: latest([page.alerts[0]?.row.changed_at, page.withdrawn[0]?.at]),
      entries: page.alerts.map((alert) => {
        const address = way.addressOf(alert.row.id);
        return toEntry(alert, { acceptLanguage, address, cap: page.caps.get(alert.row.id) });
      }),
      withdrawn: page.withdrawn.map(({ id, at }) => ({ urn: urnOf(id), at })),
    };
    response.set('Cache-Control', way.cacheControl(contents));
    if (next !== undefined) response.set('Link', `<${next}>; rel="next", <${first}>; rel="first"`);
    const body = Buffer.from(write(feed));
    const sent = await compress(body, way.mayCompress(contents) ? encoding : 'identity');
    if (sent.encoding !== 'identity') response.set('Content-Encoding', sent.encoding);
    // Not `send`, which would compare times as the protocol allows and so call old what is not.
    response.type(type).set('Content-Length', String(sent.body.length)).end(sent.body);
  }

  private addressFor(request: Request, cursor: string | undefined): string {
    const url = new URL(request.originalUrl, this.publicUrl);
    if (cursor === undefined) url.searchParams.delete('cursor');
    else url.searchParams.set('cursor', cursor);
    return url.toString();
  }
}

const latest = (times: (Date | undefined)[]): Date =>
  new Date(Math.max(0, ...times.map((time) => time?.getTime() ?? 0)));
