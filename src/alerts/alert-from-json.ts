import { classificationLabel, tlpLabel } from '../access/handling.js';
import {
  type AlertContent,
  type AlertFacts,
  type AlertRenditionDraft,
  type AlertText,
  type MessageIdentity,
} from './alert-content.js';
import { type AreaDto, type RenditionDto, type TextDto, type UpdateAlertDto } from './alerts.dto.js';
import { type CapReference } from './cap/cap-message.js';
import { type Position } from './cap/cap-geometry.js';
import { canonicalLanguage } from '../core/language.js';

export interface Originator {
  code: string;
  name: string;
}

/** What one rendition of an alert given as JSON says. */
export function renditionFromJson(
  dto: UpdateAlertDto & Pick<AlertFacts, 'verification'>,
  rendition: RenditionDto,
  ranks: { tlp: number; classification: number },
  originator: Originator,
  message: MessageIdentity & { messageType: AlertContent['messageType']; references: CapReference[] },
  state: AlertFacts['state'],
): AlertRenditionDraft {
  const { attribution = 'named' } = dto;
  const content: AlertContent = {
    ...message,
    kind: dto.kind,
    status: dto.status,
    state,
    event: rendition.event ?? dto.event,
    categories: dto.categories,
    incidentTypes: dto.incidentTypes ?? [],
    urgency: dto.urgency,
    severity: dto.severity,
    certainty: dto.certainty,
    responses: dto.responses ?? [],
    effectiveAt: utc(rendition.effectiveAt ?? dto.effectiveAt),
    onsetAt: utc(rendition.onsetAt ?? dto.onsetAt),
    expiresAt: utc(dto.expiresAt),
    grading: dto.grading && { ...dto.grading },
    verification: dto.verification,
    attribution,
    acknowledgement: dto.acknowledgement === 'none' ? undefined : dto.acknowledgement,
    acknowledgeBy: utc(dto.acknowledgeBy),
    originator: attribution === 'named' ? originator : undefined,
    handling: { tlp: tlpLabel(ranks.tlp), classification: classificationLabel(ranks.classification) },
    texts: rendition.texts.map(textFromJson),
    areas: (rendition.areas ?? []).map(areaFromJson),
  };
  return { content, cap: null };
}

export const textFromJson = (text: TextDto): AlertText => ({
  ...text,
  language: canonicalLanguage(text.language) ?? 'und',
});

const utc = (timestamp: string | undefined): string | undefined =>
  timestamp === undefined ? undefined : new Date(timestamp).toISOString();

function areaFromJson(area: AreaDto): AlertContent['areas'][number] {
  const rings = [...(area.polygon ? [area.polygon] : []), ...(area.polygons ?? [])];
  return {
    description: area.description,
    precision: area.precision,
    polygons: rings as unknown as Position[][],
    circles: (area.circles ?? []).map(({ center, radiusKm }) => ({
      center: center as unknown as Position,
      radiusKm,
    })),
    geocodes: (area.geocodes ?? []).map(({ name, value }) => ({ name, value })),
    countries: area.countries ?? [],
  };
}
