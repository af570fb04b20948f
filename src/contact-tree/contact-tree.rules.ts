import { type Fault } from '../core/problem.js';
import { type CallState } from './contact-tree.entities.js';

/** One organisation of the tree and who calls it; ids, or codes before they are looked up. */
export interface Branch {
  organisation: string;
  caller: string | null;
  alternate: string | null;
}

/** What is wrong with a tree: everybody stands in it once and is reached from its beginning. */
export function treeFaults(branches: readonly Branch[]): Fault[] {
  const at = (index: number, field: string, detail: string): Fault => ({
    pointer: `#/entries/${index}/${field}`,
    detail,
  });
  // The first of those that stand in it twice is the one that counts.
  const known = new Map(branches.toReversed().map((branch) => [branch.organisation, branch]));
  return branches.flatMap((branch, index) => {
    const { organisation, caller, alternate } = branch;
    const faults: Fault[] = [];
    if (known.get(organisation) !== branch)
      faults.push(at(index, 'organisation', 'stands in the tree twice'));
    if (caller === null && alternate !== null)
      faults.push(at(index, 'alternate', 'is for one that is called'));
    for (const [field, id] of [
      ['caller', caller],
      ['alternate', alternate],
    ] as const) {
      if (id !== null && !known.has(id)) faults.push(at(index, field, 'does not stand in the tree'));
    }
    if (alternate !== null && [organisation, caller].includes(alternate))
      faults.push(at(index, 'alternate', 'must be somebody else'));
    if (faults.length === 0 && isInCircle(branch, known))
      faults.push(at(index, 'caller', 'leads in a circle, which nobody begins'));
    return faults;
  });
}

function isInCircle(branch: Branch, known: ReadonlyMap<string, Branch>): boolean {
  const passed = new Set<string>();
  for (let one: Branch | undefined = branch; one !== undefined; one = known.get(one.caller ?? '')) {
    if (passed.has(one.organisation)) return true;
    passed.add(one.organisation);
  }
  return false;
}

/** Who may say what of a call, and from what: `itself` is the organisation that was called. */
export const CALLS = {
  reached: { from: ['pending', 'unreached'], by: ['itself', 'caller', 'alternate'] },
  unreached: { from: ['pending'], by: ['caller', 'alternate'] },
} as const satisfies Record<
  string,
  { from: readonly CallState[]; by: readonly ('itself' | 'caller' | 'alternate')[] }
>;
export const CALL_OUTCOMES = ['reached', 'unreached'] as const satisfies readonly (keyof typeof CALLS)[];
export type CallOutcome = (typeof CALL_OUTCOMES)[number];
