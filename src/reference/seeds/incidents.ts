import { crosswalks, inferred, type ListSeed, labels, sourced, unverified } from './seed.js';
import { AWSD, GPR8, II_DEFINITIONS, SIND, SIND_CODING } from './sources.js';

const security = 'broader Security';
const UNKNOWN = ['Unknown', 'Inconnu', 'Desconocido', 'غير معروف'] as const;
const OTHER = ['Other', 'Autre', 'Otro', 'أخرى'] as const;

export const ACTOR_TYPES: ListSeed = {
  code: 'actor-types',
  names: labels(['Actors', 'Acteurs', 'Actores', 'الجهات الفاعلة']),
  description: 'Who did it, as far as that is known and safe to say; a report need not say it.',
  verification: 'unverified',
  entries: [
    unverified('host_state', ['Host state', 'État hôte', 'Estado anfitrión', 'الدولة المضيفة']),
    unverified('foreign_forces', [
      'Foreign forces',
      'Forces étrangères',
      'Fuerzas extranjeras',
      'قوات أجنبية',
    ]),
    unverified('police_paramilitary', [
      'Police or paramilitary',
      'Police ou forces paramilitaires',
      'Policía o fuerzas paramilitares',
      'شرطة أو قوات شبه عسكرية',
    ]),
    unverified('non_state_armed_group', [
      'Non-state armed group',
      'Groupe armé non étatique',
      'Grupo armado no estatal',
      'جماعة مسلحة غير حكومية',
    ]),
    ...(
      [
        ['subnational', 'infranational', 'subnacional', 'دون وطنية'],
        ['national', 'national', 'nacional', 'وطنية'],
        ['regional', 'régional', 'regional', 'إقليمية'],
        ['global', 'mondial', 'mundial', 'عالمية'],
      ] as const
    ).map(([reach, fr, es, ar]) =>
      unverified(
        `non_state_armed_group_${reach}`,
        [
          `Non-state armed group, ${reach}`,
          `Groupe armé non étatique, ${fr}`,
          `Grupo armado no estatal, ${es}`,
          `جماعة مسلحة غير حكومية، ${ar}`,
        ],
        { parent: 'non_state_armed_group' },
      ),
    ),
    unverified('criminal', ['Criminal', 'Criminel', 'Delincuente', 'مجرم']),
    unverified('aid_recipient', [
      'Aid recipient',
      'Bénéficiaire de l’aide',
      'Beneficiario de la ayuda',
      'متلقي المساعدة',
    ]),
    unverified('staff', ['Staff', 'Personnel', 'Personal', 'موظفون']),
    unverified('unaffiliated', ['Unaffiliated', 'Sans affiliation', 'Sin afiliación', 'بلا انتماء']),
    unverified('unknown', UNKNOWN),
  ],
};

export const MEANS: ListSeed = {
  code: 'means',
  names: labels(['Means', 'Moyens', 'Medios', 'الوسائل']),
  description: 'By what it was done.',
  verification: 'inferred',
  entries: [
    sourced(
      AWSD,
      'aerial_bombardment',
      ['Aerial bombardment', 'Bombardement aérien', 'Bombardeo aéreo', 'قصف جوي'],
      {
        crosswalks: crosswalks({
          awsd: 'exact aerial bombardment',
          acled: 'related Air/drone strike',
          cap: security,
        }),
      },
    ),
    sourced(
      AWSD,
      'bodily_assault',
      ['Bodily assault', 'Agression physique', 'Agresión física', 'اعتداء جسدي'],
      {
        crosswalks: crosswalks({ awsd: 'exact bodily assault', acled: 'broader Attack', cap: security }),
      },
    ),
    sourced(
      AWSD,
      'detention_arrest',
      ['Detention or arrest', 'Détention ou arrestation', 'Detención o arresto', 'احتجاز أو توقيف'],
      {
        crosswalks: crosswalks({ awsd: 'exact detention/arrest', acled: 'related Arrests', cap: security }),
      },
    ),
    sourced(AWSD, 'kidnapping', ['Kidnapping', 'Enlèvement', 'Secuestro', 'اختطاف'], {
      crosswalks: crosswalks({
        awsd: 'exact kidnapping',
        acled: 'broader Abduction/forced disappearance',
        cap: security,
      }),
    }),
    sourced(
      AWSD,
      'kidnap_killing',
      ['Kidnapping and killing', 'Enlèvement suivi de meurtre', 'Secuestro y asesinato', 'اختطاف وقتل'],
      {
        crosswalks: crosswalks({
          awsd: 'exact kidnap-killing',
          acled: 'broader Abduction/forced disappearance',
          cap: security,
        }),
      },
    ),
    sourced(
      AWSD,
      'shelling',
      ['Shelling', 'Bombardement d’artillerie', 'Bombardeo de artillería', 'قصف مدفعي'],
      {
        crosswalks: crosswalks({
          awsd: 'exact shelling',
          acled: 'exact Shelling/artillery/missile attack',
          cap: security,
        }),
      },
    ),
    sourced(AWSD, 'shooting', ['Shooting', 'Tirs', 'Disparos', 'إطلاق نار'], {
      crosswalks: crosswalks({ awsd: 'exact shooting', acled: 'broader Attack', cap: security }),
    }),
    sourced(
      AWSD,
      'other_explosives',
      ['Other explosives', 'Autres explosifs', 'Otros explosivos', 'متفجرات أخرى'],
      {
        crosswalks: crosswalks({
          awsd: 'exact other explosives',
          acled: 'related Remote explosive/landmine/IED',
          cap: security,
        }),
      },
    ),
    sourced(
      SIND,
      'vehicle_borne_ied',
      [
        'Vehicle-borne improvised explosive device',
        'Engin explosif improvisé embarqué dans un véhicule',
        'Artefacto explosivo improvisado en un vehículo',
        'عبوة ناسفة محمولة على مركبة',
      ],
      {
        crosswalks: crosswalks({
          awsd: 'broader other explosives',
          acled: 'broader Remote explosive/landmine/IED',
          cap: security,
        }),
      },
    ),
    unverified(
      'body_borne_ied',
      [
        'Body-borne improvised explosive device',
        'Engin explosif improvisé porté sur soi',
        'Artefacto explosivo improvisado llevado en el cuerpo',
        'عبوة ناسفة محمولة على الجسم',
      ],
      {
        crosswalks: crosswalks({
          awsd: 'broader other explosives',
          acled: 'related Suicide bomb',
          cap: security,
        }),
      },
    ),
    unverified(
      'roadside_ied',
      [
        'Roadside improvised explosive device',
        'Engin explosif improvisé en bord de route',
        'Artefacto explosivo improvisado en la carretera',
        'عبوة ناسفة على جانب الطريق',
      ],
      {
        crosswalks: crosswalks({
          awsd: 'broader other explosives',
          acled: 'broader Remote explosive/landmine/IED',
          cap: security,
        }),
      },
    ),
    sourced(SIND, 'mine', ['Mine', 'Mine', 'Mina', 'لغم'], {
      crosswalks: crosswalks({ acled: 'broader Remote explosive/landmine/IED', cap: security }),
    }),
    sourced(SIND, 'hand_grenade', ['Hand grenade', 'Grenade à main', 'Granada de mano', 'قنبلة يدوية'], {
      crosswalks: crosswalks({ acled: 'exact Grenade', cap: security }),
    }),
    sourced(SIND, 'knife', ['Knife', 'Couteau', 'Cuchillo', 'سكين'], {
      crosswalks: crosswalks({ awsd: 'related bodily assault', cap: security }),
    }),
    sourced(SIND, 'arson', ['Arson', 'Incendie criminel', 'Incendio provocado', 'حريق متعمد'], {
      crosswalks: crosswalks({
        acled: 'related Looting/property destruction',
        cap: ['related Fire', security],
      }),
    }),
    unverified('complex_attack', ['Complex attack', 'Attaque complexe', 'Ataque complejo', 'هجوم مركب'], {
      crosswalks: crosswalks({ cap: security }),
    }),
    unverified('sexual_assault', ['Sexual assault', 'Agression sexuelle', 'Agresión sexual', 'اعتداء جنسي'], {
      crosswalks: crosswalks({ acled: 'related Sexual violence', cap: security }),
    }),
    inferred('other', OTHER),
    sourced(AWSD, 'unknown', UNKNOWN, { crosswalks: crosswalks({ awsd: 'exact unknown' }) }),
  ],
};

export const CONTEXTS: ListSeed = {
  code: 'contexts',
  names: labels(['Contexts', 'Contextes', 'Contextos', 'السياقات']),
  description: 'In the course of what it happened.',
  source: AWSD,
  verification: 'sourced',
  entries: [
    sourced(AWSD, 'ambush', ['Ambush', 'Embuscade', 'Emboscada', 'كمين'], {
      crosswalks: crosswalks({ awsd: 'exact ambush' }),
    }),
    sourced(
      AWSD,
      'combat_crossfire',
      [
        'Combat or crossfire',
        'Combats ou tirs croisés',
        'Combates o fuego cruzado',
        'قتال أو تبادل إطلاق نار',
      ],
      {
        crosswalks: crosswalks({ awsd: 'exact combat/crossfire', acled: 'related Battles' }),
      },
    ),
    sourced(
      AWSD,
      'individual_attack',
      ['Individual attack', 'Attaque individuelle', 'Ataque individual', 'هجوم فردي'],
      {
        crosswalks: crosswalks({ awsd: 'exact individual attack' }),
      },
    ),
    sourced(
      AWSD,
      'mob_violence',
      ['Mob violence', 'Violence de foule', 'Violencia de turba', 'عنف الغوغاء'],
      {
        crosswalks: crosswalks({ awsd: 'exact mob violence', acled: 'exact Mob violence' }),
      },
    ),
    sourced(AWSD, 'raid', ['Raid', 'Raid', 'Incursión', 'مداهمة'], {
      crosswalks: crosswalks({ awsd: 'exact raid' }),
    }),
    sourced(AWSD, 'detention', ['Detention', 'Détention', 'Detención', 'احتجاز'], {
      crosswalks: crosswalks({ awsd: 'exact detention' }),
    }),
    sourced(AWSD, 'unknown', UNKNOWN, { crosswalks: crosswalks({ awsd: 'exact unknown' }) }),
  ],
};

export const LOCATION_TYPES: ListSeed = {
  code: 'location-types',
  names: labels(['Kinds of place', 'Types de lieu', 'Tipos de lugar', 'أنواع الأماكن']),
  description: 'At what kind of place it happened.',
  verification: 'inferred',
  entries: [
    sourced(SIND, 'home', ['Home', 'Domicile', 'Domicilio', 'منزل']),
    sourced(SIND, 'office_compound', [
      'Office or compound',
      'Bureau ou enceinte',
      'Oficina o recinto',
      'مكتب أو مجمّع',
    ]),
    sourced(SIND, 'project_site', ['Project site', 'Site de projet', 'Lugar del proyecto', 'موقع مشروع']),
    sourced(SIND, 'road', ['Road', 'Route', 'Carretera', 'طريق']),
    sourced(SIND, 'checkpoint', ['Checkpoint', 'Poste de contrôle', 'Puesto de control', 'نقطة تفتيش'], {
      parent: 'road',
    }),
    unverified('public', ['Public place', 'Lieu public', 'Lugar público', 'مكان عام']),
    sourced(SIND, 'open_space', ['Open space', 'Espace ouvert', 'Espacio abierto', 'مكان مفتوح'], {
      parent: 'public',
    }),
    sourced(SIND, 'public_building', ['Public building', 'Bâtiment public', 'Edificio público', 'مبنى عام'], {
      parent: 'public',
    }),
    sourced(
      SIND,
      'health_building',
      ['Health building', 'Bâtiment de santé', 'Edificio sanitario', 'مبنى صحي'],
      {
        parent: 'public',
      },
    ),
    sourced(SIND, 'school', ['School', 'École', 'Escuela', 'مدرسة'], { parent: 'public' }),
    sourced(SIND, 'camp', [
      'Camp of displaced people or refugees',
      'Camp de déplacés ou de réfugiés',
      'Campamento de desplazados o refugiados',
      'مخيم نازحين أو لاجئين',
    ]),
    sourced(SIND, 'warehouse', ['Warehouse', 'Entrepôt', 'Almacén', 'مستودع']),
    sourced(SIND, 'airstrip', ['Airstrip', 'Piste d’atterrissage', 'Pista de aterrizaje', 'مهبط طائرات']),
    sourced(SIND, 'water', ['Ship or water', 'Navire ou eau', 'Barco o agua', 'سفينة أو مياه']),
    sourced(SIND, 'police_station', ['Police station', 'Poste de police', 'Comisaría', 'مركز شرطة']),
    unverified('custody', ['Custody', 'Lieu de détention', 'Lugar de detención', 'مكان احتجاز']),
    sourced(SIND, 'other', OTHER),
    unverified('unknown', UNKNOWN),
  ],
};

export const VICTIM_KINDS: ListSeed = {
  code: 'victim-kinds',
  names: labels(['Those affected', 'Personnes touchées', 'Personas afectadas', 'المتضررون']),
  description: 'Whom it happened to, never by name.',
  verification: 'inferred',
  entries: [
    sourced(AWSD, 'national_staff', [
      'National staff',
      'Personnel national',
      'Personal nacional',
      'موظفون وطنيون',
    ]),
    sourced(AWSD, 'international_staff', [
      'International staff',
      'Personnel international',
      'Personal internacional',
      'موظفون دوليون',
    ]),
    sourced(GPR8, 'associate', ['Associate', 'Personne associée', 'Persona asociada', 'متعاون'], {
      definition: 'Not of the staff, but at work for the organisation: partners, contractors, volunteers.',
    }),
    unverified('dependant', ['Dependant', 'Personne à charge', 'Familiar a cargo', 'معال']),
    unverified('aid_recipient', [
      'Aid recipient',
      'Bénéficiaire de l’aide',
      'Beneficiario de la ayuda',
      'متلقي المساعدة',
    ]),
    unverified('community_member', [
      'Member of the community',
      'Membre de la communauté',
      'Miembro de la comunidad',
      'فرد من المجتمع',
    ]),
    inferred('nobody', ['Nobody', 'Personne', 'Nadie', 'لا أحد']),
    unverified('unknown', UNKNOWN),
  ],
};

export const IMPACTS: ListSeed = {
  code: 'impacts',
  names: labels(['Impacts', 'Impacts', 'Impactos', 'الآثار']),
  description: 'On what it had an effect: persons, infrastructure, access, delivery.',
  source: SIND_CODING,
  verification: 'sourced',
  entries: [
    sourced(SIND_CODING, 'person', ['Person', 'Personne', 'Persona', 'شخص']),
    sourced(AWSD, 'killed', ['Killed', 'Tué', 'Muerto', 'قتيل'], { parent: 'person' }),
    sourced(AWSD, 'wounded', ['Wounded', 'Blessé', 'Herido', 'جريح'], { parent: 'person' }),
    sourced(AWSD, 'kidnapped', ['Kidnapped', 'Enlevé', 'Secuestrado', 'مختطف'], { parent: 'person' }),
    sourced(AWSD, 'detained', ['Detained', 'Détenu', 'Detenido', 'محتجز'], { parent: 'person' }),
    sourced(II_DEFINITIONS, 'missing', ['Missing', 'Disparu', 'Desaparecido', 'مفقود'], { parent: 'person' }),
    unverified(
      'psychological',
      ['Psychological harm', 'Préjudice psychologique', 'Daño psicológico', 'أذى نفسي'],
      {
        parent: 'person',
      },
    ),
    sourced(SIND_CODING, 'infrastructure', [
      'Infrastructure',
      'Infrastructures',
      'Infraestructura',
      'بنية تحتية',
    ]),
    sourced(
      GPR8,
      'assets',
      [
        'Assets damaged or lost',
        'Biens endommagés ou perdus',
        'Bienes dañados o perdidos',
        'أصول متضررة أو مفقودة',
      ],
      {
        parent: 'infrastructure',
      },
    ),
    sourced(SIND_CODING, 'access', ['Access', 'Accès', 'Acceso', 'وصول']),
    sourced(SIND_CODING, 'delivery', [
      'Delivery of aid',
      'Acheminement de l’aide',
      'Prestación de ayuda',
      'إيصال المساعدة',
    ]),
    inferred('none', ['None', 'Aucun', 'Ninguno', 'لا شيء']),
  ],
};

export const DELIVERY_EFFECTS: ListSeed = {
  code: 'delivery-effects',
  names: labels([
    'Effects on delivery',
    'Effets sur l’aide',
    'Efectos en la ayuda',
    'الآثار على إيصال المساعدة',
  ]),
  description: 'What became of the work.',
  source: SIND_CODING,
  verification: 'sourced',
  entries: [
    sourced(SIND_CODING, 'delay', ['Delay', 'Retard', 'Retraso', 'تأخير']),
    sourced(SIND_CODING, 'suspension', ['Suspension', 'Suspension', 'Suspensión', 'تعليق']),
    sourced(SIND_CODING, 'closure', ['Closure', 'Fermeture', 'Cierre', 'إغلاق']),
    inferred('none', ['None', 'Aucun', 'Ninguno', 'لا شيء']),
    unverified('unknown', UNKNOWN),
  ],
};
