import fc from 'fast-check';

/** Numbers are places in what is there when the step is taken, counted round: any history makes sense of any number. */
export interface AudienceSpec {
  arrangements: number[];
  kinds: string[];
  partners: number[];
  except: number[];
}

export interface RenditionSpec {
  /** Which of an alert's few texts: the same one again is how an update leaves a rendition alone. */
  text: number;
  handling: number;
  audience: AudienceSpec;
}

export interface HandlingSpec {
  tlp: string;
  classification: string;
}

export type Step =
  | {
      do: 'publish' | 'keep a draft';
      by: number;
      severity: string;
      isDrill: boolean;
      renditions: RenditionSpec[];
    }
  | { do: 'update' | 'redraft'; alert: number; severity: string; renditions: RenditionSpec[] }
  | { do: 'release' | 'cancel' | 'withdraw' | 'let its time be over'; alert: number }
  | { do: 'release onward'; alert: number; rendition: number; partner: number }
  | { do: 'end a release' | 'let the time of a release be over'; release: number }
  | { do: 'report'; by: number; isProtected: boolean; renditions: RenditionSpec[] }
  | { do: 'report otherwise'; report: number; renditions: RenditionSpec[] }
  | { do: 'take back a report'; report: number }
  | { do: 'join'; partner: number; arrangement: number; when: 'now' | 'later'; ceiling: HandlingSpec | null }
  | { do: 'leave' | 'let the day of joining come' | 'let the day of leaving come'; membership: number }
  | { do: 'lower or raise a membership'; membership: number; ceiling: HandlingSpec }
  | { do: 'lower or raise a partner'; partner: number; ceiling: HandlingSpec }
  | { do: 'let nobody answer'; of: 'partner' | 'membership'; which: number }
  | { do: 'answer'; of: 'partner' | 'membership'; which: number }
  | { do: 'change the standing'; partner: number; status: string }
  | { do: 'admit a partner'; kind: string; ceiling: HandlingSpec }
  | { do: 'narrow a client'; partner: number; ceiling: HandlingSpec | null; arrangements: number[] | null }
  | { do: 'revoke a client'; reader: number }
  | { do: 'lower or raise a client'; reader: number; ceiling: HandlingSpec };

export interface History {
  /** Some stand under another, where there is one that may sponsor. */
  partners: { kind: string; status: string; ceiling: HandlingSpec; sponsor: number | null }[];
  memberships: { partner: number; arrangement: number; state: string; ceiling: HandlingSpec }[];
  readers: { partner: number; ceiling: HandlingSpec; arrangements: number[] | null }[];
  steps: Step[];
}

export const ARRANGEMENTS = 3;
export const KINDS = [
  'un_entity',
  'unsms_mou',
  'io',
  'ingo',
  'national_ngo',
  'ngo_platform',
  'red_cross_red_crescent',
  'private_sector',
  'donor',
];
const STATUSES = [
  'applied',
  'vetting',
  'information_requested',
  'active',
  'rejected',
  'suspended',
  'withdrawn',
  'expired',
];
const TLPS = ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'];
const CLASSIFICATIONS = ['UNCLASSIFIED', 'CONFIDENTIAL', 'STRICTLY_CONFIDENTIAL'];

const place = fc.nat({ max: 30 });
/** Of partners; the first after the steward is a sponsor in most histories, and the second stands under it. */
const partner = fc.oneof({ weight: 2, arbitrary: place }, { weight: 1, arbitrary: fc.constantFrom(1, 2) });
/** Originators that classify come more often: with them come all handlings. */
const kind = fc.constantFrom(...KINDS, 'un_entity', 'un_entity', 'unsms_mou', 'ingo');
const addressed = fc.constantFrom(...KINDS, 'ingo', 'national_ngo', 'national_ngo');
const classification = fc.constantFrom(...CLASSIFICATIONS);
const ceiling: fc.Arbitrary<HandlingSpec> = fc.oneof(
  fc.record({ tlp: fc.constantFrom(...TLPS), classification }),
  fc.record({ tlp: fc.constantFrom('AMBER+STRICT', 'RED'), classification }),
  fc.constant({ tlp: 'RED', classification: 'STRICTLY_CONFIDENTIAL' }),
);
const someArrangements = fc.uniqueArray(fc.nat({ max: ARRANGEMENTS - 1 }), { maxLength: ARRANGEMENTS });

const audience: fc.Arbitrary<AudienceSpec> = fc.record({
  arrangements: someArrangements,
  kinds: fc.oneof(
    { weight: 4, arbitrary: fc.constant<string[]>([]) },
    { weight: 4, arbitrary: fc.uniqueArray(addressed, { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(addressed, { maxLength: 1 }).map((kinds) => ['public', ...kinds]) },
  ),
  partners: fc.uniqueArray(partner, { maxLength: 2 }),
  except: fc.oneof(
    { weight: 2, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.uniqueArray(place, { minLength: 1, maxLength: 2 }) },
  ),
});

const renditions = fc.uniqueArray(
  fc.record({ text: fc.nat({ max: 3 }), handling: fc.nat({ max: 30 }), audience }),
  { minLength: 1, maxLength: 4, selector: (one) => one.text },
);

const isDrill = fc.constantFrom(false, false, true);
const severity = fc.constantFrom('severe', 'severe', 'severe', 'minor');

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('publish' as const), by: place, severity, isDrill, renditions }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('keep a draft' as const),
      by: place,
      severity,
      isDrill,
      renditions,
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant('update' as const), alert: place, severity, renditions }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('redraft' as const), alert: place, severity, renditions }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('release' as const, 'cancel' as const, 'withdraw' as const),
      alert: place,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('let its time be over' as const), alert: place }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('release onward' as const),
      alert: place,
      rendition: place,
      partner,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('end a release' as const, 'let the time of a release be over' as const),
      release: place,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      by: place,
      isProtected: fc.boolean(),
      renditions,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('report otherwise' as const), report: place, renditions }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take back a report' as const), report: place }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('join' as const),
      partner,
      arrangement: place,
      when: fc.constantFrom('now' as const, 'now' as const, 'later' as const),
      ceiling: fc.option(ceiling),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'leave' as const,
        'let the day of joining come' as const,
        'let the day of leaving come' as const,
      ),
      membership: place,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('lower or raise a membership' as const),
      membership: place,
      ceiling,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('lower or raise a partner' as const), partner, ceiling }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('let nobody answer' as const, 'let nobody answer' as const, 'answer' as const),
      of: fc.constantFrom('partner' as const, 'membership' as const),
      which: place,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('change the standing' as const),
      partner,
      status: fc.constantFrom(...STATUSES, 'active', 'active', 'active', 'active', 'suspended', 'suspended'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('admit a partner' as const), kind, ceiling }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('narrow a client' as const),
      partner,
      ceiling: fc.option(ceiling),
      arrangements: fc.option(
        fc.uniqueArray(fc.nat({ max: ARRANGEMENTS - 1 }), { minLength: 1, maxLength: ARRANGEMENTS }),
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('revoke a client' as const), reader: place }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('lower or raise a client' as const), reader: place, ceiling }),
  },
);

const registered = fc.record({
  kind,
  status: fc.constantFrom('active', 'active', 'active', ...STATUSES),
  ceiling,
  sponsor: fc.option(place, { freq: 2 }),
});
const working = fc.constantFrom('active', 'active', 'active', 'active', 'suspended');
const sponsor = fc.record({
  kind: fc.constant('ingo'),
  status: working,
  ceiling,
  sponsor: fc.constant(null),
});
const sponsored = fc.record({
  kind: fc.constant('national_ngo'),
  status: working,
  ceiling,
  sponsor: fc.constant(0),
});

/** A small world and what happens in it. */
export const histories: fc.Arbitrary<History> = fc.record({
  partners: fc.oneof(
    { weight: 1, arbitrary: fc.array(registered, { minLength: 2, maxLength: 6 }) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(sponsor, sponsored, fc.array(registered, { maxLength: 4 }))
        .map(([above, below, others]) => [above, below, ...others]),
    },
  ),
  memberships: fc.uniqueArray(
    fc.record({
      partner,
      arrangement: fc.nat({ max: ARRANGEMENTS - 1 }),
      state: fc.constantFrom('current', 'current', 'current', 'future', 'ended'),
      ceiling,
    }),
    { maxLength: 8 },
  ),
  readers: fc.array(fc.record({ partner, ceiling, arrangements: fc.option(someArrangements, { freq: 1 }) }), {
    minLength: 1,
    maxLength: 4,
  }),
  steps: fc.array(step, { minLength: 4, maxLength: 18, size: 'max' }),
});
