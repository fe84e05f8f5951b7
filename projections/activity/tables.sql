create table activity_entry_v1 (
    ledger_id   text not null,
    ticket_id   text not null,
    version     integer not null,
    field       text not null,
    action      text not null,
    value       text,
    user_id     text not null,
    command_key text not null,
    created_at  timestamptz not null,
    primary key (ledger_id, ticket_id, version, field)
);
