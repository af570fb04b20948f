import { Injectable } from '@nestjs/common';
import { type AlertContent } from './alert-content.js';
import { presentContent } from './alerts.view.js';
import { chooseLanguage } from '../core/language.js';

const MAX_BYTES = 64 * 1024 * 1024;

interface Entry {
  content: AlertContent;
  languages: string[];
  /** Serialised shared views by language, without the opening brace. */
  fragments: Map<string, string>;
  bytes: number;
}

/**
 * Serialised renditions, by id. They never change, so they may be kept, and they may be used only for a reader whose
 * grant the database has just shown: an id is looked up here after the row-level security has let it through.
 */
@Injectable()
export class RenditionCache {
  private readonly entries = new Map<string, Entry>();
  private bytes = 0;

  has(renditionId: string): boolean {
    return this.entries.has(renditionId);
  }

  content(renditionId: string): AlertContent | undefined {
    return this.touch(renditionId)?.content;
  }

  put(renditionId: string, content: AlertContent): void {
    if (this.entries.has(renditionId)) return;
    const entry: Entry = {
      content,
      languages: [...new Set(content.texts.map((text) => text.language))],
      fragments: new Map(),
      bytes: JSON.stringify(content).length * 2,
    };
    this.entries.set(renditionId, entry);
    this.bytes += entry.bytes;
    for (const [id, oldest] of this.entries) {
      if (this.bytes <= MAX_BYTES || id === renditionId) break;
      this.entries.delete(id);
      this.bytes -= oldest.bytes;
    }
  }

  /** The alert as JSON text for one reader; undefined when the rendition was not put here. */
  serialise(
    renditionId: string,
    own: { id: string; version: number; changedAt: Date; state: string },
    acceptLanguage: string | undefined,
  ): string | undefined {
    const entry = this.touch(renditionId);
    if (entry === undefined) return undefined;
    const language = chooseLanguage(entry.languages, acceptLanguage);
    let fragment = entry.fragments.get(language ?? '');
    if (fragment === undefined) {
      fragment = JSON.stringify(presentContent(entry.content, language)).slice(1);
      entry.fragments.set(language ?? '', fragment);
      entry.bytes += fragment.length * 2;
      this.bytes += fragment.length * 2;
    }
    return `{"id":"${own.id}","version":${own.version},"changedAt":"${own.changedAt.toISOString()}","state":"${own.state}",${fragment}`;
  }

  /** Moves it to the end of the order in which entries are dropped. */
  private touch(renditionId: string): Entry | undefined {
    const entry = this.entries.get(renditionId);
    if (entry === undefined) return undefined;
    this.entries.delete(renditionId);
    this.entries.set(renditionId, entry);
    return entry;
  }
}
