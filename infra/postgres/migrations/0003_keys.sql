-- Data keys, wrapped by the master key, which is never in the database: one per person and one per project. The server
-- adds and reads keys; it takes one away through a function, and cannot put another in its place.

create schema vault;

create table vault.data_key (
    ledger_id    text not null,
    subject      text not null,
    wrapped      bytea,
    created_at   timestamptz not null default now(),
    destroyed_at timestamptz,
    primary key (ledger_id, subject),
    check ((wrapped is null) = (destroyed_at is not null))
) with (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0); -- a destroyed key soon leaves the file too
comment on table vault.data_key is 'One key per person and project. Without its key, what was sealed is gone for ever.';

create function vault.destroy(the_ledger text, the_subject text) returns void
    language sql security definer set search_path = pg_catalog
as $$
    insert into vault.data_key as kept (ledger_id, subject, wrapped, destroyed_at)
    values (the_ledger, the_subject, null, now())
    on conflict (ledger_id, subject) do update set wrapped = null, destroyed_at = now() where kept.wrapped is not null;
$$;
comment on function vault.destroy is 'Destroy a key for ever. A subject that never had one can never get one.';
revoke execute on function vault.destroy from public;

do $$
begin
    if exists (select from pg_roles where rolname = 'shipledger_server') then
        grant usage on schema vault to shipledger_server;
        grant select, insert on vault.data_key to shipledger_server;
        grant execute on function vault.destroy to shipledger_server;
    end if;
end
$$;
