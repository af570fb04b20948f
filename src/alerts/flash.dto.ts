import { ArrayMaxSize, ArrayNotEmpty, ArrayUnique, IsArray, IsIn } from 'class-validator';
import { CLASSIFICATIONS, TLP_LABELS, type Classification, type Tlp } from '../access/handling.js';
import { IfPresent } from '../core/if-present.decorator.js';
import { IsNested } from '../core/nested.decorator.js';
import { IsText } from '../core/text.decorator.js';
import { IsTimestamp } from '../core/timestamp.decorator.js';
import { AudienceDto } from '../sharing/sharing.service.js';
import {
  ATTRIBUTIONS,
  type Attribution,
  CATEGORIES,
  type Category,
  CERTAINTIES,
  type Certainty,
  RESPONSES,
  type ResponseType,
  SEVERITIES,
  type Severity,
  URGENCIES,
  type Urgency,
} from './alert.values.js';
import { AreaDto, type CreateAlertDto, STATED_STATUSES, type StatedStatus } from './alerts.dto.js';
import { IsLanguage } from '../core/language.js';

/**
 * What is known in the first minutes. Whatever is not stated is unknown; the rest comes by update. It is short, since
 * nobody looks at it before it goes out.
 */
export class FlashAlertDto {
  @IsText(2, 200)
  event: string;

  @IsText(1, 300)
  headline: string;

  /** BCP 47 tag; `und` when absent. */
  @IfPresent()
  @IsLanguage()
  language?: string;

  /** What to do. */
  @IfPresent()
  @IsText(1, 1000)
  instruction?: string;

  @IfPresent()
  @IsText(1, 2000)
  description?: string;

  /** TLP 2.0 label; there is no default. */
  @IsIn(TLP_LABELS)
  tlp: Tlp;

  /** Stated by UN originators, left out by others. */
  @IfPresent()
  @IsIn(CLASSIFICATIONS)
  classification?: Classification;

  /** Why it is classified; needed above UNCLASSIFIED. */
  @IfPresent()
  @IsText(3, 500)
  classificationReason?: string;

  @IsNested(() => AudienceDto)
  audience: AudienceDto;

  @IfPresent()
  @IsArray()
  @ArrayMaxSize(100)
  @IsNested(() => AreaDto, { each: true })
  areas?: AreaDto[];

  /** `actual` when absent. */
  @IfPresent()
  @IsIn(STATED_STATUSES)
  status?: StatedStatus;

  /** `security` when absent. */
  @IfPresent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(CATEGORIES, { each: true })
  categories?: Category[];

  @IfPresent()
  @IsIn(URGENCIES)
  urgency?: Urgency;

  @IfPresent()
  @IsIn(SEVERITIES)
  severity?: Severity;

  @IfPresent()
  @IsIn(CERTAINTIES)
  certainty?: Certainty;

  @IfPresent()
  @IsArray()
  @ArrayUnique()
  @IsIn(RESPONSES, { each: true })
  responses?: ResponseType[];

  /** `a_partner` hides who the originator is from everybody else; `named` when absent. */
  @IfPresent()
  @IsIn(ATTRIBUTIONS)
  attribution?: Attribution;

  /** 24 hours from now when absent. */
  @IfPresent()
  @IsTimestamp()
  expiresAt?: string;
}

const HOLDS_FOR_MS = 24 * 60 * 60 * 1000;

/** The alert that a flash is, with nothing guessed. */
export function alertOfFlash(flash: FlashAlertDto, now: Date): CreateAlertDto {
  const { tlp, classification, classificationReason, audience, areas } = flash;
  const { language = 'und', headline, description, instruction } = flash;
  return {
    kind: 'flash',
    status: flash.status ?? 'actual',
    event: flash.event,
    categories: flash.categories ?? ['security'],
    urgency: flash.urgency ?? 'unknown',
    severity: flash.severity ?? 'unknown',
    certainty: flash.certainty ?? 'unknown',
    responses: flash.responses,
    attribution: flash.attribution,
    expiresAt: flash.expiresAt ?? new Date(now.getTime() + HOLDS_FOR_MS).toISOString(),
    renditions: [
      {
        tlp,
        classification,
        classificationReason,
        audience,
        texts: [{ language, headline, description, instruction }],
        areas,
      },
    ],
  };
}

/** Where a fault of that alert is in the flash. */
export const pointerInFlash = (pointer: string): string =>
  pointer.replace(/^#\/renditions\/0\/(texts\/0\/)?/, '#/');
