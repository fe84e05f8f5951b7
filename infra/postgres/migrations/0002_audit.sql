-- The Merkle tree of each ledger, in full C2SP tiles of 256 hashes. Partial tiles are computed from what lies below.

create table ledger.tile (
    ledger_id text not null,
    level     smallint not null,
    index     bigint not null,
    hashes    bytea not null check (octet_length(hashes) = 256 * 32),
    root      bytea not null check (octet_length(root) = 32),
    primary key (ledger_id, level, index)
);
comment on table ledger.tile is 'Full tiles; root is the hash over the tile, which is one hash of the level above.';

create trigger tile_is_not_changed before update or delete on ledger.tile
    for each statement execute function ledger.refuse_change();
create trigger tile_is_not_truncated before truncate on ledger.tile
    for each statement execute function ledger.refuse_change();

-- Keep a tile. Tiles of a level come in order; storing one again is fine if it is the same.
create function ledger.store_tile(p_ledger_id text, p_level smallint, p_index bigint, p_hashes bytea, p_root bytea)
returns void
language plpgsql security definer set search_path = ledger, pg_temp as $$
begin
    if p_index < 0 or p_level < 0 or (p_index > 0 and not exists (
        select from tile where ledger_id = p_ledger_id and level = p_level and index = p_index - 1
    )) then
        raise exception 'tile %/% of % would leave a hole', p_level, p_index, p_ledger_id
            using errcode = 'restrict_violation';
    end if;
    insert into tile (ledger_id, level, index, hashes, root)
    values (p_ledger_id, p_level, p_index, p_hashes, p_root)
    on conflict (ledger_id, level, index) do nothing;
    if not exists (
        select from tile
        where ledger_id = p_ledger_id and level = p_level and index = p_index and hashes = p_hashes and root = p_root
    ) then
        raise exception 'tile %/% of % is kept with other hashes', p_level, p_index, p_ledger_id
            using errcode = 'restrict_violation';
    end if;
end
$$;
