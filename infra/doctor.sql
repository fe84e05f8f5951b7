-- server: what the server is and how it keeps its word
select current_setting('server_version') as version, current_setting('server_version_num')::integer / 10000 as major,
       current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
       current_setting('synchronous_commit') as synchronous_commit;

-- has_log: whether the database was ever migrated
select to_regclass('ledger.event') is not null;

-- migrations: what was applied
select name, sha256 from ledger.migration order by number;

-- own_tables: tables of the log and of the keys that our role could change by itself
select c.oid::regclass::text as name
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('ledger', 'vault') and c.relkind in ('r', 'p') and pg_has_role(current_user, c.relowner, 'member')
order by name;

-- triggers: the triggers on the log that are switched on
select tgname as name from pg_trigger
where not tgisinternal and tgenabled in ('O', 'A')
  and tgrelid = any (array['ledger.event'::regclass, 'ledger.tile'::regclass]);

-- untrue_heads: ledgers whose head is not their last event
select l.ledger_id, l.position, coalesce(e.position, 0) as last
from ledger.ledger l
left join lateral (
    select position, chain from ledger.event ev where ev.ledger_id = l.ledger_id order by position desc limit 1
) e on true
where l.position <> coalesce(e.position, 0) or (e.chain is not null and l.chain <> e.chain);

-- some_key: a data key to try the master key on
select ledger_id, subject from vault.data_key where wrapped is not null limit 1;
