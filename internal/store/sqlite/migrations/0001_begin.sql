-- Times are microseconds since 1970 UTC; 0 means none. JSON rows are written by package store.

-- +goose Up

create table channel (
    num        integer primary key,          -- grows in the order of creation
    id         text    not null unique,
    name       text    not null,
    number     text    not null,             -- '' while unpaired
    push_name  text    not null,
    device     text    not null,             -- '' while unpaired
    created_at integer not null,
    settings   text    not null              -- JSON
) strict;

create table token (
    hash    blob not null primary key,       -- SHA-256 of the token
    channel text not null references channel (id)
) strict, without rowid;

create table message (
    num            integer primary key,
    channel        text    not null references channel (id),
    id             text    not null,         -- the text form of the id
    chat           text    not null,
    at             integer not null,
    status         text    not null,         -- '' for received messages
    failure_code   text    not null default '',
    failure_reason text    not null default '',
    row            text    not null,         -- JSON: what does not change
    unique (channel, id)
) strict;

-- What a message went through, and for whom; its status above is the conclusion.
create table message_status (
    message integer not null references message (num),
    viewer  text    not null,                -- '' in a private chat, and for what the ack said
    status  text    not null,
    at      integer not null,
    primary key (message, viewer, status)
) strict, without rowid;

create table outbound (
    seq         integer primary key autoincrement, -- never given twice
    channel     text    not null references channel (id),
    message     integer not null unique references message (num),
    stanza      text    not null,            -- WhatsApp's id, the same on every attempt
    payload     blob    not null,
    recipe      text    not null,
    typing      integer not null,            -- microseconds
    accepted_at integer not null,
    expires_at  integer not null,
    state       text    not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
    attempts    integer not null default 0,
    next_at     integer not null,
    reason      text    not null default '', -- of the last failed attempt
    sent_at     integer not null default 0
) strict;

create index outbound_line on outbound (channel, seq) where state = 'waiting';
create index outbound_stanza on outbound (channel, stanza);

create table event (
    seq       integer primary key autoincrement,
    id        text    not null unique,
    channel   text    not null references channel (id),
    type      text    not null,
    method    text    not null,
    at        integer not null,
    order_key text    not null,
    body      blob    not null
) strict;

create table delivery (
    id         integer primary key autoincrement, -- in the order of events
    channel    text    not null references channel (id),
    webhook    text    not null,
    event      integer not null references event (seq),
    order_key  text    not null,
    state      text    not null default 'open' check (state in ('open', 'delivered', 'dead', 'cancelled')),
    attempts   integer not null default 0,
    next_at    integer not null default 0,
    created_at integer not null,
    done_at    integer not null default 0
) strict;

create index delivery_line on delivery (channel, webhook, id, next_at) where state = 'open';
create index delivery_due on delivery (channel, webhook, next_at) where state = 'open';

create table attempt (
    num      integer primary key,
    delivery integer not null references delivery (id),
    at       integer not null,
    took     integer not null,               -- microseconds
    status   integer not null,               -- HTTP; 0 when there was no answer
    failure  text    not null,
    answer   blob    not null
) strict;

create index attempt_delivery on attempt (delivery);
