-- head: the end of one ledger
select ledger_id, log_id, position, chain, recorded_at from ledger.ledger where ledger_id = $1;

-- heads: the end of every ledger
select ledger_id, log_id, position, chain, recorded_at from ledger.ledger order by ledger_id;

-- positions: how far every ledger is
select ledger_id, position from ledger.ledger;

-- epochs: which log ids the leaves of a ledger were made with
select first_position, log_id from ledger.epoch where ledger_id = $1 order by first_position;

-- create_ledger: make a ledger unless it is there
select ledger.create_ledger($1, $2, $3);

-- receipt: what a command key was answered with
select position, events, fingerprint, result from ledger.receipt where ledger_id = $1 and command_key = $2;

-- page: events after a position, in order
select ledger_id, position, stream_id, version, type, schema, recorded_at, occurred_at, project_id, metadata,
       payload_digest, leaf, chain, salt, data, retention
from ledger.event
where ledger_id = $1 and position > $2 and position <= $3
order by position limit $4;

-- filtered_page: events after a position that match a filter; null filters nothing
select ledger_id, position, stream_id, version, type, schema, recorded_at, occurred_at, project_id, metadata,
       payload_digest, leaf, chain, salt, data, retention
from ledger.event
where ledger_id = $1 and position > $2 and position <= $3
  and ($5::text[] is null or type like any ($5))
  and ($6::text is null or stream_id = $6)
  and ($7::text is null or project_id = $7)
  and ($8::text is null or convert_from(metadata, 'UTF8')::jsonb ->> 'correlationId' = $8)
order by position limit $4;

-- stream: the events of one stream above a version
select ledger_id, position, stream_id, version, type, schema, recorded_at, occurred_at, project_id, metadata,
       payload_digest, leaf, chain, salt, data, retention
from ledger.event
where ledger_id = $1 and stream_id = $2 and version > $3
order by version;

-- versions: the current version of each stream
select s.id, coalesce(v.version, 0) as version
from unnest($2::text[]) s (id)
left join lateral (
    select e.version from ledger.event e where e.ledger_id = $1 and e.stream_id = s.id order by e.version desc limit 1
) v on true;

-- leaves: leaf hashes of a range of positions
select leaf from ledger.event where ledger_id = $1 and position between $2 and $3 order by position;

-- claim: who holds a value of a ledger
select subject from ledger.claim where ledger_id = $1 and scope = $2 and value_hash = $3;

-- look_up: who holds a value that is unique across tenants
select ledger_id, subject from ledger.directory where scope = $1 and value_hash = $2;

-- types_after: which kinds of events came after a position
select position, type from ledger.event where ledger_id = $1 and position > $2 order by position limit 10000;
