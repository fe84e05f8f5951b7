-- The event log. Every key begins with the ledger, so that a distributed PostgreSQL can spread tenants.

create table ledger.ledger (
    ledger_id   text primary key,
    tenant_id   text not null,
    log_id      uuid not null,
    position    bigint not null default 0,
    chain       bytea not null default decode(repeat('00', 32), 'hex'),
    recorded_at timestamptz not null default '-infinity'
) with (fillfactor = 10);
comment on table ledger.ledger is 'The head of each ledger: its lock, counter, hash chain and clock.';

create table ledger.epoch (
    ledger_id      text not null references ledger.ledger,
    first_position bigint not null,
    log_id         uuid not null,
    primary key (ledger_id, first_position)
);
comment on table ledger.epoch is 'Which log id the leaves from a position on were made with.';

create table ledger.event (
    ledger_id      text not null,
    position       bigint not null,
    stream_id      text not null,
    version        bigint not null,
    type           text not null,
    schema         integer not null,
    recorded_at    timestamptz not null,
    occurred_at    timestamptz not null,
    project_id     text not null,
    metadata       bytea not null,
    payload_digest bytea not null,
    leaf           bytea not null,
    chain          bytea not null,
    salt           bytea,
    data           bytea,
    retention      smallint not null,
    primary key (ledger_id, position),
    unique (ledger_id, stream_id, version)
);
create index event_by_project on ledger.event (ledger_id, project_id, position) where project_id <> '';
create index event_by_retention on ledger.event (ledger_id, retention, position) where retention > 0 and data is not null;

create table ledger.receipt (
    ledger_id   text not null,
    command_key bytea not null,
    position    bigint not null,
    events      integer not null,
    fingerprint bytea not null,
    result      bytea not null,
    expires_at  timestamptz not null,
    primary key (ledger_id, command_key)
);
create index receipt_by_expiry on ledger.receipt using brin (expires_at);

create table ledger.claim (
    ledger_id  text not null,
    scope      text not null,
    value_hash bytea not null,
    subject    text not null,
    primary key (ledger_id, scope, value_hash)
);
comment on table ledger.claim is 'Unique values of a ledger, as keyed hashes; rebuildable from events.';

create table ledger.directory (
    scope      text not null,
    value_hash bytea not null,
    ledger_id  text not null,
    subject    text not null,
    primary key (scope, value_hash)
);
comment on table ledger.directory is 'Values unique across tenants; answers where no tenant is known yet.';

create table ledger.sequence (
    ledger_id text not null,
    name      text not null,
    value     bigint not null,
    primary key (ledger_id, name)
) with (fillfactor = 50);

create table ledger.legal_hold (
    ledger_id  text not null,
    stream_id  text not null default '',
    project_id text not null default '',
    reason     text not null,
    placed_at  timestamptz not null default clock_timestamp(),
    primary key (ledger_id, stream_id, project_id)
);
comment on table ledger.legal_hold is 'What no retention rule may empty: a stream, a project, or (both empty) the whole ledger.';

create view ledger.event_json as
select ledger_id, position, stream_id, version, type, schema, recorded_at, occurred_at, project_id,
       convert_from(metadata, 'UTF8')::jsonb as metadata, convert_from(data, 'UTF8')::jsonb as data
from ledger.event;
comment on view ledger.event_json is 'The log as an operator reads it.';

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the event log is append-only: % refused', tg_op using errcode = 'restrict_violation';
end
$$;

create function ledger.allow_only_expiry() returns trigger language plpgsql as $$
begin
    if current_setting('shipledger.expiring', true) is distinct from 'yes'
       or new.salt is not null or new.data is not null
       or (to_jsonb(new) - 'salt' - 'data') is distinct from (to_jsonb(old) - 'salt' - 'data') then
        raise exception 'the event log is append-only: UPDATE refused' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;

create trigger event_is_not_updated before update on ledger.event
    for each row execute function ledger.allow_only_expiry();
create trigger event_is_not_deleted before delete on ledger.event
    for each statement execute function ledger.refuse_change();
create trigger event_is_not_truncated before truncate on ledger.event
    for each statement execute function ledger.refuse_change();

-- Make a ledger. Idempotent.
create function ledger.create_ledger(p_ledger_id text, p_tenant_id text, p_log_id uuid) returns void
language plpgsql security definer set search_path = ledger, pg_temp as $$
begin
    insert into ledger (ledger_id, tenant_id, log_id) values (p_ledger_id, p_tenant_id, p_log_id)
    on conflict (ledger_id) do nothing;
    if found then
        insert into epoch (ledger_id, first_position, log_id) values (p_ledger_id, 1, p_log_id);
    end if;
end
$$;

-- Begin a new epoch after a restore: cursors and proofs of the old log no longer count.
create function ledger.begin_epoch(p_ledger_id text, p_log_id uuid) returns bigint
language plpgsql security definer set search_path = ledger, pg_temp as $$
declare
    head bigint;
begin
    update ledger set log_id = p_log_id where ledger_id = p_ledger_id returning position into strict head;
    insert into epoch (ledger_id, first_position, log_id) values (p_ledger_id, head + 1, p_log_id)
    on conflict (ledger_id, first_position) do update set log_id = excluded.log_id;
    return head;
end
$$;

-- Reserve `p_count[i]` numbers of sequence (p_ledger[i], p_name[i]); answers the last number of each, in order.
-- The caller sorts and merges the names, so that two callers lock rows in one order.
create function ledger.take_numbers(p_ledger text[], p_name text[], p_count integer[]) returns bigint[]
language plpgsql security definer set search_path = ledger, pg_temp set enable_seqscan = off as $$
declare
    last_numbers bigint[] := '{}';
    last_number  bigint;
begin
    for i in 1 .. cardinality(p_name) loop
        insert into sequence as s (ledger_id, name, value) values (p_ledger[i], p_name[i], p_count[i])
        on conflict (ledger_id, name) do update set value = s.value + excluded.value
        returning value into last_number;
        last_numbers := last_numbers || last_number;
    end loop;
    return last_numbers;
end
$$;

-- Raise a sequence to at least a value: an import or a rebuild sets it to the highest number found.
create function ledger.raise_number(p_ledger_id text, p_name text, p_value bigint) returns void
language sql security definer set search_path = ledger, pg_temp as $$
    insert into sequence as s (ledger_id, name, value) values (p_ledger_id, p_name, p_value)
    on conflict (ledger_id, name) do update set value = greatest(s.value, excluded.value);
$$;

-- Append the commands of one batch in order, each whole or not at all.
--
-- Arrays with the same prefix belong together, one element each:
--   p_ledger   the ledgers of the batch, sorted (so heads are locked in one order)
--   c_*        a command: index into p_ledger, key, fingerprint, result, expiry of its receipt
--   s_*        a stream that is read or written: index into p_ledger, id
--   x_*        what a command expects: indexes of command and stream, version
--   d_*        a unique value: ledger ('' = unique across tenants), scope, hash
--   k_*        what a command does to a unique value: indexes of command and value, subject, release or take
--   e_*        an event: indexes of command and stream, version (0: the next), columns, the position-independent parts
--              of its leaf's entry
-- x, k and e are in the order of their commands.
--
-- Answers for each command: outcome (0 appended, 1 replayed, 2 version conflict, 3 value taken, 4 key used with another
-- fingerprint), the position of its last event, how many events, the kept result of a replay, and for outcome 2 or 3 the
-- index of the stream or value. A refused command fails alone and burns no position.
--
-- Sequential scans are off because the plans are cached, perhaps while the tables were still empty.
create function ledger.append_batch(
    p_ledger text[],
    c_ledger integer[], c_key bytea[], c_fingerprint bytea[], c_result bytea[], c_expires timestamptz[],
    s_ledger integer[], s_stream text[],
    x_command integer[], x_stream integer[], x_version bigint[],
    d_ledger text[], d_scope text[], d_hash bytea[],
    k_command integer[], k_value integer[], k_subject text[], k_release boolean[],
    e_command integer[], e_stream integer[], e_version bigint[], e_type text[], e_schema integer[],
    e_occurred timestamptz[], e_project text[], e_metadata bytea[], e_digest bytea[], e_salt bytea[], e_data bytea[],
    e_retention smallint[], e_after_position bytea[], e_after_version bytea[], e_after_recorded bytea[],
    out outcome integer[], out last_position bigint[], out event_count integer[], out kept_result bytea[],
    out culprit integer[]
)
language plpgsql security definer
set search_path = ledger, pg_temp set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare
    commands  constant integer := cardinality(c_key);
    events    constant integer := cardinality(e_type);
    heads     bigint[] := array_fill(0::bigint, array[cardinality(p_ledger)]);
    starts    bigint[];
    chains    bytea[] := array_fill(null::bytea, array[cardinality(p_ledger)]);
    clocks    timestamptz[] := array_fill(null::timestamptz, array[cardinality(p_ledger)]);
    clock_us  bytea[] := array_fill(null::bytea, array[cardinality(p_ledger)]);
    prefixes  bytea[] := array_fill(null::bytea, array[cardinality(p_ledger)]);
    versions  bigint[];
    holders   text[] := '{}';
    held      text[] := '{}';
    homes     text[] := '{}';
    positions bigint[] := array_fill(null::bigint, array[events]);
    leaves    bytea[] := array_fill(null::bytea, array[events]);
    links     bytea[] := array_fill(null::bytea, array[events]);
    x integer := 1;
    k integer := 1;
    e integer := 1;
    first_x integer;
    first_k integer;
    l integer;
    s integer;
    found_row record;
    position_now bigint;
    chain_now bytea;
    leaf_now bytea;
begin
    outcome := array_fill(0, array[commands]);
    last_position := array_fill(0::bigint, array[commands]);
    event_count := array_fill(0, array[commands]);
    kept_result := array_fill(null::bytea, array[commands]);
    culprit := array_fill(0, array[commands]);

    for i in 1 .. cardinality(p_ledger) loop
        select h.position, h.chain, greatest(h.recorded_at, clock_timestamp()) as recorded_at, h.log_id into strict found_row
        from ledger h where h.ledger_id = p_ledger[i] for update;
        heads[i] := found_row.position;
        chains[i] := found_row.chain;
        clocks[i] := found_row.recorded_at;
        clock_us[i] := int8send((extract(epoch from found_row.recorded_at) * 1000000)::bigint);
        prefixes[i] := '\x0001'::bytea || uuid_send(found_row.log_id);
    end loop;
    starts := heads;

    for found_row in
        select c.n, r.position, r.events, r.fingerprint, r.result
        from unnest(c_ledger, c_key) with ordinality c (ledger, key, n)
        cross join lateral (
            select * from receipt r where r.ledger_id = p_ledger[c.ledger] and r.command_key = c.key limit 1
        ) r
    loop
        outcome[found_row.n] := case when found_row.fingerprint = c_fingerprint[found_row.n] then 1 else 4 end;
        last_position[found_row.n] := found_row.position;
        event_count[found_row.n] := found_row.events;
        kept_result[found_row.n] := found_row.result;
    end loop;

    select array_agg(coalesce(v.version, 0) order by t.n) into versions
    from unnest(s_ledger, s_stream) with ordinality t (ledger, stream, n)
    left join lateral (
        select ev.version from event ev
        where ev.ledger_id = p_ledger[t.ledger] and ev.stream_id = t.stream
        order by ev.version desc limit 1
    ) v on true;

    if cardinality(d_hash) > 0 then
        select array_agg(coalesce(c.subject, w.subject) order by t.n) into holders
        from unnest(d_ledger, d_scope, d_hash) with ordinality t (ledger, scope, hash, n)
        left join lateral (
            select cl.subject from claim cl
            where t.ledger <> '' and cl.ledger_id = t.ledger and cl.scope = t.scope and cl.value_hash = t.hash limit 1
        ) c on true
        left join lateral (
            select di.subject from directory di
            where t.ledger = '' and di.scope = t.scope and di.value_hash = t.hash limit 1
        ) w on true;
        held := holders;
        homes := array_fill(null::text, array[cardinality(d_hash)]);
    end if;

    for c in 1 .. commands loop
        first_x := x;
        while x <= cardinality(x_command) and x_command[x] = c loop
            if outcome[c] = 0 and versions[x_stream[x]] <> x_version[x] then
                outcome[c] := 2;
                culprit[c] := x_stream[x];
            end if;
            x := x + 1;
        end loop;

        first_k := k;
        while k <= cardinality(k_command) and k_command[k] = c loop
            if outcome[c] = 0 and not k_release[k]
               and holders[k_value[k]] is not null and holders[k_value[k]] <> k_subject[k] then
                outcome[c] := 3;
                culprit[c] := k_value[k];
            end if;
            k := k + 1;
        end loop;

        if outcome[c] <> 0 then
            while e <= events and e_command[e] = c loop
                e := e + 1;
            end loop;
            continue;
        end if;

        for i in first_k .. k - 1 loop
            if not k_release[i] then
                holders[k_value[i]] := k_subject[i];
                homes[k_value[i]] := p_ledger[c_ledger[c]];
            elsif holders[k_value[i]] = k_subject[i] then
                holders[k_value[i]] := null;
            end if;
        end loop;

        l := c_ledger[c];
        position_now := heads[l];
        chain_now := chains[l];
        while e <= events and e_command[e] = c loop
            s := e_stream[e];
            if e_version[e] not in (0, versions[s] + 1) then
                raise exception 'event % of stream % cannot follow version %', e_version[e], s_stream[s], versions[s];
            end if;
            versions[s] := versions[s] + 1;
            position_now := position_now + 1;
            leaf_now := sha256(prefixes[l] || int8send(position_now) || e_after_position[e] || int8send(versions[s])
                               || e_after_version[e] || clock_us[l] || e_after_recorded[e]);
            chain_now := sha256(chain_now || leaf_now);
            positions[e] := position_now;
            e_version[e] := versions[s];
            leaves[e] := leaf_now;
            links[e] := chain_now;
            event_count[c] := event_count[c] + 1;
            e := e + 1;
        end loop;
        heads[l] := position_now;
        chains[l] := chain_now;
        last_position[c] := position_now;
    end loop;

    insert into event
    select p_ledger[c_ledger[t.command]], t.position, s_stream[t.stream], t.version, t.type, t.schema,
           clocks[c_ledger[t.command]], t.occurred, t.project, t.metadata, t.digest, t.leaf, t.link, t.salt, t.data,
           t.retention
    from unnest(e_command, positions, e_stream, e_version, e_type, e_schema, e_occurred, e_project, e_metadata, e_digest,
                leaves, links, e_salt, e_data, e_retention)
         t (command, position, stream, version, type, schema, occurred, project, metadata, digest, leaf, link, salt,
            data, retention)
    where t.position is not null;

    insert into receipt
    select p_ledger[t.ledger], t.key, t.position, t.events, t.fingerprint, t.result, t.expires
    from unnest(c_ledger, c_key, last_position, event_count, c_fingerprint, c_result, c_expires, outcome)
         t (ledger, key, position, events, fingerprint, result, expires, outcome)
    where t.outcome = 0;

    for i in 1 .. cardinality(holders) loop
        continue when holders[i] is not distinct from held[i];
        if d_ledger[i] <> '' then
            delete from claim where ledger_id = d_ledger[i] and scope = d_scope[i] and value_hash = d_hash[i];
            insert into claim select d_ledger[i], d_scope[i], d_hash[i], holders[i] where holders[i] is not null;
        else
            delete from directory where scope = d_scope[i] and value_hash = d_hash[i];
            insert into directory select d_scope[i], d_hash[i], homes[i], holders[i] where holders[i] is not null;
        end if;
    end loop;

    for i in 1 .. cardinality(p_ledger) loop
        if heads[i] <> starts[i] then
            update ledger set position = heads[i], chain = chains[i], recorded_at = clocks[i]
            where ledger_id = p_ledger[i];
        end if;
    end loop;
end
$$;

-- Forget receipts that no client may ask for any more; at most p_limit at a time. Answers how many went.
create function ledger.expire_receipts(p_limit integer) returns integer
language plpgsql security definer set search_path = ledger, pg_temp as $$
declare
    gone integer;
begin
    delete from receipt where ctid = any (array(
        select ctid from receipt where expires_at < clock_timestamp() limit p_limit
    ));
    get diagnostics gone = row_count;
    return gone;
end
$$;

-- Place or lift a legal hold on a stream, a project, or the whole ledger.
create function ledger.place_hold(p_ledger_id text, p_stream_id text, p_project_id text, p_reason text) returns void
language sql security definer set search_path = ledger, pg_temp as $$
    insert into legal_hold (ledger_id, stream_id, project_id, reason)
    values (p_ledger_id, p_stream_id, p_project_id, p_reason)
    on conflict (ledger_id, stream_id, project_id) do update set reason = excluded.reason;
$$;

create function ledger.lift_hold(p_ledger_id text, p_stream_id text, p_project_id text) returns void
language sql security definer set search_path = ledger, pg_temp as $$
    delete from legal_hold
    where ledger_id = p_ledger_id and stream_id = p_stream_id and project_id = p_project_id;
$$;

-- The one exception to append-only: empty the payloads of a retention class recorded before a moment, unless held.
-- Header, digest, leaf and chain stay, so every proof still verifies. Answers the range and how many (0: nulls).
create function ledger.expire_payloads(
    p_ledger_id text, p_retention smallint, p_before timestamptz,
    out first_position bigint, out last_position bigint, out expired bigint
)
language plpgsql security definer set search_path = ledger, pg_temp as $$
begin
    if p_retention <= 0 then
        raise exception 'retention class % is kept for ever', p_retention;
    end if;
    perform set_config('shipledger.expiring', 'yes', true);
    with emptied as (
        update event e set salt = null, data = null
        where e.ledger_id = p_ledger_id and e.retention = p_retention and e.recorded_at < p_before and e.data is not null
          and not exists (
              select from legal_hold h
              where h.ledger_id = e.ledger_id
                and (h.stream_id in ('', e.stream_id) and h.project_id in ('', e.project_id))
          )
        returning e.position
    )
    select min(position), max(position), count(*) into first_position, last_position, expired from emptied;
    perform set_config('shipledger.expiring', '', true);
end
$$;
