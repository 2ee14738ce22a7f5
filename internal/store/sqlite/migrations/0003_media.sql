-- The files of the media store. Their bytes are kept outside, under their digest.

-- +goose Up

create table media (
    num     integer primary key,
    channel text    not null references channel (id),
    id      text    not null,                -- the media id
    sha256  blob    not null,
    at      integer not null,
    row     text    not null,                -- JSON
    unique (channel, id)
) strict;

create index media_digest on media (sha256);
create index media_time on media (channel, at);
create index media_age on media (at);
