import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { histories } from './history.arbitrary.js';
import { live } from './history.js';
import { openWorkbench, type Workbench } from './workbench.js';

/** What a careless hand could do to the rule: each must be noticed, or the property proves nothing. */
const WEAKENED_VIEW: [name: string, clause: RegExp, replacement: string][] = [
  ['the status of the partner', /p\.status = 'active'::text/g, 'true'],
  [
    'the ceiling of the partner',
    /t\.tlp <= LEAST\(p\.ceiling_tlp, rd\.ceiling_tlp\)/g,
    't.tlp <= rd.ceiling_tlp',
  ],
  [
    'the ceiling of the membership',
    /LEAST\(p\.ceiling_tlp, rd\.ceiling_tlp, m\.ceiling_tlp\)/g,
    'LEAST(p.ceiling_tlp, rd.ceiling_tlp)',
  ],
  ['what a partner answers for', /p\.restricted_since IS NULL/g, 'true'],
  ['what a membership answers for', /m\.restricted_since IS NULL/g, 'true'],
  // Of the classification alone nobody could tell: below AMBER the table holds none.
  ['the handling that is left without an answer', /t\.tlp <= 1/g, 't.tlp <= 2'],
  ['the exclusions', /p\.id <> ALL \(t\.audience_except\)/g, 'true'],
  ['private sector and donors', /p\.kind <> ALL \(ARRAY\['private_sector'::text, 'donor'::text\]\)/g, 'true'],
  ['the beginning and end of memberships', /m\.state = 'current'::text/g, 'true'],
  ['retired renditions', /r\.is_current AND/g, 'true AND'],
  ['the arrangements of a narrowed client', /m\.arrangement_id = ANY \(rd\.arrangement_ids\)/g, 'true'],
  ['what has expired', /'expired'::text, /g, ''],
];

/** One of its ways alone: what the others still hold to must not hide it. */
const WEAKENED_WAY: [way: string, name: string, clause: RegExp, replacement: string][] = [
  ['release', 'the end of a release', /o\.state = 'current'::text/, 'true'],
  [
    'release',
    'which text was released',
    /o\.rendition_id = t\.rendition_id/,
    'o.shareable_id = t.shareable_id',
  ],
  ['release', 'the exclusions before a release', /p\.id <> ALL \(t\.audience_except\)/, 'true'],
  ['release', 'the ceiling before a release', /LEAST\(p\.ceiling_tlp, rd\.ceiling_tlp\)/, 'rd.ceiling_tlp'],
  ['release', 'what a partner answers for before a release', /p\.restricted_since IS NULL/, 'true'],
  ['named', 'what a partner answers for when it is named', /p\.restricted_since IS NULL/, 'true'],
  ['kind', 'what a partner answers for as one of a kind', /p\.restricted_since IS NULL/, 'true'],
  ['release', 'the narrowness of clients before a release', /rd\.arrangement_ids IS NULL/, 'true'],
  ['release', 'the status of who gets a release', /p\.status = 'active'::text/, 'true'],
  ['public', 'what is said to everybody', /t\.audience_kinds @> '\{public\}'::text\[\]/, 'true'],
  ['public', 'the silence about reports', /t\.type = 'alert'::text/, 'true'],
  ['source', 'whose it is that is held in custody', /p\.id = c\.source_id/, 'true'],
  ['source', 'the status of a source', /p\.status = 'active'::text/, 'true'],
];

/** The one clause that stands around all of that. */
const WEAKENED_SPONSOR: [name: string, clause: RegExp, replacement: string][] = [
  ['who sponsors whom', /p\.sponsor_id IS NULL/, 'true'],
  ['what the sponsor has', /s\.reader_id = p\.sponsor_id/, 'true'],
  ['which text the sponsor has', /s\.rendition_id = a\.rendition_id/, 'true'],
];

const RECORD = 'share_record(share_difference[])';
const WEAKENED_FUNCTION: [name: string, signature: string, clause: RegExp, replacement: string][] = [
  [
    'the fall of a sponsor',
    'partner_take_along()',
    /then 'suspended' else p\.status end/,
    'then p.status else p.status end',
  ],
  [
    'the leaving of a sponsor',
    'membership_take_along()',
    /where sponsor_id = new\.partner_id/,
    'where false',
  ],
  [
    'the lowering of a sponsor',
    'partner_take_along()',
    /least\(p\.ceiling_tlp, new\.ceiling_tlp\)/,
    'p.ceiling_tlp',
  ],
  ['those below who changes', 'share_readers_below(uuid)', /or p\.sponsor_id = p_partner/, ''],
  [
    'the highest rendition first',
    'share_differences_of_shareable(uuid)',
    /a\.tlp desc, a\.classification desc/,
    'a.tlp, a.classification',
  ],
  [
    'the order of equal renditions',
    'share_differences_of_readers(uuid[], uuid)',
    /a\.classification desc, a\.ordinal/,
    'a.classification desc, a.ordinal desc',
  ],
  ['the log of drills', RECORD, /h\.is_drill = s\.is_drill/, 'not h.is_drill'],
  [
    'the numbers of the log of drills',
    RECORD,
    /partition by d\.reader_id, s\.is_drill order/,
    'partition by d.reader_id order',
  ],
  ['the quiet of what expires', RECORD, /then s\.state <> 'expired'/, 'then true'],
  ['what a grant says of its time', RECORD, /s\.state = 'expired' as is_expired/, 'false as is_expired'],
];

// Each looks through histories until one shows the fault.
jest.setTimeout(300_000);

describe('the property notices a rule without', () => {
  let bench: Workbench;
  let restore: string;

  beforeAll(async () => {
    bench = await openWorkbench();
  });
  afterEach(() => bench.superuser.query(restore));
  afterAll(() => bench.close());

  async function expectNoticed(original: string, weakened: string): Promise<void> {
    expect(weakened).not.toBe(original);
    restore = original;
    await bench.superuser.query(weakened);
    const { failed } = await fc.check(
      fc.asyncProperty(histories, (history) => live(bench, history)),
      { seed: 20_260_101, numRuns: 250, endOnFailure: true },
    );
    expect(failed).toBe(true);
  }

  async function readRule(name = 'direct_admission'): Promise<string> {
    const { rows } = await bench.superuser.query<{ view: string }>(
      `select pg_get_viewdef('${name}'::regclass) as view`,
    );
    return `create or replace view ${name} with (security_invoker = true) as ${rows[0]?.view}`;
  }

  it.each(WEAKENED_VIEW)('%s', async (_, clause, replacement) => {
    const original = await readRule();
    await expectNoticed(original, original.replace(clause, replacement));
  });

  it.each(WEAKENED_SPONSOR)('%s', async (_, clause, replacement) => {
    const original = await readRule('admission');
    await expectNoticed(original, original.replace(clause, replacement));
  });

  it.each(WEAKENED_WAY)('by way of %s: %s', async (way, _, clause, replacement) => {
    const original = await readRule();
    const ways = original.split('UNION ALL');
    const weakened = ways.map((one) =>
      one.includes(`'${way}'::text`) ? one.replace(clause, replacement) : one,
    );
    await expectNoticed(original, weakened.join('UNION ALL'));
  });

  it.each(WEAKENED_FUNCTION)('%s', async (_, signature, clause, replacement) => {
    const { rows } = await bench.superuser.query<{ text: string }>(
      `select pg_get_functiondef($1::regprocedure) as text`,
      [signature],
    );
    const original = rows[0]?.text ?? '';
    await expectNoticed(original, original.replace(clause, replacement));
  });
});
