import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fixtures = fileURLToPath(new URL('../fixtures/cap', import.meta.url));
const besideCheckout = fileURLToPath(new URL('../../../shared', import.meta.url));
const shared = process.env.SLT_SHARED_DIR ?? besideCheckout;

export interface XmlFile {
  name: string;
  bytes: Uint8Array;
}

/** Our own, fictional messages. */
export const conforming = filesOf(fixtures);
export const nonconforming = filesOf(join(fixtures, 'nonconforming'));

/** The public messages and the OASIS schema, which live beside the checkout and are not part of it. */
export interface Shared {
  samples: XmlFile[];
  nonconforming: XmlFile[];
  oasisSchema: string;
}

/** Skips in the open: the title and the count of skipped tests say so. */
export function describeWithShared(title: string, tests: (shared: Shared) => void): void {
  if (!existsSync(join(shared, 'standards/CAP-v1.2.xsd'))) {
    describe(title, () => {
      it.skip(`SKIPPED: no public samples and OASIS schema in ${shared} (SLT_SHARED_DIR)`, () => undefined);
    });
    return;
  }
  describe(title, () =>
    tests({
      samples: filesOf(join(shared, 'samples/cap')),
      nonconforming: filesOf(join(shared, 'samples/cap/nonconforming')),
      oasisSchema: readFileSync(join(shared, 'standards/CAP-v1.2.xsd'), 'utf8'),
    }),
  );
}

function filesOf(folder: string): XmlFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.xml'))
    .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}
