import { type Fault } from '../core/problem.js';
import { type AlertContent } from './alert-content.js';
import { areaFaults } from './area.rules.js';
import { downgradeFaults } from './downgrade.rules.js';
import {
  type RenditionDto,
  type TextDto,
  type TranslateAlertDto,
  type UpdateAlertDto,
} from './alerts.dto.js';
import { canonicalLanguage } from '../core/language.js';
import { shortTextLimit } from './short-text.js';

/** Positions of all shapes of an alert together: telling whether a ring crosses itself takes the square of its size. */
const MAX_POINTS = 4000;

/** Everything that is wrong with an alert beyond the form of its single fields. */
export function alertFaults(dto: UpdateAlertDto, now: Date): Fault[] {
  const tooLarge = dto.renditions.reduce((sum, one) => sum + positionsOf(one), 0) > MAX_POINTS;
  return [
    ...knownFaults(dto, now),
    ...timeFaults(dto, now),
    ...acknowledgementFaults(dto, now),
    ...tearLineFaults(dto),
    ...dto.renditions.flatMap((one, i) => [
      ...downgradeFaults(one, `#/renditions/${i}`, now),
      ...renditionFaults(one, `#/renditions/${i}`, tooLarge),
    ]),
  ];
}

/** What nobody else looks at first is not said to everybody; the update that may follow waits like any other. */
export const flashFaults = ({ renditions }: UpdateAlertDto): Fault[] =>
  renditions.flatMap(({ audience }, index) =>
    audience.kinds.includes('public')
      ? [{ pointer: `#/renditions/${index}/audience/kinds`, detail: 'of a flash is never the public' }]
      : [],
  );

function knownFaults({ knownAt }: UpdateAlertDto, now: Date): Fault[] {
  return Date.parse(knownAt ?? '') > now.getTime()
    ? [{ pointer: '#/knownAt', detail: 'must not be in the future' }]
    : [];
}

function timeFaults({ expiresAt, onsetAt, effectiveAt, renditions }: UpdateAlertDto, now: Date): Fault[] {
  if (expiresAt === undefined) return [];
  const end = Date.parse(expiresAt);
  const past = end <= now.getTime() ? [{ pointer: '#/expiresAt', detail: 'must not be past' }] : [];
  const stated = [
    { pointer: '#', times: { onsetAt, effectiveAt } },
    ...renditions.map((one, index) => ({
      pointer: `#/renditions/${index}`,
      times: { onsetAt: one.onsetAt, effectiveAt: one.effectiveAt },
    })),
  ];
  const late = stated.flatMap(({ pointer, times }) =>
    Object.entries(times)
      .filter(([, time]) => time !== undefined && Date.parse(time) >= end)
      .map(([name]) => ({ pointer: `${pointer}/${name}`, detail: 'must be before the alert expires' })),
  );
  return [...past, ...late];
}

/** A text from which what matters was cut is of use only if it says what to do: a tear-line's every rendition must. */
function tearLineFaults({ renditions, responses = [] }: UpdateAlertDto): Fault[] {
  if (renditions.length < 2 || responses.some((response) => response !== 'none')) return [];
  return renditions.flatMap(({ texts }, index) =>
    texts.some(({ instruction }) => instruction !== undefined)
      ? []
      : [
          {
            pointer: `#/renditions/${index}/texts/0/instruction`,
            detail:
              'must say what to do, as each rendition of several must, or responses must say it for all',
          },
        ],
  );
}

/** What is wrong with languages that are to be added to a rendition. */
export function translationFaults(
  { rendition, texts }: TranslateAlertDto,
  own: { content: AlertContent; cap: unknown }[],
): Fault[] {
  const [only, ...more] = own.filter(
    ({ content }) => rendition === undefined || content.identifier === rendition,
  );
  if (only === undefined) return [{ pointer: '#/rendition', detail: 'is not a rendition of this alert' }];
  if (more.length > 0) return [{ pointer: '#/rendition', detail: 'must be one of the several there are' }];
  if (only.cap !== null) return [{ pointer: '#/texts', detail: 'of a CAP message come by CAP' }];
  const known = only.content.texts.map(({ language }) => language);
  const faults = texts.flatMap(({ language }, index) =>
    known.includes(canonicalLanguage(language) ?? '')
      ? [{ pointer: `#/texts/${index}/language`, detail: 'is there already' }]
      : [],
  );
  return [...faults, ...textFaults(texts, '#')];
}

function acknowledgementFaults({ acknowledgement, acknowledgeBy }: UpdateAlertDto, now: Date): Fault[] {
  const pointer = '#/acknowledgeBy';
  if (acknowledgeBy === undefined) return [];
  if (acknowledgement === undefined || acknowledgement === 'none') {
    return [{ pointer, detail: 'needs an acknowledgement that is requested or required' }];
  }
  return Date.parse(acknowledgeBy) <= now.getTime() ? [{ pointer, detail: 'must not be past' }] : [];
}

function positionsOf({ areas = [] }: RenditionDto): number {
  return areas
    .flatMap((area) => [...(area.polygons ?? []), ...(area.polygon ? [area.polygon] : [])])
    .reduce((sum, ring) => sum + (Array.isArray(ring) ? ring.length : 0), 0);
}

function renditionFaults(rendition: RenditionDto, pointer: string, tooLarge: boolean): Fault[] {
  const faults = textFaults(rendition.texts, pointer);
  const areas = rendition.areas ?? [];
  if (tooLarge && areas.length > 0) {
    const detail = `must have at most ${MAX_POINTS} positions in all renditions together`;
    return [...faults, { pointer: `${pointer}/areas`, detail }];
  }
  return [...faults, ...areas.flatMap((area, index) => areaFaults(area, `${pointer}/areas/${index}`))];
}

function textFaults(texts: TextDto[], pointer: string): Fault[] {
  const languages = texts.map((text) => canonicalLanguage(text.language));
  return texts.flatMap(({ shortText = '' }, index) => {
    const limit = shortTextLimit(shortText);
    return [
      ...(languages.indexOf(languages[index]) < index
        ? [{ pointer: `${pointer}/texts/${index}/language`, detail: 'is there already' }]
        : []),
      ...(shortText.length > limit
        ? [
            {
              pointer: `${pointer}/texts/${index}/shortText`,
              detail: `must have at most ${limit} characters`,
            },
          ]
        : []),
    ];
  });
}
