import { ApiProperty } from '@nestjs/swagger';
import { type HandlingView } from '../../access/handling.dto.js';

export class JsonFeedAuthorView {
  name: string;
}

/** What JSON Feed has no words for. */
export class JsonFeedAlertView {
  /** Counts what you were given of this alert. */
  version: number;
  handling: HandlingView;
  /** Only `actual` is meant for action. */
  status: string;
  state: string;
  kind: string;
  event: string;
  urgency: string;
  severity: string;
  certainty: string;
  onsetAt?: string;
  expiresAt?: string;
}

export class JsonFeedItemView {
  @ApiProperty({ format: 'uri' })
  id: string;
  url: string;
  /** Handling and status first. */
  title: string;
  content_text: string;
  summary: string;
  date_published: string;
  date_modified: string;
  authors?: JsonFeedAuthorView[];
  language?: string;
  tags: string[];
  _slt: JsonFeedAlertView;
}

/** JSON Feed 1.1. */
export class JsonFeedView {
  version: string;
  title: string;
  description: string;
  home_page_url: string;
  feed_url: string;
  /** What changed earlier. */
  next_url?: string;
  items: JsonFeedItemView[];
}
