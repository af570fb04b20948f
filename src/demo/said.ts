/** What is said in the demonstration; nothing of it has ever happened. */

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

const BASE = () => ({
  kind: 'advisory',
  status: 'actual',
  categories: ['security'],
  urgency: 'expected',
  severity: 'moderate',
  certainty: 'likely',
  expiresAt: inDays(3),
  grading: { reliability: 'B', credibility: '2' },
});

const TO_VALDORA = { arrangements: ['VALDORA'], kinds: [], partners: [], except: [] };
const GREEN = { tlp: 'GREEN', classification: 'UNCLASSIFIED', audience: TO_VALDORA };

export const TEAR_LINE = () => ({
  ...BASE(),
  event: 'Threat to convoys',
  severity: 'severe',
  responses: ['avoid'],
  renditions: [
    {
      ...GREEN,
      texts: [
        {
          language: 'en',
          headline: 'Avoid the eastern road at night',
          description: 'There is a threat to vehicles on the eastern road after dark.',
          instruction: 'Do not travel between Orsa and Kelm after 18:00.',
        },
      ],
      areas: [{ description: 'Eastern road', circles: [{ center: [4.2, -20.1], radiusKm: 40 }] }],
    },
    {
      ...GREEN,
      tlp: 'AMBER',
      classification: 'CONFIDENTIAL',
      classificationReason: 'Would show how the information was obtained',
      texts: [
        {
          language: 'en',
          headline: 'An armed group plans to stop convoys on the eastern road',
          description:
            'Two checkpoints are being prepared near the Kelm bridge, for nights from Thursday on.',
          instruction:
            'Do not travel between Orsa and Kelm after 18:00; report sightings to the duty officer.',
        },
      ],
      areas: [{ description: 'Kelm bridge', circles: [{ center: [4.31, -20.02], radiusKm: 5 }] }],
    },
  ],
});

export const BILINGUAL = () => ({
  ...BASE(),
  event: 'Flood',
  categories: ['met', 'transport'],
  renditions: [
    {
      ...GREEN,
      audience: { ...TO_VALDORA, partners: ['LANTERN'] },
      texts: [
        {
          language: 'en',
          headline: 'River Ondra will flood low-lying quarters',
          instruction: 'Move vehicles uphill.',
        },
        {
          language: 'ar',
          headline: 'سيفيض نهر أوندرا على الأحياء المنخفضة',
          instruction: 'انقلوا المركبات إلى أماكن مرتفعة.',
        },
        {
          language: 'fr',
          headline: 'L’Ondra va inonder les quartiers bas',
          instruction: 'Mettez les véhicules en hauteur.',
        },
      ],
      areas: [
        {
          description: 'Lower Orsa',
          polygon: [
            [4.0, -20.3],
            [4.0, -20.2],
            [4.1, -20.2],
            [4.0, -20.3],
          ],
        },
      ],
    },
  ],
});

export const EXERCISE = () => ({
  ...BASE(),
  kind: 'flash',
  status: 'exercise',
  event: 'Exercise: relocation of staff',
  renditions: [
    { ...GREEN, texts: [{ language: 'en', headline: 'EXERCISE ONLY: confirm your head count by 12:00' }] },
  ],
});

export const ROADBLOCK = () => ({
  ...BASE(),
  kind: 'incident',
  event: 'Roadblock',
  renditions: [
    { ...GREEN, texts: [{ language: 'en', headline: 'The road from Orsa to the airfield is blocked' }] },
  ],
});

/** With the wrong coordinates, so that it is taken back again. */
export const MISTAKE = () => ({
  ...BASE(),
  event: 'Unexploded ordnance',
  severity: 'severe',
  responses: ['avoid'],
  acknowledgement: 'required',
  renditions: [
    {
      ...GREEN,
      texts: [
        { language: 'en', headline: 'Unexploded ordnance at the school of Kelm', instruction: 'Keep away.' },
      ],
      areas: [
        {
          description: 'School of Kelm',
          precision: 'exact',
          circles: [{ center: [4.3, -20.4], radiusKm: 1 }],
        },
      ],
    },
  ],
});

export const REPORT = () => ({
  kind: 'incident',
  occurredAt: inDays(-1),
  occurredPrecision: 'day',
  place: { precision: 'district', country: 'ZZ', areas: [{ description: 'District of Kelm' }] },
  act: 'theft',
  grading: { reliability: 'B', credibility: '2' },
  texts: [
    {
      language: 'en',
      headline: 'Vehicle taken at a checkpoint',
      description: 'Armed men took a vehicle at an improvised checkpoint. Nobody was hurt.',
    },
  ],
  attribution: 'protected',
  tlp: 'GREEN',
  audience: {},
});

export const FROM_REPORT = () => ({
  ...BASE(),
  event: 'Vehicle theft at checkpoints',
  severity: 'severe',
  responses: ['avoid', 'monitor'],
  attribution: 'named',
  renditions: [
    {
      ...GREEN,
      texts: [
        {
          language: 'en',
          headline: 'Vehicles are being taken at checkpoints in Kelm',
          instruction: 'Travel in convoy, and only by day.',
        },
      ],
      areas: [{ description: 'District of Kelm', precision: 'district' }],
    },
  ],
});

export const APPLICATION = () => ({
  kind: 'ingo',
  name: 'Harbour Relief Foundation (fictional)',
  country: 'ZZ',
  registrationNumber: 'ZZ-0042',
  website: 'https://harbour-relief.example',
  unPartnership: { entity: 'URCO', reference: 'Agreement 42 (fictional)' },
  countries: ['ZZ'],
  contact: { name: 'Ina Example', title: 'Security director', email: 'ina@harbour-relief.example' },
  language: 'en',
});
