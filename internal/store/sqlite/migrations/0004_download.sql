-- Messages that came in with a file and that webhooks hear of when the file is there.

-- +goose Up

create table download (
    message  integer primary key references message (num),
    channel  text    not null references channel (id),
    attempts integer not null default 0,
    next_at  integer not null default 0
) strict;

create index download_turn on download (channel, next_at, message);
