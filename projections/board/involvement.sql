-- counts: how many projects a user belongs to, and how many tickets of theirs there are
select (select count(*) from project_member_v1 where ledger_id = $1 and user_id = $2) as projects,
       count(*) filter (where assignee_id = $2) as assigned,
       count(*) filter (where creator_id = $2) as created
from board_ticket_v1 where ledger_id = $1 and (assignee_id = $2 or creator_id = $2);
