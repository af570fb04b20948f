import { type EntrySeed, type ListSeed, labels, sourced, type Words } from './seed.js';
import { ADMIRALTY, ESTIMATIVE, TLP, UN_BULLETIN } from './sources.js';

const tlp = (label: string, code: string, definition: string): EntrySeed =>
  sourced(TLP, code, `TLP:${label}`, { symbol: `TLP:${label}`, definition });

/** Labels are never translated, even if the content is. */
export const TLP_LABELS: ListSeed = {
  code: 'tlp',
  names: labels('Traffic Light Protocol'),
  description:
    'With whom a reader may share. In this exchange the community is the active partners of the arrangement, and clients are an organisation’s own sub-partners.',
  source: TLP,
  verification: 'sourced',
  isClosed: true,
  isTranslated: false,
  entries: [
    tlp('CLEAR', 'clear', 'Recipients can spread this to the world, there is no limit on disclosure.'),
    tlp('GREEN', 'green', 'Limited disclosure, recipients can spread this within their community.'),
    tlp(
      'AMBER',
      'amber',
      'Limited disclosure, recipients can only spread this on a need-to-know basis within their organization and its clients.',
    ),
    tlp(
      'AMBER+STRICT',
      'amber_strict',
      'Limited disclosure, recipients can only spread this on a need-to-know basis within their organization.',
    ),
    tlp('RED', 'red', 'For the eyes and ears of individual recipients only, no further disclosure.'),
  ],
};

const level = (symbol: string, words: Words): EntrySeed =>
  sourced(UN_BULLETIN, symbol.toLowerCase().replaceAll(' ', '_'), words, { symbol });

export const UN_CLASSIFICATIONS: ListSeed = {
  code: 'un-classifications',
  names: labels([
    'UN classification',
    'Classification de l’ONU',
    'Clasificación de la ONU',
    'تصنيف الأمم المتحدة',
  ]),
  description:
    'Classification of texts of UN originators; openness is the rule and classification the exception.',
  source: UN_BULLETIN,
  verification: 'sourced',
  isClosed: true,
  entries: [
    level('UNCLASSIFIED', ['Unclassified', 'Non classifié', 'No clasificado', 'غير سري']),
    level('CONFIDENTIAL', ['Confidential', 'Confidentiel', 'Confidencial', 'سري']),
    level('STRICTLY CONFIDENTIAL', [
      'Strictly confidential',
      'Strictement confidentiel',
      'Estrictamente confidencial',
      'سري للغاية',
    ]),
  ],
};

const grade = (symbol: string, words: Words, definition: string): EntrySeed =>
  sourced(ADMIRALTY, symbol.toLowerCase(), words, { symbol, definition });

export const RELIABILITY: ListSeed = {
  code: 'source-reliability',
  names: labels([
    'Reliability of the source',
    'Fiabilité de la source',
    'Fiabilidad de la fuente',
    'موثوقية المصدر',
  ]),
  description: 'First half of an Admiralty grade; it says nothing about the information.',
  source: ADMIRALTY,
  verification: 'sourced',
  isClosed: true,
  entries: [
    grade(
      'A',
      ['Completely reliable', 'Totalement fiable', 'Completamente fiable', 'موثوق تماما'],
      'No doubt of authenticity, trustworthiness, or competency; has a history of complete reliability.',
    ),
    grade(
      'B',
      ['Usually reliable', 'Habituellement fiable', 'Normalmente fiable', 'موثوق عادة'],
      'Minor doubt; has a history of valid information most of the time.',
    ),
    grade(
      'C',
      ['Fairly reliable', 'Assez fiable', 'Bastante fiable', 'موثوق إلى حد ما'],
      'Doubt, but has provided valid information in the past.',
    ),
    grade(
      'D',
      ['Not usually reliable', 'Habituellement peu fiable', 'Normalmente no fiable', 'غير موثوق عادة'],
      'Significant doubt, but has provided valid information in the past.',
    ),
    grade(
      'E',
      ['Unreliable', 'Non fiable', 'No fiable', 'غير موثوق'],
      'Lacking in authenticity, trustworthiness, and competency; history of invalid information.',
    ),
    grade(
      'F',
      [
        'Reliability cannot be judged',
        'Fiabilité impossible à évaluer',
        'Fiabilidad no evaluable',
        'يتعذر تقدير الموثوقية',
      ],
      'No basis exists for evaluating the reliability of the source.',
    ),
  ],
};

export const CREDIBILITY: ListSeed = {
  code: 'information-credibility',
  names: labels([
    'Credibility of the information',
    'Crédibilité de l’information',
    'Credibilidad de la información',
    'مصداقية المعلومات',
  ]),
  description: 'Second half of an Admiralty grade; it says nothing about the source.',
  source: ADMIRALTY,
  verification: 'sourced',
  isClosed: true,
  entries: [
    grade(
      '1',
      [
        'Confirmed by other sources',
        'Confirmé par d’autres sources',
        'Confirmada por otras fuentes',
        'أكدته مصادر أخرى',
      ],
      'Confirmed by other independent sources; logical in itself; consistent with other information on the subject.',
    ),
    grade(
      '2',
      ['Probably true', 'Probablement vrai', 'Probablemente cierta', 'صحيح على الأرجح'],
      'Not confirmed; logical in itself; consistent with other information on the subject.',
    ),
    grade(
      '3',
      ['Possibly true', 'Peut-être vrai', 'Posiblemente cierta', 'ربما صحيح'],
      'Not confirmed; reasonably logical in itself; agrees with some other information on the subject.',
    ),
    grade(
      '4',
      ['Doubtful', 'Douteux', 'Dudosa', 'مشكوك فيه'],
      'Not confirmed; possible but not logical; no other information on the subject.',
    ),
    grade(
      '5',
      ['Improbable', 'Improbable', 'Improbable', 'غير محتمل'],
      'Not confirmed; not logical in itself; contradicted by other information on the subject.',
    ),
    grade(
      '6',
      [
        'Truth cannot be judged',
        'Véracité impossible à évaluer',
        'Veracidad no evaluable',
        'يتعذر تقدير الصحة',
      ],
      'No basis exists for evaluating the validity of the information.',
    ),
  ],
};

const likelihood = (code: string, range: string, words: Words): EntrySeed =>
  sourced(ESTIMATIVE, code, words, { symbol: range });

export const LIKELIHOODS: ListSeed = {
  code: 'likelihoods',
  names: labels(['Likelihood', 'Probabilité', 'Probabilidad', 'الاحتمال']),
  description: 'Words of estimation, each with the probability that it stands for.',
  source: ESTIMATIVE,
  verification: 'sourced',
  entries: [
    likelihood('almost_no_chance', '1–5 %', [
      'Almost no chance',
      'Presque aucune chance',
      'Casi ninguna posibilidad',
      'شبه مستحيل',
    ]),
    likelihood('very_unlikely', '5–20 %', [
      'Very unlikely',
      'Très improbable',
      'Muy improbable',
      'مستبعد جدا',
    ]),
    likelihood('unlikely', '20–45 %', ['Unlikely', 'Improbable', 'Improbable', 'مستبعد']),
    likelihood('roughly_even_chance', '45–55 %', [
      'Roughly even chance',
      'À peu près autant de chances',
      'Posibilidades más o menos iguales',
      'احتمال متكافئ تقريبا',
    ]),
    likelihood('likely', '55–80 %', ['Likely', 'Probable', 'Probable', 'مرجح']),
    likelihood('very_likely', '80–95 %', ['Very likely', 'Très probable', 'Muy probable', 'مرجح جدا']),
    likelihood('almost_certain', '95–99 %', ['Almost certain', 'Presque certain', 'Casi seguro', 'شبه مؤكد']),
  ],
};

export const ANALYTIC_CONFIDENCE: ListSeed = {
  code: 'analytic-confidence',
  names: labels([
    'Confidence in a judgement',
    'Confiance dans un jugement',
    'Confianza en un juicio',
    'الثقة في التقدير',
  ]),
  description: 'How well founded a judgement is, which is not how likely the event is.',
  source: ESTIMATIVE,
  verification: 'sourced',
  entries: [
    sourced(ESTIMATIVE, 'low', ['Low', 'Faible', 'Baja', 'منخفضة'], {
      definition: 'Uncorroborated information from good or marginal sources; many assumptions.',
    }),
    sourced(ESTIMATIVE, 'moderate', ['Moderate', 'Modérée', 'Moderada', 'متوسطة'], {
      definition: 'Partially corroborated information from good sources; several assumptions.',
    }),
    sourced(ESTIMATIVE, 'high', ['High', 'Élevée', 'Alta', 'عالية'], {
      definition: 'Well-corroborated information from proven sources; minimal assumptions.',
    }),
  ],
};
