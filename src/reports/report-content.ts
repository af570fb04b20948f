import { createHash } from 'node:crypto';
import { type AttachmentSummary } from '../attachments/attachments.service.js';
import { type Classification, classificationLabel, type Tlp, tlpLabel } from '../access/handling.js';
import { canonicalLanguage } from '../core/language.js';
import { type ReportDto } from './reports.dto.js';
import {
  type PlacePrecision,
  type ReportAttribution,
  type Credibility,
  type ReportKind,
  type Reliability,
  type TimePrecision,
} from './report.values.js';

export interface ReportArea {
  description: string;
  center?: number[];
  radiusKm?: number;
  geocodes: { name: string; value: string }[];
}

/** All that a report says, the same for whoever reads it. It names the source only when the source wants that. */
export interface ReportContent {
  kind: ReportKind;
  occurredAt: string;
  occurredPrecision: TimePrecision;
  place: { precision: PlacePrecision; country: string; locationType?: string; areas: ReportArea[] };
  act: string;
  actorType?: string;
  means: string[];
  contexts: string[];
  victims: { kind: string; killed: number; wounded: number; kidnapped: number; detained: number }[];
  impacts: string[];
  deliveryEffects: string[];
  grading: { reliability: Reliability; credibility: Credibility };
  texts: { language: string; headline: string; description: string }[];
  attribution: ReportAttribution;
  source?: { code: string; name: string };
  handling: { tlp: Tlp; classification: Classification };
  attachments: AttachmentSummary[];
}

export function contentOf(
  dto: ReportDto,
  ranks: { tlp: number; classification: number },
  source: { code: string; name: string },
  attachments: AttachmentSummary[],
): ReportContent {
  const { place } = dto;
  return {
    kind: dto.kind,
    occurredAt: new Date(dto.occurredAt).toISOString(),
    occurredPrecision: dto.occurredPrecision,
    place: {
      precision: place.precision,
      country: place.country,
      locationType: place.locationType,
      areas: (place.areas ?? []).map(({ description, center, radiusKm, geocodes = [] }) => ({
        description,
        center,
        radiusKm,
        geocodes: geocodes.map(({ name, value }) => ({ name, value })),
      })),
    },
    act: dto.act,
    actorType: dto.actorType,
    means: dto.means,
    contexts: dto.contexts,
    victims: dto.victims.map(({ kind, killed, wounded, kidnapped, detained }) => ({
      kind,
      killed,
      wounded,
      kidnapped,
      detained,
    })),
    impacts: dto.impacts,
    deliveryEffects: dto.deliveryEffects,
    grading: { reliability: dto.grading.reliability, credibility: dto.grading.credibility },
    texts: dto.texts.map(({ language, headline, description }) => ({
      language: canonicalLanguage(language) ?? 'und',
      headline,
      description,
    })),
    attribution: dto.attribution,
    source: dto.attribution === 'named' ? { code: source.code, name: source.name } : undefined,
    handling: { tlp: tlpLabel(ranks.tlp), classification: classificationLabel(ranks.classification) },
    attachments,
  };
}

export const digestOf = (content: ReportContent): Buffer =>
  createHash('sha256').update(JSON.stringify(content)).digest();
