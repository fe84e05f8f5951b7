create table jar_v1 (
    ledger_id text not null,
    jar_id    text not null,
    label     text not null,
    coins     integer not null,
    owner_id  text not null,
    owner     text not null,
    primary key (ledger_id, jar_id)
);
