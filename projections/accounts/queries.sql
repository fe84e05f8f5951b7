-- user_by_id: one account
select * from account_user_v1 where ledger_id = $1 and user_id = $2;

-- user_by_username: the account with a user name, given in the form in which it is unique
select * from account_user_v1 where ledger_id = $1 and username_lower = $2 and username_lower <> '';

-- users_by_id: several accounts, in any order
select u.* from unnest($2::text[]) as asked (id)
cross join lateral (
    select * from account_user_v1 where ledger_id = $1 and user_id = asked.id limit 1
) u;

-- search: open accounts with a text in user name, name or address, by name
select * from account_user_v1
where ledger_id = $1 and not is_closed and (is_active or $4)
  and ($2 = '' or strpos(username_lower, $2) > 0 or strpos(name_lower, $2) > 0 or strpos(email_lower, $2) > 0)
order by name_lower, user_id
limit $3;

-- has_users: did anybody ever register
select exists (select from account_user_v1 where ledger_id = $1);

-- count_users: how many accounts are open
select count(*) from account_user_v1 where ledger_id = $1 and not is_closed;

-- administrators: those who administer the tenant and can sign in
select user_id from account_user_v1 where ledger_id = $1 and is_admin and is_active order by created_at, user_id;

-- session: what a signed token of a user is worth
select u.user_id, u.is_admin, u.is_active, u.auth_version, null::text as abilities, null::timestamptz as expires_at,
       '' as credential_id, '' as agent_id, c.position as as_of
from account_user_v1 u
left join checkpoint c on c.ledger_id = u.ledger_id and c.projection = 'accounts' and c.version = 1
where u.ledger_id = $1 and u.user_id = $2;

-- access_token: what an access token is worth, unless it was revoked
select u.user_id, u.is_admin, u.is_active, u.auth_version, t.abilities::text as abilities, t.expires_at,
       t.token_id as credential_id, '' as agent_id, c.position as as_of
from account_token_v1 t
join account_user_v1 u on u.ledger_id = t.ledger_id and u.user_id = t.user_id
left join checkpoint c on c.ledger_id = t.ledger_id and c.projection = 'accounts' and c.version = 1
where t.ledger_id = $1 and t.token_id = $2 and t.revoked_at is null;

-- tracker_key: what a tracker key is worth, unless it was revoked
select u.user_id, u.is_admin, u.is_active, u.auth_version, null::text as abilities, null::timestamptz as expires_at,
       k.key_id as credential_id, k.agent_id, c.position as as_of
from account_tracker_key_v1 k
join account_user_v1 u on u.ledger_id = k.ledger_id and u.user_id = k.user_id
left join checkpoint c on c.ledger_id = k.ledger_id and c.projection = 'accounts' and c.version = 1
where k.ledger_id = $1 and k.key_id = $2 and k.revoked_at is null;

-- gateway_key: what a gateway key is worth, unless it was revoked
select k.key_id, k.is_admin, k.mode, k.app_id, c.position as as_of
from account_gateway_key_v1 k
left join checkpoint c on c.ledger_id = k.ledger_id and c.projection = 'accounts' and c.version = 1
where k.ledger_id = $1 and k.key_id = $2 and k.revoked_at is null;

-- tokens_of: the access tokens of a user, newest first
select token_id, name, abilities::text as abilities, created_at, expires_at, revoked_at
from account_token_v1 where ledger_id = $1 and user_id = $2 order by created_at desc, token_id;

-- tracker_key_of: the tracker key of a user and the agent it brought
select key_hint, agent_id, agent_name, created_at, revoked_at
from account_tracker_key_v1 where ledger_id = $1 and user_id = $2;

-- gateway_keys: every gateway key of the tenant, newest first
select key_id, name, prefix, mode, is_admin, app_id, issued_by, created_at, revoked_at
from account_gateway_key_v1 where ledger_id = $1 order by created_at desc, key_id;

-- tenants: every tenant, on the system ledger, by name
select tenant_id, created_at from account_tenant_v1 where ledger_id = $1 order by tenant_id;
