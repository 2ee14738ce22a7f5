-- The attempts of outbound rows, the keys of requests that may be repeated, and what is needed to
-- tell the story of a message.

-- +goose Up

alter table outbound add column ended_at integer not null default 0; -- 0 while it waits

update outbound set ended_at = case when sent_at > 0 then sent_at else accepted_at end where state <> 'waiting';

create index outbound_ended on outbound (ended_at) where ended_at > 0;

create table outbound_attempt (
    num      integer primary key,
    outbound integer not null references outbound (seq),
    at       integer not null,
    took     integer not null,               -- microseconds
    result   text    not null check (result in ('acked', 'refused', 'unknown')),
    reason   text    not null
) strict;

create index outbound_attempt_row on outbound_attempt (outbound);

create table outbound_key (
    channel  text    not null references channel (id),
    key      text    not null,               -- what the caller chose
    request  blob    not null,               -- SHA-256 of what was asked for
    outbound integer not null references outbound (seq),
    primary key (channel, key)
) strict, without rowid;

create index outbound_key_row on outbound_key (outbound);

alter table message add column quotes text not null default ''; -- the text form of the cited message's id

create index message_quotes on message (channel, quotes) where quotes <> '';

-- Which message an event is about.
create table message_event (
    event   integer primary key references event (seq) on delete cascade,
    message integer not null references message (num)
) strict;

create index message_event_message on message_event (message);

create index if not exists delivery_event on delivery (event);
