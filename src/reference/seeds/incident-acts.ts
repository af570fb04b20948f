import { crosswalks, inferred, type ListSeed, labels, sourced, unverified } from './seed.js';
import { ACLED, GPR8, II_DEFINITIONS, INSO, SIND_CODING } from './sources.js';

/** Only the acts Attack, Confine, Theft and Threat are security incidents to INSO. */
export const INCIDENT_ACTS: ListSeed = {
  code: 'incident-acts',
  names: labels(['Acts', 'Actes', 'Actos', 'الأفعال']),
  description:
    'What happened. The top level is the exchange’s own, put together from the families of incidents that handbooks of the field use; crosswalks lead to the vocabularies of others.',
  verification: 'unverified',
  entries: [
    unverified('crime', ['Crime', 'Criminalité', 'Delincuencia', 'جريمة'], {
      crosswalks: crosswalks({ inso: 'narrower Theft', cap: 'broader Security' }),
    }),
    sourced(INSO, 'theft', ['Theft', 'Vol', 'Robo', 'سرقة'], {
      parent: 'crime',
      crosswalks: crosswalks({
        inso: 'exact Theft',
        acled: 'related Looting/property destruction',
        cap: 'broader Security',
      }),
    }),
    sourced(
      ACLED,
      'looting',
      [
        'Looting or destruction of property',
        'Pillage ou destruction de biens',
        'Saqueo o destrucción de bienes',
        'نهب أو إتلاف ممتلكات',
      ],
      {
        parent: 'crime',
        crosswalks: crosswalks({
          inso: 'related Theft',
          acled: 'exact Looting/property destruction',
          cap: 'broader Security',
        }),
      },
    ),
    unverified(
      'armed_conflict',
      [
        'Violence of armed conflict',
        'Violence liée à un conflit armé',
        'Violencia de conflicto armado',
        'عنف مرتبط بنزاع مسلح',
      ],
      {
        crosswalks: crosswalks({
          awsd: ['narrower shelling', 'narrower aerial bombardment'],
          inso: 'related Attack',
          acled: ['narrower Battles', 'narrower Explosions/remote violence'],
          cap: 'broader Security',
        }),
      },
    ),
    sourced(
      ACLED,
      'armed_clash',
      ['Armed clash', 'Affrontement armé', 'Enfrentamiento armado', 'اشتباك مسلح'],
      {
        parent: 'armed_conflict',
        crosswalks: crosswalks({
          inso: 'broader Attack',
          acled: 'exact Armed clash',
          cap: 'broader Security',
        }),
      },
    ),
    sourced(
      ACLED,
      'air_strike',
      [
        'Air or drone strike',
        'Frappe aérienne ou de drone',
        'Ataque aéreo o con dron',
        'غارة جوية أو بطائرة مسيّرة',
      ],
      {
        parent: 'armed_conflict',
        crosswalks: crosswalks({
          awsd: 'related aerial bombardment',
          inso: 'broader Attack',
          acled: 'exact Air/drone strike',
          cap: 'broader Security',
        }),
      },
    ),
    sourced(
      ACLED,
      'shelling',
      ['Shelling', 'Bombardement d’artillerie', 'Bombardeo de artillería', 'قصف مدفعي'],
      {
        parent: 'armed_conflict',
        crosswalks: crosswalks({
          awsd: 'exact shelling',
          inso: 'broader Attack',
          acled: 'exact Shelling/artillery/missile attack',
          cap: 'broader Security',
        }),
      },
    ),
    sourced(
      ACLED,
      'mine_or_ied',
      [
        'Mine or improvised explosive device',
        'Mine ou engin explosif improvisé',
        'Mina o artefacto explosivo improvisado',
        'لغم أو عبوة ناسفة',
      ],
      {
        parent: 'armed_conflict',
        crosswalks: crosswalks({
          awsd: 'related other explosives',
          inso: 'broader Attack',
          acled: 'exact Remote explosive/landmine/IED',
          cap: 'broader Security',
        }),
      },
    ),
    sourced(INSO, 'attack', ['Attack', 'Attaque', 'Ataque', 'هجوم'], {
      crosswalks: crosswalks({
        awsd: ['narrower shooting', 'narrower bodily assault'],
        inso: 'exact Attack',
        acled: 'related Attack',
        cap: 'broader Security',
      }),
    }),
    unverified('terrorism', ['Terrorism', 'Terrorisme', 'Terrorismo', 'إرهاب'], {
      crosswalks: crosswalks({
        awsd: 'related other explosives',
        inso: 'broader Attack',
        acled: 'narrower Suicide bomb',
        cap: 'broader Security',
      }),
    }),
    unverified('civil_unrest', ['Civil unrest', 'Troubles civils', 'Disturbios civiles', 'اضطرابات مدنية'], {
      crosswalks: crosswalks({
        awsd: 'related mob violence',
        acled: ['narrower Protests', 'narrower Riots'],
        cap: 'broader Security',
      }),
    }),
    sourced(ACLED, 'protest', ['Protest', 'Manifestation', 'Protesta', 'احتجاج'], {
      parent: 'civil_unrest',
      crosswalks: crosswalks({ acled: 'exact Protests', cap: 'broader Security' }),
    }),
    sourced(ACLED, 'riot', ['Riot', 'Émeute', 'Disturbio violento', 'أعمال شغب'], {
      parent: 'civil_unrest',
      crosswalks: crosswalks({ awsd: 'related mob violence', acled: 'exact Riots', cap: 'broader Security' }),
    }),
    unverified(
      'abduction_detention',
      ['Abduction or detention', 'Enlèvement ou détention', 'Secuestro o detención', 'اختطاف أو احتجاز'],
      {
        crosswalks: crosswalks({
          awsd: ['narrower kidnapping', 'narrower detention/arrest'],
          inso: 'related Confine',
          acled: ['narrower Abduction/forced disappearance', 'related Arrests'],
          cap: 'broader Security',
        }),
      },
    ),
    sourced(II_DEFINITIONS, 'kidnapping', ['Kidnapping', 'Enlèvement', 'Secuestro', 'اختطاف'], {
      parent: 'abduction_detention',
      definition:
        'Taken by somebody who is not of the state, or demands were made. Whoever dies in captivity counts as kidnapped.',
      crosswalks: crosswalks({
        awsd: 'exact kidnapping',
        inso: 'broader Confine',
        acled: 'broader Abduction/forced disappearance',
        cap: 'broader Security',
      }),
    }),
    sourced(II_DEFINITIONS, 'disappearance', ['Disappearance', 'Disparition', 'Desaparición', 'اختفاء'], {
      parent: 'abduction_detention',
      definition: 'Taken by somebody aligned with the state, or without any contact since.',
      crosswalks: crosswalks({
        inso: 'broader Confine',
        acled: 'broader Abduction/forced disappearance',
        cap: 'broader Security',
      }),
    }),
    sourced(
      II_DEFINITIONS,
      'arrest_detention',
      ['Arrest or detention', 'Arrestation ou détention', 'Arresto o detención', 'توقيف أو احتجاز'],
      {
        parent: 'abduction_detention',
        definition: 'Held by an authority.',
        crosswalks: crosswalks({
          awsd: 'exact detention/arrest',
          inso: 'broader Confine',
          acled: 'related Arrests',
          cap: 'broader Security',
        }),
      },
    ),
    unverified(
      'threat_harassment',
      ['Threat or harassment', 'Menace ou harcèlement', 'Amenaza o acoso', 'تهديد أو مضايقة'],
      { crosswalks: crosswalks({ inso: 'narrower Threat', cap: 'broader Security' }) },
    ),
    sourced(INSO, 'threat', ['Threat', 'Menace', 'Amenaza', 'تهديد'], {
      parent: 'threat_harassment',
      crosswalks: crosswalks({ inso: 'exact Threat', cap: 'broader Security' }),
    }),
    unverified('sexual_violence', ['Sexual violence', 'Violence sexuelle', 'Violencia sexual', 'عنف جنسي'], {
      crosswalks: crosswalks({
        inso: 'broader Attack',
        acled: 'exact Sexual violence',
        cap: 'broader Security',
      }),
    }),
    unverified(
      'access_obstruction',
      ['Obstruction of access', 'Entrave à l’accès', 'Obstrucción del acceso', 'عرقلة الوصول'],
      { crosswalks: crosswalks({ cap: 'related Security' }) },
    ),
    unverified('accident', ['Accident', 'Accident', 'Accidente', 'حادث'], {
      definition: 'On the road, by fire or otherwise a matter of safety.',
      crosswalks: crosswalks({ cap: 'broader Safety' }),
    }),
    unverified(
      'road_accident',
      ['Road accident', 'Accident de la route', 'Accidente de tráfico', 'حادث سير'],
      {
        parent: 'accident',
        crosswalks: crosswalks({ cap: 'broader Transport' }),
      },
    ),
    unverified('fire', ['Fire', 'Incendie', 'Incendio', 'حريق'], {
      parent: 'accident',
      crosswalks: crosswalks({ cap: 'exact Fire' }),
    }),
    unverified('health', ['Health', 'Santé', 'Salud', 'صحة'], {
      crosswalks: crosswalks({ cap: 'exact Health' }),
    }),
    unverified('natural_hazard', ['Natural hazard', 'Aléa naturel', 'Peligro natural', 'خطر طبيعي'], {
      crosswalks: crosswalks({ cap: ['narrower Geo', 'narrower Met'] }),
    }),
    sourced(
      SIND_CODING,
      'cyber_information',
      [
        'Cyber or information incident',
        'Incident informatique ou d’information',
        'Incidente informático o de información',
        'حادث سيبراني أو معلوماتي',
      ],
      { crosswalks: crosswalks({ cap: 'related Infra' }) },
    ),
    sourced(
      SIND_CODING,
      'fraud_internal',
      [
        'Fraud or internal matter',
        'Fraude ou affaire interne',
        'Fraude o asunto interno',
        'احتيال أو مسألة داخلية',
      ],
      {
        crosswalks: crosswalks({ cap: 'related Other' }),
      },
    ),
    sourced(GPR8, 'near_miss', ['Near miss', 'Quasi-incident', 'Casi incidente', 'حادث وشيك'], {
      definition: 'It harmed nobody and damaged nothing, and could have.',
    }),
    inferred('other', ['Other', 'Autre', 'Otro', 'أخرى'], { crosswalks: crosswalks({ cap: 'exact Other' }) }),
  ],
};
