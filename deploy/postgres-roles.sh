#!/bin/sh
# Run once by the PostgreSQL image, when it makes an empty cluster: one role owns the schema, another one serves.
# The owner may act as the server, so that a dump holds what the server's own tables hold.
set -eu

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
	--set owner_password="$SHIPLEDGER_OWNER_PASSWORD" --set server_password="$SHIPLEDGER_SERVER_PASSWORD" <<'SQL'
create role shipledger_owner login password :'owner_password';
create role shipledger_server login password :'server_password';
grant shipledger_server to shipledger_owner;
create database shipledger owner shipledger_owner;
revoke all on database shipledger from public;
grant connect, temporary on database shipledger to shipledger_server;
SQL
