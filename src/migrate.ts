import { readConfig } from './core/config.js';
import { prepareRoles } from './core/database-roles.js';
import { migrate } from './core/migrate.js';

/** `npm run migrate`: for deployments in which the service does not get the credentials of the database's owner. */
try {
  const { databaseUrl, backgroundDatabaseUrl, migrationDatabaseUrl } = readConfig();
  if (!databaseUrl || !backgroundDatabaseUrl || !migrationDatabaseUrl) {
    throw new Error(
      'MIGRATION_DATABASE_URL, and the DATABASE_URL and BACKGROUND_DATABASE_URL that the service will have, are needed.',
    );
  }
  await prepareRoles(migrationDatabaseUrl, databaseUrl, backgroundDatabaseUrl);
  await migrate(migrationDatabaseUrl);
  process.stdout.write('The database is up to date.\n');
} catch (error) {
  const { message, errors = [] } = error as Error & { errors?: Error[] };
  process.stderr.write(`Not migrated. ${message || errors.map((one) => one.message).join('; ')}\n`);
  process.exitCode = 1;
}
