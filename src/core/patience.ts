import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 20_000;
const PAUSE_MS = 500;

/**
 * Tries again for up to 20 s what could not be done now: for a service that starts while its database, or the machine
 * that they share, is busy.
 * @param isTemporary whether it is worth another try
 */
export async function patiently<T>(
  work: () => Promise<T>,
  isTemporary: (error: unknown) => boolean,
): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isTemporary(error) || performance.now() > until) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
