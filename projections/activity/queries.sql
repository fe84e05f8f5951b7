-- changes: what changed of some tickets, oldest first, with the values before; what set the same value is left out
select e.ticket_id, e.version, e.field, e.action, e.value, e.old_value, e.command_key, e.created_at, e.user_id,
       u.username, u.name, nullif(u.email, '') as email, u.avatar, u.avatar_color
from (
    select c.*, case
        when c.action = 'created' then null
        when lag(c.version) over earlier is null then b.value::jsonb ->> c.field
        else lag(c.value) over earlier
    end as old_value
    from activity_entry_v1 c
    left join activity_entry_v1 b
        on b.ledger_id = c.ledger_id and b.ticket_id = c.ticket_id and b.version = 1 and b.field = 'created'
    where c.ledger_id = $1 and c.ticket_id = any ($2)
    window earlier as (partition by c.ticket_id, c.field order by c.version)
) e
left join account_user_v1 u on u.ledger_id = e.ledger_id and u.user_id = e.user_id
where e.old_value is distinct from e.value
order by e.ticket_id, e.version, e.field;
