export interface Load {
  perSecond: number;
  p50: number;
  p95: number;
  p99: number;
  bytes: number;
  statuses: Record<string, number>;
}

export interface Row {
  what: string;
  loads: Load[];
  /** Measured in the same run; the figure is then a ratio. */
  against?: Load[];
  /** Ratio, or requests per second where there is nothing to hold against. */
  target: number;
  /** Milliseconds. */
  targetP95?: number;
}

/** Medians, because the machine is never quiet. */
export function report(
  rows: Row[],
  size: { alerts: number; partners: number; arrangements: number; readable: number },
): string {
  const lines = rows.map((row) => {
    const mine = median(row.loads.map((load) => load.perSecond));
    const p95 = median(row.loads.map((load) => load.p95));
    const yardstick = row.against && median(row.against.map((load) => load.perSecond));
    const figure = yardstick === undefined ? mine : mine / yardstick;
    const met = figure >= row.target && (row.targetP95 === undefined || p95 < row.targetP95);
    return [
      row.what.padEnd(44),
      `${mine.toFixed(0)}/s`.padStart(8),
      yardstick === undefined ? ''.padStart(16) : `bare ${yardstick.toFixed(0)}/s`.padStart(16),
      (yardstick === undefined ? '' : `${figure.toFixed(2)} ×`).padStart(8),
      `target ${row.target}${yardstick === undefined ? '/s' : ' ×'}`.padStart(14),
      `p95 ${p95.toFixed(1)} ms`.padStart(14),
      met ? '  met' : '  MISSED',
      `  ${JSON.stringify(row.loads[0]?.statuses)} ${row.loads[0]?.bytes} bytes`,
    ].join(' ');
  });
  return [
    `${size.alerts} alerts, ${size.partners} partners, ${size.arrangements} arrangements; the reader may see ${size.readable}`,
    ...lines,
  ].join('\n');
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
