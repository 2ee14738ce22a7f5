-- What is known of webhooks beside the settings, deliveries that are repeated or too old, and
-- reading events and deliveries page by page.

-- +goose Up

create table webhook (
    channel       text    not null references channel (id) on delete cascade,
    key           text    not null,
    secret        text    not null,
    old_secret    text    not null default '',
    old_until     integer not null default 0,
    failures      integer not null default 0, -- in a row
    failing_since integer not null default 0,
    opened_at     integer not null default 0, -- 0 while it works
    probe_at      integer not null default 0,
    last_success  integer not null default 0,
    primary key (channel, key)
) strict, without rowid;

alter table delivery add column url text not null default '';         -- '' is the webhook's
alter table delivery add column mode text not null default '';
alter table delivery add column expired integer not null default 0;   -- 1: cancelled for its age
alter table delivery add column replays integer not null default 0;
alter table delivery add column replayed_by integer not null default 0;

create index delivery_log on delivery (channel, webhook, id);
create index delivery_dead on delivery (channel, webhook, id) where state = 'dead';

create index event_line on event (channel, seq);

-- Up to which event of a channel events were swept.
create table event_swept (
    channel text    primary key references channel (id) on delete cascade,
    seq     integer not null
) strict, without rowid;
