import { type Chance } from '../../sharing/chance.js';
import { renditionInput, type RenditionInput } from '../../support/factories.js';

/** Words to make texts of, about as varied as those that people write. */
const WORDS: Record<string, string> = {
  en: `shots reported near bridge market checkpoint convoy road closed armed men stopped vehicle demanded papers released
    staff unharmed shelter overnight avoid travel until daylight patrol police absent shops shuttered crowd gathered
    protest fuel shortage bakery queue tension rising between youths traders explosion heard direction airport warehouse
    smoke visible several hours calm returned morning helicopter low flight radio network down mobile signal weak river
    flooded crossing impassable truck overturned mines suspected marked red tape village elders advise detour west ridge
    rain damaged culvert ambulance access limited hospital receiving wounded curfew announced from dusk commander claims
    control rival faction denies roadblock burning tyres students union strike expected tomorrow embassy district quiet
    burglary compound guard injured laptop stolen fence cut detained interpreter negotiated passage humanitarian cargo
    inspected seized returned partially threat leaflet distributed midwives clinic closed temporarily relocate assets
    confirm headcount call duty officer before departure keep two vehicles spare wheel water for day`,
  fr: `tirs signalés près du pont marché barrage convoi route coupée hommes armés arrêté véhicule exigé papiers relâché
    personnel indemne abri nuit éviter déplacements jusqu’au lever jour patrouille police absente boutiques fermées foule
    rassemblée manifestation pénurie carburant boulangerie tension monte entre jeunes commerçants explosion entendue
    direction aéroport entrepôt fumée visible plusieurs heures calme revenu matin hélicoptère réseau radio panne signal
    faible rivière crue passage impraticable camion renversé mines soupçonnées village anciens conseillent détour ouest
    crête pluie endommagé buse ambulance accès limité hôpital reçoit blessés couvre-feu annoncé dès crépuscule`,
  es: `disparos cerca del puente mercado retén convoy carretera cortada hombres armados detuvieron vehículo exigieron
    documentos liberados personal ileso refugio noche evitar viajes hasta amanecer patrulla policía ausente tiendas
    cerradas multitud reunida protesta escasez combustible tensión creciente jóvenes comerciantes explosión oída rumbo
    aeropuerto almacén humo visible varias horas calma volvió mañana río crecido paso intransitable camión volcado`,
  ar: `إطلاق نار قرب الجسر السوق حاجز قافلة الطريق مغلق رجال مسلحون أوقفوا مركبة طلبوا أوراق أفرج عن الموظفين سالمين
    مأوى ليلا تجنبوا السفر حتى الصباح دورية الشرطة غائبة محلات مغلقة حشد تجمع احتجاج نقص وقود مخبز طابور توتر متزايد بين
    شباب تجار انفجار سمع باتجاه المطار مستودع دخان مرئي عدة ساعات هدوء عاد النهر فيضان معبر غير سالك شاحنة انقلبت`,
};
/** As often as in what the exchange is for. */
const LANGUAGES = ['en', 'en', 'en', 'en', 'fr', 'fr', 'fr', 'ar', 'ar', 'es'];
const SYLLABLES = 'ka ber du sha lim wa or ta mo rel zi han fu qa dor eb nil sor gam tul'.split(' ');

const ofWords = (random: Chance, language: string, least: number, most: number): string => {
  const words = (WORDS[language] ?? '').split(/\s+/);
  const length = least + random.below(most - least);
  const parts = Array.from({ length }, (_, place) => {
    const end = place > 4 && random.below(9) === 0 ? '.' : '';
    if (random.below(12) === 0) return `${nameOf(random)}${end}`;
    if (random.below(20) === 0) return `${random.below(24)}:${10 + random.below(50)}${end}`;
    return `${random.one(words)}${end}`;
  });
  return parts.join(' ');
};

const nameOf = (random: Chance): string => {
  const name = Array.from({ length: 2 + random.below(2) }, () => random.one(SYLLABLES)).join('');
  return `${name[0]?.toUpperCase()}${name.slice(1)}`;
};

const near = (random: Chance, place: number): number =>
  Number((place + random.below(40_000) / 10_000).toFixed(4));

type Area = RenditionInput['areas'][number];

function area(random: Chance): Area {
  const [latitude, longitude] = [near(random, 11), near(random, 23)];
  const description = `${nameOf(random)}, ${nameOf(random)}`;
  if (random.below(3) === 0) {
    const circles = [{ center: [latitude, longitude], radiusKm: 1 + random.below(20) }];
    return { description, circles } as Area;
  }
  const corners = Array.from({ length: 4 + random.below(4) }, (_, corner) => {
    const angle = corner * 0.78;
    const size = 0.02 + random.below(400) / 10_000;
    return [latitude + size * Math.sin(angle), longitude + size * Math.cos(angle)].map((one) =>
      Number(one.toFixed(4)),
    );
  });
  return { description, polygon: [...corners, corners[0] ?? []] };
}

/** The body of an alert such as officers write: 60 to 100 words in one language, with a place and with what to do. */
export function madeUp(random: Chance, arrangement: string): Record<string, unknown> {
  const language = random.one(LANGUAGES);
  const onset = Date.parse('2026-11-02T00:00:00Z') + random.below(86_400) * 1000;
  return {
    event: random.one(['Armed clashes', 'Road blocked', 'Demonstration', 'Burglary', 'Flood', 'Detention']),
    categories: [random.one(['security', 'safety', 'transport'])],
    urgency: random.one(['immediate', 'expected', 'future']),
    severity: random.one(['minor', 'moderate', 'severe', 'extreme']),
    certainty: random.one(['observed', 'likely', 'possible']),
    onsetAt: new Date(onset).toISOString(),
    expiresAt: new Date(Date.parse('2099-01-01T00:00:00Z') + random.below(86_400) * 1000).toISOString(),
    grading: { reliability: random.one(['A', 'B', 'C']), credibility: random.one(['1', '2', '3']) },
    renditions: [
      renditionInput({
        audience: { arrangements: [arrangement] },
        tlp: random.one(['GREEN', 'AMBER', 'AMBER+STRICT']),
        texts: [
          {
            language,
            headline: ofWords(random, language, 5, 9),
            description: ofWords(random, language, 40, 60),
            instruction: ofWords(random, language, 12, 24),
          },
        ],
        areas: [area(random)],
      }),
    ],
  };
}
