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

-- free_names_of_forgotten: what somebody without a key held alone, such as a user name, can be taken again
delete from ledger.directory d using vault.data_key k
where k.ledger_id = d.ledger_id and k.subject = d.subject and k.destroyed_at is not null;

-- forgotten_unsaid: whose key is destroyed without the ledger saying so, since it was forgotten after the backup
select ledger_id, subject from vault.data_key k
where destroyed_at is not null and not exists (
    select from ledger.event e
    where e.ledger_id = k.ledger_id and e.stream_id = k.subject and e.type = 'person.forgotten'
)
order by ledger_id, subject;

-- drop_keys_aside: the keys that were set aside are in their place
drop schema if exists vault_aside cascade;

-- heads: the end of every ledger
select ledger_id, log_id, position from ledger.ledger order by ledger_id;

-- begin_epoch: go on under a new log id
select ledger.begin_epoch($1, $2);
