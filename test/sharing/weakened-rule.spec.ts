import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
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
  ['the exclusions', /p\.id <> ALL \(t\.audience_except\)/g, 'true'],
  ['private sector and donors', /p\.kind <> ALL \(ARRAY\['private_sector'::text, 'donor'::text\]\)/g, 'true'],
  ['the beginning and end of memberships', /m\.state = 'current'::text/g, 'true'],
  ['retired renditions', /r\.is_current AND/g, 'true AND'],
  ['the arrangements of a narrowed client', /m\.arrangement_id = ANY \(rd\.arrangement_ids\)/g, 'true'],
];

const WEAKENED_FUNCTION: [name: string, signature: string, clause: RegExp, replacement: string][] = [
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
];

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

  it.each(WEAKENED_VIEW)('%s', async (_, clause, replacement) => {
    const rows = await bench.superuser.query<{ view: string }>(
      `select pg_get_viewdef('admission'::regclass) as view`,
    );
    const original = `create or replace view admission with (security_invoker = true) as ${rows.rows[0]?.view}`;
    await expectNoticed(original, original.replace(clause, replacement));
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
