#!/bin/sh
# Prepares a PostgreSQL server for the service: database, owner, and the roles of the runtime, none of which owns
# anything or bypasses row-level security. The PostgreSQL image runs it once, on an empty volume; on a server of one's
# own, run it as superuser with PGHOST and the like set, and with both password files named.
set -eu

owner_password=$(cat "${SLT_OWNER_PASSWORD_FILE:-/run/secrets/owner-password}")
service_password=$(cat "${SLT_SERVICE_PASSWORD_FILE:-/run/secrets/service-password}")
for password in "$owner_password" "$service_password"; do
  [ ${#password} -ge 16 ] || { echo 'The passwords must have at least 16 characters.' >&2; exit 1; }
done

# The passwords go in through the environment of psql, since arguments can be seen by every user of the machine.
owner_password="$owner_password" service_password="$service_password" \
  psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres <<'SQL'
\getenv owner_password owner_password
\getenv service_password service_password
-- Not to be found in the server's log, should it be set to log statements.
set log_statement = 'none';
set log_min_duration_statement = -1;
create role slt_engine nologin;
create role slt_owner login password :'owner_password';
create role slt_service login password :'service_password';
create role slt_background login password :'service_password';
grant slt_engine to slt_owner;
create database slt owner slt_owner;
revoke all on database slt from public;
grant connect on database slt to slt_service, slt_background;
SQL
