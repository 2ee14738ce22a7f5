-- Tokens have names, scopes and an end; admin tokens open all channels. A channel that was removed is
-- marked until its rows are gone.

-- +goose Up

alter table token rename to token_before;

create table token (
    num        integer primary key,
    hash       blob    not null unique,          -- SHA-256 of the token
    id         text    not null unique,
    channel    text    references channel (id),  -- null for admin tokens
    name       text    not null,
    scopes     text    not null,                 -- separated by spaces
    created_at integer not null,                 -- 0 when not known
    expires_at integer not null default 0        -- 0 for never
) strict;

insert into token (hash, id, channel, name, scopes, created_at)
select hash, 'tok_' || lower(hex(randomblob(6))), channel, '', 'send read settings admin', 0 from token_before;

drop table token_before;

create index token_channel on token (channel);

alter table channel add column removed_at integer not null default 0;

create index channel_removed on channel (removed_at) where removed_at > 0;
