-- Two schemas with different guardians. `ledger` belongs to the owner: the server reads it and calls its functions,
-- and cannot change a row by itself. In `read` the server makes, fills and drops the tables of its read models.
-- A database with one role for everything has no role `shipledger_server`, and there is nobody to grant to.

create schema read;

do $$
begin
    if exists (select from pg_roles where rolname = 'shipledger_server') then
        grant usage on schema ledger to shipledger_server;
        grant select on ledger.migration to shipledger_server;
        alter default privileges in schema ledger grant select on tables to shipledger_server;
        alter default privileges in schema ledger grant select on sequences to shipledger_server;
        alter default privileges in schema ledger grant execute on functions to shipledger_server;
        grant usage, create on schema read to shipledger_server;
        alter default privileges in schema read grant all on tables to shipledger_server;
        alter default privileges in schema read grant all on sequences to shipledger_server;
    end if;
end
$$;
