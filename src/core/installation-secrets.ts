import { randomBytes } from 'node:crypto';
import { type Database, type Tx } from './database.js';
import { patiently } from './patience.js';
import { Problem } from './problem.js';

/** A secret that all processes of this installation share, made by whichever needs it first. */
export async function installationSecret(database: Database, name: string): Promise<Buffer> {
  return patiently(
    () => database.asSystem((tx) => findOrMake(tx, name)),
    (error) => error instanceof Problem && error.type === 'unavailable',
  );
}

async function findOrMake(tx: Tx, name: string): Promise<Buffer> {
  await tx.query(
    `insert into installation_secret (name, value) values ($1, $2) on conflict (name) do nothing`,
    [name, randomBytes(32)],
  );
  const [row]: { value: Buffer }[] = await tx.query(`select value from installation_secret where name = $1`, [
    name,
  ]);
  if (row === undefined) throw new Error(`the secret ${name} could not be kept`);
  return row.value;
}
