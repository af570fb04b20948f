import { createHmac } from 'node:crypto';
import pg from 'pg';

/**
 * Roles of the runtime: `slt_service` serves requests, `slt_background` works by itself, `slt_engine` owns the sharing
 * rule's functions and never logs in. None owns a table, none bypasses row-level security.
 */
const ROLES = ['slt_service', 'slt_background', 'slt_engine'] as const;

const quote = (identifier: string): string => pg.escapeIdentifier(identifier);

export interface RuntimeUrls {
  serviceUrl: string;
  backgroundUrl: string;
}

/**
 * Makes the roles where they are missing and lets the login roles of the two addresses be members of theirs.
 * Without a background address, a login role `slt_background_login` is made whose password follows from the owner's.
 * The owner needs CREATEROLE for whatever is missing.
 */
export async function prepareRoles(
  ownerUrl: string,
  serviceUrl: string,
  backgroundUrl: string | undefined,
): Promise<RuntimeUrls> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    // Roles belong to the whole server: two services starting on two databases must not trip over each other.
    await client.query(`begin; select pg_advisory_xact_lock(hashtextextended('slt roles', 0))`);
    const { rows } = await client.query<{ rolname: string }>(`select rolname from pg_roles`);
    const present = new Set(rows.map((row) => row.rolname));
    for (const role of ROLES) if (!present.has(role)) await client.query(`create role ${role} nologin`);
    await grantUnlessHeld(client, 'slt_engine', new URL(ownerUrl));

    const derived = backgroundUrl ?? derivedBackgroundUrl(serviceUrl, ownerUrl);
    if (backgroundUrl === undefined) await ensureLogin(client, present, derived);
    for (const [role, url] of [
      ['slt_service', serviceUrl],
      ['slt_background', derived],
    ] as const) {
      await grantUnlessHeld(client, role, new URL(url));
    }
    await client.query('commit');
    return { serviceUrl, backgroundUrl: derived };
  } finally {
    await client.end();
  }
}

/** An owner who finds everything prepared by an administrator needs no rights over roles. */
async function grantUnlessHeld(client: pg.Client, role: string, login: URL): Promise<void> {
  const name = decodeURIComponent(login.username);
  const { rows } = await client.query<{ held: boolean }>(`select pg_has_role($1, $2, 'member') as held`, [
    name,
    role,
  ]);
  if (rows[0]?.held !== true) await client.query(`grant ${role} to ${quote(name)}`);
}

async function ensureLogin(client: pg.Client, present: ReadonlySet<string>, url: string): Promise<void> {
  const { username, password } = new URL(url);
  const verb = present.has(username) ? 'alter' : 'create';
  await client.query(`${verb} role ${quote(username)} login password ${pg.escapeLiteral(password)}`);
}

/** The same in every process that knows the owner's password, and of no use for finding that out. */
function derivedBackgroundUrl(serviceUrl: string, ownerUrl: string): string {
  const owner = new URL(ownerUrl);
  const url = new URL(serviceUrl);
  url.username = 'slt_background_login';
  url.password = createHmac('sha256', decodeURIComponent(owner.password))
    .update('slt_background')
    .digest('hex');
  return url.toString();
}

/**
 * Makes database and login roles in a server of our own, the embedded one or that of the tests.
 * @returns the addresses of owner, service and background role on that database.
 */
export async function createDatabase(
  superuserUrl: string,
  database: string,
): Promise<RuntimeUrls & { ownerUrl: string }> {
  const superuser = new URL(superuserUrl);
  const password = (role: string): string =>
    createHmac('sha256', decodeURIComponent(superuser.password)).update(role).digest('hex');
  const urlOf = (role: string): string => {
    const url = new URL(superuserUrl);
    url.username = role;
    url.password = password(role);
    url.pathname = `/${database}`;
    return url.toString();
  };
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ rolname: string }>(`select rolname from pg_roles`);
    const present = new Set(rows.map((row) => row.rolname));
    const logins = { slt_owner: 'login createrole', slt_service: 'login', slt_background: 'login' };
    for (const [role, attributes] of Object.entries(logins)) {
      const verb = present.has(role) ? 'alter' : 'create';
      await client.query(`${verb} role ${role} ${attributes} password ${pg.escapeLiteral(password(role))}`);
    }
    if (!present.has('slt_engine')) await client.query('create role slt_engine nologin');
    await client.query('grant slt_engine to slt_owner');
    const existing = await client.query('select from pg_database where datname = $1', [database]);
    if (existing.rowCount === 0) await client.query(`create database ${quote(database)} owner slt_owner`);
  } finally {
    await client.end();
  }
  return {
    ownerUrl: urlOf('slt_owner'),
    serviceUrl: urlOf('slt_service'),
    backgroundUrl: urlOf('slt_background'),
  };
}
