-- count: how many tiles of a level are kept
select coalesce(max(index) + 1, 0) as count from ledger.tile where ledger_id = $1 and level = $2;

-- tile: the hashes of one tile
select hashes from ledger.tile where ledger_id = $1 and level = $2 and index = $3;

-- roots: the roots of neighbouring tiles, in order
select root from ledger.tile where ledger_id = $1 and level = $2 and index >= $3 and index < $4 order by index;

-- store: keep a tile, once
select ledger.store_tile($1, $2, $3, $4, $5);
