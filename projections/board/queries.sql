-- tickets_by_id: tickets with everything that is shown of them; each join is a probe, whatever the planner believes
select t.ticket_id, t.project_id, t.number, t.title, t.description, t.type, t.priority, t.column_id, t.story_points,
       t.estimate, t.start_date, t.due_date, t.resolution, t.resolved_at, t.environment, t.affected_version,
       t.fix_version, t.creator_id, t.assignee_id, t.parent_id, t.agent_id, t.created_at, t.updated_at, t.version,
       (select coalesce(sum(s.tickets), 0) from board_slot_v1 s
        where s.ledger_id = t.ledger_id and s.project_id = t.project_id and s.column_id = t.column_id
          and s.slot < t.slot)
     + (select count(*) from board_ticket_v1 o
        where o.ledger_id = t.ledger_id and o.project_id = t.project_id and o.column_id = t.column_id
          and o.slot = t.slot and (o.rank, o.ticket_id) < (t.rank, t.ticket_id)) as place,
       c.name as column_name, c.icon as column_icon, c.color as column_color,
       p.project_key, p.name as project_name,
       a.username as assignee_username, a.name as assignee_name, nullif(a.email, '') as assignee_email,
       a.avatar as assignee_avatar, a.avatar_color as assignee_avatar_color,
       r.username as creator_username, r.name as creator_name, nullif(r.email, '') as creator_email,
       r.avatar as creator_avatar, r.avatar_color as creator_avatar_color,
       u.number as parent_number, u.title as parent_title, u.type as parent_type,
       g.agent_name, g.user_id as agent_owner_id, g.owner_name as agent_owner_name,
       (select json_agg(json_build_object('id', k.ticket_id, 'resolution', k.resolution) order by k.number)::text
        from board_ticket_v1 k
        where k.ledger_id = t.ledger_id and k.parent_id = t.ticket_id) as subtasks,
       case when t.watcher_ids <> '[]' then
           (select json_agg(json_build_object('id', w.user_id, 'username', w.username, 'name', w.name,
                                              'email', nullif(w.email, ''), 'avatar', w.avatar,
                                              'avatar_color', w.avatar_color)
                            order by w.user_id collate "C")::text
            from account_user_v1 w
            where w.ledger_id = t.ledger_id and w.user_id in (select jsonb_array_elements_text(t.watcher_ids)))
       end as watchers
from unnest($2::text[]) as asked (id)
cross join lateral (select * from board_ticket_v1 b where b.ledger_id = $1 and b.ticket_id = asked.id limit 1) t
left join lateral (
    select * from project_column_v1 b
    where b.ledger_id = t.ledger_id and b.project_id = t.project_id and b.column_id = t.column_id limit 1
) c on true
left join lateral (
    select * from project_v1 b where b.ledger_id = t.ledger_id and b.project_id = t.project_id limit 1
) p on true
left join lateral (
    select * from account_user_v1 b where b.ledger_id = t.ledger_id and b.user_id = t.assignee_id limit 1
) a on true
left join lateral (
    select * from account_user_v1 b where b.ledger_id = t.ledger_id and b.user_id = t.creator_id limit 1
) r on true
left join lateral (
    select * from board_ticket_v1 b where b.ledger_id = t.ledger_id and b.ticket_id = t.parent_id limit 1
) u on true
left join lateral (
    select k.agent_name, k.user_id,
           (select o.name from account_user_v1 o where o.ledger_id = k.ledger_id and o.user_id = k.user_id) as owner_name
    from account_tracker_key_v1 k where k.ledger_id = t.ledger_id and k.agent_id = t.agent_id limit 1
) g on true;

-- tickets: all tickets of a project that pass the filters, by column, then place
select t.ticket_id, t.project_id, t.number, t.title, t.description, t.type, t.priority, t.column_id, t.story_points,
       t.estimate, t.start_date, t.due_date, t.resolution, t.resolved_at, t.environment, t.affected_version,
       t.fix_version, t.creator_id, t.assignee_id, t.watcher_ids::text as watcher_ids, t.parent_id, t.agent_id,
       t.created_at, t.updated_at, t.version, t.place,
       c.name as column_name, c.icon as column_icon, c.color as column_color,
       p.project_key, p.name as project_name
from (
    select b.*, row_number() over (partition by b.column_id order by b.slot, b.rank, b.ticket_id) - 1 as place
    from board_ticket_v1 b
    where b.ledger_id = $1 and b.project_id = $2
) t
join project_v1 p on p.ledger_id = t.ledger_id and p.project_id = t.project_id
join project_column_v1 c
    on c.ledger_id = t.ledger_id and c.project_id = t.project_id and c.column_id = t.column_id
where ($3::text is null or t.column_id = $3)
  and ($4::text is null or t.type = $4)
  and ($5::text is null or t.priority = $5)
  and ($6::text is null or t.assignee_id = $6)
order by t.column_id, t.place;

-- matches: ids of tickets with a text in title or description, or with a number; the number first, then titles
select t.ticket_id
from board_ticket_v1 t
where t.ledger_id = $1 and t.project_id = $2
  and (strpos(lower(t.title), lower($3)) > 0 or strpos(lower(t.description), lower($3)) > 0 or t.number = $4)
order by coalesce(t.number = $4, false) desc, strpos(lower(t.title), lower($3)) > 0 desc, t.updated_at desc, t.number desc
limit $5;

-- kin: parents and subtasks of the tickets of a project
select k.ticket_id, k.number, k.title, k.type, k.resolution, k.parent_id
from board_ticket_v1 k
where k.ledger_id = $1 and k.project_id = $2
  and (k.parent_id is not null
       or exists (select from board_ticket_v1 s where s.ledger_id = k.ledger_id and s.parent_id = k.ticket_id))
order by k.number;

-- agents: those who filed tickets for somebody
select g.agent_id, g.agent_name, g.user_id as owner_id, o.name as owner_name
from account_tracker_key_v1 g
left join account_user_v1 o on o.ledger_id = g.ledger_id and o.user_id = g.user_id
where g.ledger_id = $1 and g.agent_id = any ($2);

-- gap: the ranks above and below index $4 of a column, as if the tickets $5 were not there
select o.rank
from board_ticket_v1 o
where o.ledger_id = $1 and o.project_id = $2 and o.column_id = $3 and o.ticket_id <> all ($5)
order by o.slot, o.rank, o.ticket_id
offset greatest($4::bigint - 1, 0) limit case when $4 > 0 then 2 else 1 end;

-- bottom: the rank of the last ticket of a column, as if the tickets $4 were not there
select o.rank
from board_ticket_v1 o
where o.ledger_id = $1 and o.project_id = $2 and o.column_id = $3 and o.ticket_id <> all ($4)
order by o.slot desc, o.rank desc, o.ticket_id desc
limit 1;
