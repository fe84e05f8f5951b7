create table account_user_v1 (
    ledger_id      text not null,
    user_id        text not null,
    username       text not null,
    username_lower text not null,
    name           text not null,
    name_lower     text not null,
    email          text,
    email_lower    text,
    avatar         text,
    avatar_color   text,
    is_admin       boolean not null,
    is_active      boolean not null,
    is_closed      boolean not null,
    auth_version   integer not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    last_login_at  timestamptz,
    primary key (ledger_id, user_id)
);
create index on account_user_v1 (ledger_id, username_lower);
create index on account_user_v1 (ledger_id) where is_admin;

create table account_token_v1 (
    ledger_id  text not null,
    token_id   text not null,
    user_id    text not null,
    name       text not null,
    abilities  jsonb not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    primary key (ledger_id, token_id)
);
create index on account_token_v1 (ledger_id, user_id);

create table account_tracker_key_v1 (
    ledger_id  text not null,
    key_id     text not null,
    user_id    text not null,
    key_hint   text not null,
    agent_id   text not null,
    agent_name text not null,
    created_at timestamptz not null,
    revoked_at timestamptz,
    primary key (ledger_id, key_id)
);
create index on account_tracker_key_v1 (ledger_id, user_id);
create index on account_tracker_key_v1 (ledger_id, agent_id);

create table account_gateway_key_v1 (
    ledger_id  text not null,
    key_id     text not null,
    name       text not null,
    prefix     text not null,
    mode       text not null,
    is_admin   boolean not null,
    app_id     text,
    issued_by  text not null,
    created_at timestamptz not null,
    revoked_at timestamptz,
    primary key (ledger_id, key_id)
);

create table account_tenant_v1 (
    ledger_id  text not null,
    tenant_id  text not null,
    created_at timestamptz not null,
    primary key (ledger_id, tenant_id)
);
