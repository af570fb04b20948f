import fc from 'fast-check';
import { select } from '../../../src/delivery/bundles/bundle-selection.js';
import { type ChangeRow } from '../../../src/sharing/sharing.service.js';

const row = (position: number, id: string, change: ChangeRow['change'], version: number): ChangeRow => ({
  position: String(position),
  shareable_id: id,
  change,
  version,
  alarm: true,
  type: 'alert',
  at: new Date(0),
});

describe('what goes into one bundle', () => {
  it('is each alert once, by its latest change', () => {
    const rows = [row(1, 'a', 'published', 1), row(2, 'b', 'published', 1), row(3, 'a', 'updated', 2)];
    expect(select(rows, new Set(['a', 'b']), 3n, 10)).toEqual({
      alerts: ['b', 'a'],
      gone: [],
      until: 3n,
      isComplete: true,
    });
  });

  it('tells of the loss of what may have been here, and not of what is new elsewhere', () => {
    const rows = [
      row(1, 'new elsewhere', 'published', 1),
      row(2, 'lost', 'withdrawn', 2),
      row(3, 'went elsewhere', 'updated', 2),
    ];
    expect(select(rows, new Set(), 3n, 10).gone).toEqual(['lost', 'went elsewhere']);
  });

  it('is complete only where the log was told to its end', () => {
    expect(select([row(4, 'a', 'published', 1)], new Set(), undefined, 10)).toMatchObject({
      until: 4n,
      isComplete: false,
    });
    expect(select([], new Set(), 9n, 10)).toMatchObject({ until: 9n, isComplete: true });
  });

  it('taken part by part, leaves each reader with exactly what it has, however long the parts are', () => {
    const entry = fc.record({
      object: fc.integer({ min: 0, max: 8 }),
      isHere: fc.boolean(),
      isLost: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 20 }),
        (entries, most, entriesMost) => {
          const versions = new Map<string, number>();
          const here = new Map<string, boolean>();
          const log = entries.map(({ object, isHere, isLost }, place) => {
            const id = String(object);
            const version = (versions.get(id) ?? 0) + 1;
            versions.set(id, version);
            here.set(id, isHere && !isLost);
            return row(
              place + 1,
              id,
              isLost ? 'withdrawn' : version === 1 ? 'published' : 'updated',
              version,
            );
          });
          const held = new Set([...here].flatMap(([id, isHeld]) => (isHeld ? [id] : [])));
          // What an earlier bundle said of anything.
          const holder = new Set(versions.keys());
          let [after, isComplete, rounds] = [0, false, 0];
          while (!isComplete && rounds++ < 100) {
            const part = log.slice(after, after + entriesMost);
            const end = part.length < entriesMost ? BigInt(log.length) : undefined;
            const selection = select(part, held, end, most);
            expect(selection.alerts.length).toBeLessThanOrEqual(most);
            for (const id of selection.gone) holder.delete(id);
            for (const id of selection.alerts) holder.add(id);
            [after, isComplete] = [Number(selection.until), selection.isComplete];
          }
          const changed = [...holder].filter((id) => (versions.get(id) ?? 0) > 1 || held.has(id)).sort();
          expect([isComplete, changed]).toEqual([true, [...held].sort()]);
        },
      ),
    );
  });
});
