-- checkpoints: how far the projections of a group are, on every ledger
select ledger_id, projection, version, position, status from checkpoint where projection = any ($1);

-- add_checkpoints: begin projections that a ledger does not have yet
insert into checkpoint (ledger_id, projection, version, status)
select $1, p.name, p.version, 'building' from unnest($2::text[], $3::integer[]) p (name, version)
on conflict do nothing;

-- advance: move checkpoints, each from the position where this projector knows it to be; answers those that moved
update checkpoint c
set position = t.target, status = t.status, error = null, updated_at = clock_timestamp()
from unnest($1::text[], $2::text[], $3::integer[], $4::bigint[], $5::bigint[], $6::text[])
     t (ledger_id, projection, version, origin, target, status)
where c.ledger_id = t.ledger_id and c.projection = t.projection and c.version = t.version
  and c.position = t.origin and c.status <> 'parked'
returning c.ledger_id;

-- park: stop one projection of one ledger before the event that it could not fold
update checkpoint set status = 'parked', error = $4, updated_at = clock_timestamp()
where ledger_id = $1 and projection = $2 and version = $3;

-- unpark: let a projection try again from where it stands
update checkpoint set status = 'building', error = null, updated_at = clock_timestamp()
where projection = $1 and status = 'parked' and ($2::text is null or ledger_id = $2);

-- status: every checkpoint with how far behind its ledger's head it is
select c.ledger_id, c.projection, c.version, c.position, c.status, c.error, c.updated_at, l.position as head
from checkpoint c join ledger.ledger l using (ledger_id)
order by c.ledger_id, c.projection, c.version;

-- lock_checkpoint: hold one checkpoint where it is until the end of the transaction
select position, status from checkpoint where ledger_id = $1 and projection = $2 and version = $3 for update;

-- swap_checkpoint: the rebuilt rows are in place
update checkpoint set position = $4, status = 'live', error = null, updated_at = clock_timestamp()
where ledger_id = $1 and projection = $2 and version = $3;

-- is_there: whether a table exists in the current schema
select to_regclass(quote_ident(current_schema()) || '.' || quote_ident($1)) is not null;

-- changes: when the read models of each ledger last moved
select ledger_id, max(updated_at) as changed_at from checkpoint group by ledger_id;
