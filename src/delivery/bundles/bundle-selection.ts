import { type ChangeRow } from '../../sharing/sharing.service.js';

/** What of a log goes into one bundle. */
export interface Selection {
  /** Ids of alerts, in the order of their latest change. */
  alerts: string[];
  gone: string[];
  /** Position until which the log was told. */
  until: bigint;
  isComplete: boolean;
}

/**
 * @param rows of the reader's log, in order; each object counts by its latest
 * @param held which of these the reader has now and are of the arrangement
 * @param end where the log ends, or, where there is more of it than `rows`, undefined
 * @param most alerts in one bundle
 */
export function select(
  rows: ChangeRow[],
  held: ReadonlySet<string>,
  end: bigint | undefined,
  most: number,
): Selection {
  const latest = new Map(rows.map((row) => [row.shareable_id, row.position]));
  const [alerts, gone]: [string[], string[]] = [[], []];
  let until: bigint | undefined;
  for (const row of rows) {
    if (latest.get(row.shareable_id) === row.position) {
      if (held.has(row.shareable_id)) {
        if (alerts.length === most) return { alerts, gone, until: until ?? 0n, isComplete: false };
        alerts.push(row.shareable_id);
      } else if (row.change === 'withdrawn' || row.version > 1) {
        // Where it stood before is not known any more: it may have been here.
        gone.push(row.shareable_id);
      }
    }
    until = BigInt(row.position);
  }
  return { alerts, gone, until: end ?? until ?? 0n, isComplete: end !== undefined };
}
