create table board_ticket_v1 (
    ledger_id        text not null,
    ticket_id        text collate "C" not null,
    project_id       text not null,
    number           bigint not null,
    title            text not null,
    description      text,
    type             text not null,
    priority         text not null,
    column_id        text not null,
    rank             text collate "C" not null,
    slot             bigint not null,
    story_points     integer,
    estimate         text,
    start_date       timestamptz,
    due_date         timestamptz,
    resolution       text,
    resolved_at      timestamptz,
    environment      text,
    affected_version text,
    fix_version      text,
    creator_id       text,
    assignee_id      text,
    watcher_ids      jsonb not null,
    parent_id        text collate "C",
    agent_id         text,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    version          integer not null,
    primary key (ledger_id, ticket_id)
);
create index on board_ticket_v1 (ledger_id, project_id, column_id, slot, rank, ticket_id);
create index on board_ticket_v1 (ledger_id, parent_id) where parent_id is not null;

create table board_slot_v1 (
    ledger_id  text not null,
    project_id text not null,
    column_id  text not null,
    slot       bigint not null,
    tickets    integer not null,
    primary key (ledger_id, project_id, column_id, slot)
) with (fillfactor = 50);
