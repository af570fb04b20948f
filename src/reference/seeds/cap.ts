import { crosswalks, type EntrySeed, type ListSeed, labels, sourced, type Words } from './seed.js';
import { CAP } from './sources.js';

/** @param word as CAP spells it; the code is how this service does */
const value = (word: string, words: Words, definition?: string): EntrySeed =>
  sourced(CAP, codeOf(word), words, {
    symbol: word,
    ...(definition !== undefined && { definition }),
    crosswalks: crosswalks({ cap: `exact ${word}` }).map((one) => ({
      ...one,
      source: CAP,
      verification: 'sourced',
    })),
  });

const codeOf = (word: string): string =>
  word === 'CBRNE' ? 'cbrne' : word.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();

const list = (code: string, names: Words, description: string, entries: EntrySeed[]): ListSeed => ({
  code,
  names: labels(names),
  description,
  source: CAP,
  verification: 'sourced',
  isClosed: true,
  entries,
});

const UNKNOWN = value('Unknown', ['Unknown', 'Inconnu', 'Desconocido', 'غير معروف']);

export const CAP_LISTS: ListSeed[] = [
  list('cap-categories', ['Categories', 'Catégories', 'Categorías', 'الفئات'], 'CAP info.category.', [
    value('Geo', ['Geophysical', 'Géophysique', 'Geofísico', 'جيوفيزيائي']),
    value('Met', ['Meteorological', 'Météorologique', 'Meteorológico', 'أرصاد جوية']),
    value('Safety', ['Safety', 'Sûreté', 'Seguridad general', 'سلامة']),
    value('Security', ['Security', 'Sécurité', 'Seguridad', 'أمن']),
    value('Rescue', ['Rescue', 'Sauvetage', 'Rescate', 'إنقاذ']),
    value('Fire', ['Fire', 'Incendie', 'Incendio', 'حريق']),
    value('Health', ['Health', 'Santé', 'Salud', 'صحة']),
    value('Env', ['Environment', 'Environnement', 'Medio ambiente', 'بيئة']),
    value('Transport', ['Transport', 'Transports', 'Transporte', 'نقل']),
    value('Infra', ['Infrastructure', 'Infrastructures', 'Infraestructura', 'بنية تحتية']),
    value('CBRNE', [
      'Chemical, biological, radiological, nuclear, explosive',
      'Chimique, biologique, radiologique, nucléaire, explosif',
      'Químico, biológico, radiológico, nuclear, explosivo',
      'كيميائي وبيولوجي وإشعاعي ونووي ومتفجر',
    ]),
    value('Other', ['Other', 'Autre', 'Otro', 'أخرى']),
  ]),
  list(
    'cap-response-types',
    ['Responses', 'Réactions', 'Respuestas', 'الاستجابات'],
    'CAP info.responseType.',
    [
      value('Shelter', ['Take shelter', 'Se mettre à l’abri', 'Refugiarse', 'الاحتماء']),
      value('Evacuate', ['Evacuate', 'Évacuer', 'Evacuar', 'الإخلاء']),
      value('Prepare', ['Prepare', 'Se préparer', 'Prepararse', 'الاستعداد']),
      value('Execute', [
        'Carry out a planned action',
        'Exécuter une action prévue',
        'Ejecutar una acción prevista',
        'تنفيذ إجراء مقرر',
      ]),
      value('Avoid', ['Avoid', 'Éviter', 'Evitar', 'التجنب']),
      value('Monitor', [
        'Follow sources of information',
        'Suivre l’information',
        'Seguir la información',
        'متابعة المعلومات',
      ]),
      value('Assess', ['Assess', 'Évaluer', 'Evaluar', 'التقييم']),
      value('AllClear', ['All clear', 'Fin d’alerte', 'Fin de alerta', 'زوال الخطر']),
      value('None', ['None', 'Aucune', 'Ninguna', 'لا شيء']),
    ],
  ),
  list('cap-urgency', ['Urgency', 'Urgence', 'Urgencia', 'الإلحاح'], 'CAP info.urgency: when to respond.', [
    value('Immediate', ['Immediate', 'Immédiate', 'Inmediata', 'فوري']),
    value(
      'Expected',
      ['Expected soon', 'Attendue sous peu', 'Prevista en breve', 'متوقع قريبا'],
      'Within about an hour.',
    ),
    value('Future', ['Future', 'Future', 'Futura', 'مستقبلي']),
    value('Past', ['Past', 'Passée', 'Pasada', 'مضى'], 'A response is no longer needed.'),
    UNKNOWN,
  ]),
  list(
    'cap-severity',
    ['Severity', 'Gravité', 'Gravedad', 'الخطورة'],
    'CAP info.severity: the threat to life or property.',
    [
      value(
        'Extreme',
        ['Extreme', 'Extrême', 'Extrema', 'بالغة'],
        'Extraordinary threat to life or property.',
      ),
      value('Severe', ['Severe', 'Grave', 'Grave', 'شديدة'], 'Significant threat to life or property.'),
      value(
        'Moderate',
        ['Moderate', 'Modérée', 'Moderada', 'متوسطة'],
        'Possible threat to life or property.',
      ),
      value(
        'Minor',
        ['Minor', 'Mineure', 'Leve', 'طفيفة'],
        'Minimal or no known threat to life or property.',
      ),
      UNKNOWN,
    ],
  ),
  list('cap-certainty', ['Certainty', 'Certitude', 'Certeza', 'اليقين'], 'CAP info.certainty.', [
    value('Observed', ['Observed', 'Observé', 'Observado', 'مُلاحَظ'], 'It happened or is going on.'),
    value('Likely', ['Likely', 'Probable', 'Probable', 'مرجح'], 'More than about 50 %.'),
    value('Possible', ['Possible', 'Possible', 'Posible', 'ممكن'], 'Up to about 50 %.'),
    value('Unlikely', ['Unlikely', 'Improbable', 'Improbable', 'مستبعد'], 'About 0.'),
    UNKNOWN,
  ]),
];
