create table project_v1 (
    ledger_id         text not null,
    project_id        text not null,
    project_key       text not null,
    name              text not null,
    description       text,
    color             text not null,
    add_column_button boolean,
    created_at        timestamptz not null,
    updated_at        timestamptz not null,
    version           integer not null,
    primary key (ledger_id, project_id)
);
create index on project_v1 (ledger_id, project_key);

create table project_member_v1 (
    ledger_id  text not null,
    project_id text not null,
    user_id    text not null,
    member_id  text not null,
    role_id    text not null,
    overrides  jsonb,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (ledger_id, project_id, user_id)
);
create index on project_member_v1 (ledger_id, user_id, project_id);

create table project_role_v1 (
    ledger_id   text not null,
    project_id  text not null,
    role_id     text not null,
    name        text not null,
    color       text not null,
    description text,
    position    integer not null,
    permissions jsonb not null,
    is_default  boolean not null,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    primary key (ledger_id, project_id, role_id)
);

create table project_column_v1 (
    ledger_id  text not null,
    project_id text not null,
    column_id  text not null,
    name       text not null,
    icon       text,
    color      text,
    place      integer not null,
    primary key (ledger_id, project_id, column_id)
);
