import { once } from 'node:events';

export default async function globalTeardown(): Promise<void> {
  const child = globalThis.databaseServer;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.stdin?.end();
  const [code] = (await exited) as [number | null];
  if (code !== 0)
    throw new Error(`The database server of the tests did not stop cleanly (exit code ${code}).`);
}
