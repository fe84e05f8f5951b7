-- rights: what a user may do in the project with a key ($3) or an id ($4)
select p.project_id, p.project_key, r.name as role, r.position,
       m.user_id is not null as member,
       coalesce(r.permissions, '[]')::text as permissions,
       coalesce(m.overrides, '[]')::text as overrides,
       c.position as as_of
from project_v1 p
left join project_member_v1 m on m.ledger_id = p.ledger_id and m.project_id = p.project_id and m.user_id = $2
left join project_role_v1 r on r.ledger_id = p.ledger_id and r.project_id = p.project_id and r.role_id = m.role_id
left join checkpoint c on c.ledger_id = p.ledger_id and c.projection = 'projects' and c.version = 1
where p.ledger_id = $1 and (p.project_key = $3 or p.project_id = $4);

-- seen_by: projects of a member, or with $3 everybody's, or the one with id $4; by name, after sort key $5 and id $6
select p.project_id, p.project_key, p.name, p.description, p.color, p.add_column_button, p.created_at, p.updated_at,
       p.version, lower(p.name) as sort_key,
       r.role_id, r.name as role_name, r.color as role_color, r.position as role_position,
       (select coalesce(sum(s.tickets), 0)::integer from board_slot_v1 s
        where s.ledger_id = p.ledger_id and s.project_id = p.project_id) as tickets,
       (select count(*)::integer from project_member_v1 a
        where a.ledger_id = p.ledger_id and a.project_id = p.project_id) as members
from project_v1 p
left join project_member_v1 m on m.ledger_id = p.ledger_id and m.project_id = p.project_id and m.user_id = $2
left join project_role_v1 r on r.ledger_id = p.ledger_id and r.project_id = p.project_id and r.role_id = m.role_id
where p.ledger_id = $1 and (m.user_id is not null or $3) and ($4::text is null or p.project_id = $4)
  and (lower(p.name), p.project_id) > ($5, $6)
order by lower(p.name), p.project_id
limit $7;

-- columns: the columns of a project from the left
select column_id, name, icon, color, place, project_id
from project_column_v1 where ledger_id = $1 and project_id = $2 order by place, column_id;

-- members: the members of a project, by rank, then name
select m.member_id, m.user_id, m.project_id, m.role_id, m.overrides::text as overrides, m.created_at, m.updated_at,
       coalesce(u.username, '') as username, coalesce(u.name, '') as name, u.email, u.avatar,
       r.name as role_name, r.color as role_color, r.description as role_description, r.position as role_position,
       r.is_default as role_is_default, r.permissions::text as role_permissions
from project_member_v1 m
join project_role_v1 r on r.ledger_id = m.ledger_id and r.project_id = m.project_id and r.role_id = m.role_id
left join account_user_v1 u on u.ledger_id = m.ledger_id and u.user_id = m.user_id
where m.ledger_id = $1 and m.project_id = $2 and ($3::text is null or m.member_id = $3)
order by r.position, lower(u.name), m.user_id;

-- roles: the roles of a project by rank, with how many members have each
select r.role_id, r.name, r.color, r.description, r.position, r.permissions::text as permissions, r.is_default,
       r.created_at, r.updated_at,
       (select count(*)::integer from project_member_v1 m
        where m.ledger_id = r.ledger_id and m.project_id = r.project_id and m.role_id = r.role_id) as members
from project_role_v1 r where r.ledger_id = $1 and r.project_id = $2 order by r.position, r.role_id;

-- memberships: who belongs to which project, and the position this was read at
select (select position from checkpoint where ledger_id = $1 and projection = 'projects' and version = 1) as as_of,
       coalesce(array_agg(m.user_id), '{}') as user_ids, coalesce(array_agg(m.project_id), '{}') as project_ids
from project_member_v1 m where m.ledger_id = $1;
