-- migrations: how many migrations the database has
select count(*) from ledger.migration;

-- has_log: whether there is a log
select to_regclass('ledger.event') is not null;

-- has_events: whether anything ever happened
select exists (select from ledger.event);

-- clear: take away everything but the keys, which a restore that broke off may have set aside before
do $$
begin
    if exists (select from pg_namespace where nspname = 'vault_aside') then
        drop schema if exists vault cascade;
    elsif exists (select from pg_namespace where nspname = 'vault') then
        alter schema vault rename to vault_aside;
    end if;
    drop schema if exists read cascade;
    drop schema if exists ledger cascade;
end
$$;

-- has_keys_aside: whether keys were set aside
select to_regclass('vault_aside.data_key') is not null;

-- put_keys_aside_back: bring back the keys that were set aside
insert into vault.data_key (ledger_id, subject, wrapped, created_at, destroyed_at)
select ledger_id, subject, wrapped, created_at, destroyed_at from vault_aside.data_key;

-- put_key: add a key, or learn that it was destroyed
insert into vault.data_key as kept (ledger_id, subject, wrapped, created_at, destroyed_at) values ($1, $2, $3, $4, $5)
on conflict (ledger_id, subject) do update set wrapped = null, destroyed_at = excluded.destroyed_at
where excluded.destroyed_at is not null and kept.destroyed_at is null;

-- destroy_keys_of_forgotten: nobody whom the log calls forgotten has a key
select vault.destroy(ledger_id, stream_id) from ledger.event where type = 'person.forgotten';

-- drop_keys_aside: the keys that were set aside are in their place
drop schema if exists vault_aside cascade;

-- heads: the end of every ledger
select ledger_id, log_id, position from ledger.ledger order by ledger_id;

-- begin_epoch: go on under a new log id
select ledger.begin_epoch($1, $2);
