import { inferred, type ListSeed, labels, sourced, unverified } from './seed.js';
import { THIRD_AGENCY, UN_BULLETIN } from './sources.js';

const OTHER = ['Other', 'Autre', 'Otro', 'أخرى'] as const;

export const REPORT_OUTCOMES: ListSeed = {
  code: 'report-outcomes',
  names: labels(['Outcomes of a report', 'Suites d’un rapport', 'Resultados de un informe', 'نتائج البلاغ']),
  description: 'What became of a report; every report gets one, and its source sees it.',
  verification: 'inferred',
  isClosed: true,
  entries: [
    inferred('alert', [
      'Led to an alert',
      'A conduit à une alerte',
      'Dio lugar a una alerta',
      'أدى إلى إنذار',
    ]),
    inferred('merged', [
      'Merged with other reports',
      'Fusionné avec d’autres rapports',
      'Fusionado con otros informes',
      'دُمج مع بلاغات أخرى',
    ]),
    inferred('duplicate', ['Duplicate', 'Doublon', 'Duplicado', 'مكرر']),
    inferred('recorded', [
      'Recorded, without an alert',
      'Enregistré, sans alerte',
      'Registrado, sin alerta',
      'سُجل دون إنذار',
    ]),
    inferred('not_used', ['Not used', 'Non utilisé', 'No utilizado', 'لم يُستخدم']),
  ],
};

export const NOT_USED_REASONS: ListSeed = {
  code: 'not-used-reasons',
  names: labels([
    'Reasons for not using a report',
    'Motifs de non-utilisation',
    'Motivos para no utilizarlo',
    'أسباب عدم الاستخدام',
  ]),
  description: 'Why a report was not used; its source sees the reason.',
  verification: 'inferred',
  entries: [
    inferred('out_of_scope', ['Out of scope', 'Hors sujet', 'Fuera de alcance', 'خارج النطاق']),
    inferred('too_little_detail', [
      'Too little detail',
      'Trop peu de précisions',
      'Detalles insuficientes',
      'تفاصيل غير كافية',
    ]),
    inferred('not_verifiable', [
      'Could not be verified',
      'Invérifiable',
      'No se pudo verificar',
      'تعذّر التحقق منه',
    ]),
    inferred('refuted', ['Refuted', 'Démenti', 'Desmentido', 'ثبت عدم صحته']),
    inferred('outdated', ['Outdated', 'Dépassé', 'Desactualizado', 'تجاوزه الزمن']),
    inferred('already_known', ['Already known', 'Déjà connu', 'Ya conocido', 'معروف من قبل']),
    inferred('too_sensitive', [
      'Could not be shared without harm',
      'Impossible à partager sans nuire',
      'No se podía compartir sin causar daño',
      'تعذّر تبادله دون ضرر',
    ]),
    inferred('other', OTHER),
  ],
};

/** Of the bulletin only the levels could be read; the grounds are written from memory and say so. */
export const CLASSIFICATION_REASONS: ListSeed = {
  code: 'classification-reasons',
  names: labels([
    'Reasons for classifying',
    'Motifs de classification',
    'Motivos de clasificación',
    'أسباب التصنيف',
  ]),
  description: `Why a text is classified above UNCLASSIFIED. After the grounds of ${UN_BULLETIN}, not checked against its wording.`,
  verification: 'unverified',
  entries: [
    unverified('safety_of_persons', [
      'Safety of persons',
      'Sécurité des personnes',
      'Seguridad de las personas',
      'سلامة الأشخاص',
    ]),
    unverified('security_of_operations', [
      'Security of operations',
      'Sécurité des opérations',
      'Seguridad de las operaciones',
      'أمن العمليات',
    ]),
    inferred('protection_of_sources', [
      'Protection of sources',
      'Protection des sources',
      'Protección de las fuentes',
      'حماية المصادر',
    ]),
    unverified('confidence_of_third_parties', [
      'Received in confidence',
      'Reçu à titre confidentiel',
      'Recibido con carácter confidencial',
      'ورد على سبيل الثقة',
    ]),
    unverified('privacy', [
      'Privacy and rights of persons',
      'Vie privée et droits des personnes',
      'Privacidad y derechos de las personas',
      'خصوصية الأشخاص وحقوقهم',
    ]),
    unverified('legal_or_investigation', [
      'Legal matter or investigation',
      'Affaire juridique ou enquête',
      'Asunto jurídico o investigación',
      'مسألة قانونية أو تحقيق',
    ]),
    unverified('internal_deliberation', [
      'Internal deliberation',
      'Délibérations internes',
      'Deliberación interna',
      'مداولات داخلية',
    ]),
    unverified('commercial', [
      'Commercial interests',
      'Intérêts commerciaux',
      'Intereses comerciales',
      'مصالح تجارية',
    ]),
    unverified('other', OTHER),
  ],
};

export const RELEASE_DECISIONS: ListSeed = {
  code: 'release-decisions',
  names: labels([
    'Decisions on onward release',
    'Décisions de diffusion ultérieure',
    'Decisiones sobre la difusión ulterior',
    'قرارات النشر اللاحق',
  ]),
  description: 'What an originator answers to a request to pass its information on.',
  source: THIRD_AGENCY,
  verification: 'sourced',
  isClosed: true,
  entries: [
    sourced(THIRD_AGENCY, 'granted', ['Granted', 'Accordé', 'Concedido', 'ممنوح']),
    sourced(THIRD_AGENCY, 'denied', ['Denied', 'Refusé', 'Denegado', 'مرفوض']),
    sourced(THIRD_AGENCY, 'conditional', [
      'Granted on a condition',
      'Accordé sous condition',
      'Concedido con condiciones',
      'ممنوح بشرط',
    ]),
  ],
};

export const VERIFICATION_STATUSES: ListSeed = {
  code: 'verification-statuses',
  names: labels(['Verification', 'Vérification', 'Verificación', 'التحقق']),
  description: 'How far information about an event was confirmed.',
  verification: 'inferred',
  entries: [
    inferred('unverified', ['Unverified', 'Non vérifié', 'Sin verificar', 'غير متحقق منه']),
    inferred('partly_verified', [
      'Partly verified',
      'Partiellement vérifié',
      'Verificado en parte',
      'متحقق منه جزئيا',
    ]),
    inferred('verified', ['Verified', 'Vérifié', 'Verificado', 'متحقق منه']),
    inferred('refuted', ['Refuted', 'Démenti', 'Desmentido', 'ثبت عدم صحته']),
  ],
};

export const PARTNER_KINDS: ListSeed = {
  code: 'partner-kinds',
  names: labels(['Kinds of partner', 'Types de partenaire', 'Tipos de socio', 'أنواع الشركاء']),
  description:
    'What kind of organisation a partner is. Private-sector partners and donors are reached only by name or kind.',
  verification: 'inferred',
  isClosed: true,
  entries: [
    inferred('un_entity', [
      'UN entity',
      'Entité des Nations Unies',
      'Entidad de las Naciones Unidas',
      'كيان تابع للأمم المتحدة',
    ]),
    inferred('unsms_mou', [
      'Organisation in the UNSMS by memorandum',
      'Organisation membre de l’UNSMS par mémorandum',
      'Organización del UNSMS por memorando',
      'منظمة في نظام إدارة الأمن بمذكرة تفاهم',
    ]),
    inferred('io', [
      'International organisation',
      'Organisation internationale',
      'Organización internacional',
      'منظمة دولية',
    ]),
    inferred('ingo', [
      'International NGO',
      'ONG internationale',
      'ONG internacional',
      'منظمة غير حكومية دولية',
    ]),
    inferred('national_ngo', ['National NGO', 'ONG nationale', 'ONG nacional', 'منظمة غير حكومية وطنية']),
    inferred('ngo_platform', [
      'NGO security platform',
      'Plateforme de sécurité des ONG',
      'Plataforma de seguridad de ONG',
      'منصة أمن للمنظمات غير الحكومية',
    ]),
    inferred('red_cross_red_crescent', [
      'Red Cross and Red Crescent',
      'Croix-Rouge et Croissant-Rouge',
      'Cruz Roja y Media Luna Roja',
      'الصليب الأحمر والهلال الأحمر',
    ]),
    inferred('private_sector', ['Private sector', 'Secteur privé', 'Sector privado', 'القطاع الخاص']),
    inferred('donor', ['Donor', 'Donateur', 'Donante', 'جهة مانحة']),
  ],
};

export const SLT_LEVELS: ListSeed = {
  code: 'slt-levels',
  names: labels(['SLT levels', 'Niveaux SLT', 'Niveles SLT', 'مستويات SLT']),
  description:
    'How closely the partners of an arrangement work together. What each level switches on is for the arrangement to say.',
  verification: 'unverified',
  isClosed: true,
  entries: [
    unverified('regular', ['Regular', 'Ordinaire', 'Ordinario', 'عادي']),
    unverified('enhanced', ['Enhanced', 'Renforcé', 'Reforzado', 'معزّز']),
    unverified('emergency', ['Emergency', 'Urgence', 'Emergencia', 'طوارئ']),
  ],
};

export const ALERT_KINDS: ListSeed = {
  code: 'alert-kinds',
  names: labels(['Kinds of alert', 'Types d’alerte', 'Tipos de alerta', 'أنواع الإنذارات']),
  description: 'What an alert is; flash reports come within minutes and are completed later.',
  verification: 'inferred',
  isClosed: true,
  entries: [
    inferred('flash', ['Flash', 'Flash', 'Aviso inmediato', 'عاجل']),
    inferred('advisory', ['Advisory', 'Avis', 'Aviso', 'تنبيه']),
    inferred('incident', ['Incident', 'Incident', 'Incidente', 'حادث']),
    inferred('situation_report', [
      'Situation report',
      'Rapport de situation',
      'Informe de situación',
      'تقرير عن الحالة',
    ]),
    inferred('all_clear', ['All clear', 'Fin d’alerte', 'Fin de alerta', 'زوال الخطر']),
  ],
};
