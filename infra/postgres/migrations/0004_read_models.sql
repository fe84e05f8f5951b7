-- How far each read model is. A projection's own tables are made by the server, beside these, when it first meets them.

create table read.checkpoint (
    ledger_id  text not null,
    projection text not null,
    version    integer not null,
    position   bigint not null default 0,
    status     text not null check (status in ('building', 'live', 'parked')),
    error      text,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (ledger_id, projection, version)
) with (fillfactor = 50);
comment on table read.checkpoint is
    'live: answers queries. building: not level yet. parked: the event after this position could not be folded.';

do $$
begin
    if exists (select from pg_roles where rolname = 'shipledger_server') then
        grant all on read.checkpoint to shipledger_server;
    end if;
end
$$;
