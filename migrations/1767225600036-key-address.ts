import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Where the public keys of a client are to be found, for those who publish them themselves. */
export class KeyAddress1767225600036 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table client add column jwks_uri text;
      alter table client drop constraint client_authentication_check;
      alter table client add constraint client_authentication_check check (
        (authentication = 'client_secret' and secret_hash is not null and jwks is null and jwks_uri is null)
        or (authentication = 'private_key_jwt' and secret_hash is null and num_nonnulls(jwks, jwks_uri) = 1));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    // Without its keys such a client is none: it keeps its row, and nobody can prove to be it.
    await runner.query(`
      alter table client no force row level security;
      update client set jwks = '{"keys": []}', revoked_at = coalesce(revoked_at, now()) where jwks_uri is not null;
      alter table client force row level security;
      alter table client drop constraint client_authentication_check;
      alter table client drop column jwks_uri;
      alter table client add constraint client_authentication_check check (
        (authentication = 'client_secret' and secret_hash is not null and jwks is null)
        or (authentication = 'private_key_jwt' and secret_hash is null and jwks is not null));
    `);
  }
}
