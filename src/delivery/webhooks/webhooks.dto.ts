import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsUUID,
  Max,
  Min,
} from 'class-validator';
import { CeilingDto } from '../../access/handling.dto.js';
import { SavedFilter } from '../../alerts/alert-pages.service.js';
import { IfPresent } from '../../core/if-present.decorator.js';
import { IsNested } from '../../core/nested.decorator.js';
import { PageQuery } from '../../core/page.dto.js';
import { IsText } from '../../core/text.decorator.js';
import { IsTimestamp } from '../../core/timestamp.decorator.js';
import { type ShareableType } from '../../sharing/sharing.service.js';
import { URL_LENGTH } from '../../core/target-guard.js';

export const WEBHOOK_TYPES = ['alert', 'report'] as const satisfies ShareableType[];
const MESSAGE_CONTENTS = ['thin', 'full'] as const;
export type MessageContent = (typeof MESSAGE_CONTENTS)[number];
const OVERLAP_MAX = 7 * 24 * 60 * 60;
const REPLAYED = ['delivery', 'failed', 'since', 'after'] as const;
type Replayed = (typeof REPLAYED)[number];

/** What a webhook wants; each part by itself. */
export class WebhookWishes {
  /** Kinds of objects; absent: all that the client may read. */
  @IfPresent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @ArrayMaxSize(WEBHOOK_TYPES.length)
  @IsIn(WEBHOOK_TYPES, { each: true })
  types?: ShareableType[];

  /** Which alerts. What it was told of once it goes on being told of, whatever the filter. `{}` restricts nothing. */
  @IfPresent()
  @IsNested(() => SavedFilter)
  filter?: SavedFilter;

  /** Exercises, tests and whatever else is not meant for action too; their messages are marked. */
  @IfPresent()
  @IsBoolean()
  drills?: boolean;

  /**
   * `thin` messages say what changed; content is fetched with a token. `full` ones carry it too, up to `ceiling`.
   */
  @IfPresent()
  @IsIn(MESSAGE_CONTENTS)
  content?: MessageContent;

  /** The highest handling of content that may leave in a message, never above what you may read; GREEN when absent. */
  @IfPresent()
  @IsNested(() => CeilingDto)
  ceiling?: CeilingDto;

  /**
   * One message after the other, each only once the one before it was taken. A receiver that cannot take one message
   * then gets none of those behind it until that one is given up.
   */
  @IfPresent()
  @IsBoolean()
  ordered?: boolean;
}

export class CreateWebhookDto extends WebhookWishes {
  /** For yourself. */
  @IsText(1, 100)
  name: string;

  /** Where messages go: https on port 443 or 8443, without credentials, at a public address. */
  @IsText(8, URL_LENGTH)
  url: string;
}

export class UpdateWebhookDto extends WebhookWishes {
  @IfPresent()
  @IsText(1, 100)
  name?: string;

  @IfPresent()
  @IsText(8, URL_LENGTH)
  url?: string;
}

export class RotateSecretDto {
  /** For so long messages are signed with the old keys as well; none when absent, at most a week. */
  @IfPresent()
  @IsInt()
  @Min(0)
  @Max(OVERLAP_MAX)
  overlapSeconds?: number;
}

export class ReplayDto {
  /** What is sent again: one message, all that were given up, or everything since a time or after a position. */
  @IsIn(REPLAYED)
  what: Replayed;

  /** With `delivery`: its `deliveryId` of the log of attempts. */
  @IfPresent()
  @IsUUID()
  delivery?: string;

  /** With `since`. */
  @IfPresent()
  @IsTimestamp()
  since?: string;

  /** With `after`: a position in your change log. */
  @IfPresent()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  after?: number;

  /** With `after`: the position is one in the log of drills. */
  @IfPresent()
  @IsBoolean()
  drill?: boolean;
}

export class ListWebhooksQuery extends PageQuery {}

export class ListAttemptsQuery extends PageQuery {
  /** Of this message alone. */
  @IfPresent()
  @IsUUID()
  delivery?: string;
}
