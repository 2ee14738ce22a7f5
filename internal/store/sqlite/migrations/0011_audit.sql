-- Who changed what. Rows are added and get an outcome; nothing else changes them. They outlive their
-- channel.

-- +goose Up

create table audit (
    seq     integer primary key autoincrement,
    at      integer not null,
    token   text    not null,                -- its id; '' for the program itself
    action  text    not null,
    channel text    not null,                -- '' for none
    target  text    not null,                -- what it was about, such as the id of a token
    outcome text    not null,                -- '' while it is under way, and for ever after a crash
    changes text    not null                 -- JSON
) strict;

create index audit_channel on audit (channel, seq);
