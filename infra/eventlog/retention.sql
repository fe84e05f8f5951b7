-- place_hold: keep a stream, a project or a whole ledger from expiring
select ledger.place_hold($1, $2, $3, $4);

-- lift_hold: let it expire again
select ledger.lift_hold($1, $2, $3);

-- expire_payloads: empty a retention class recorded before a moment; answers the range and how many
select first_position, last_position, expired from ledger.expire_payloads($1, $2, $3);

-- expire_receipts: forget a page of receipts whose time is over; answers how many went
select ledger.expire_receipts($1);
