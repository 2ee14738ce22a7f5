-- DO NOT EDIT. The schema of version 1 as it was released, with rows as its program wrote them.
-- Databases like this exist; every later program must open them. A new version gets a new file.

create table goose_db_version (
    id         integer primary key autoincrement,
    version_id integer not null,
    is_applied integer not null,
    tstamp     timestamp default (datetime('now'))
);
insert into goose_db_version (version_id, is_applied) values (0, 1), (1, 1);

create table channel (
    num        integer primary key,
    id         text    not null unique,
    name       text    not null,
    number     text    not null,
    push_name  text    not null,
    device     text    not null,
    created_at integer not null,
    settings   text    not null
) strict;

create table token (
    hash    blob not null primary key,
    channel text not null references channel (id)
) strict, without rowid;

create table message (
    num            integer primary key,
    channel        text    not null references channel (id),
    id             text    not null,
    chat           text    not null,
    at             integer not null,
    status         text    not null,
    failure_code   text    not null default '',
    failure_reason text    not null default '',
    row            text    not null,
    unique (channel, id)
) strict;

-- What a message went through, and for whom; its status above is the conclusion.
create table message_status (
    message integer not null references message (num),
    viewer  text    not null,
    status  text    not null,
    at      integer not null,
    primary key (message, viewer, status)
) strict, without rowid;

create table outbound (
    seq         integer primary key autoincrement,
    channel     text    not null references channel (id),
    message     integer not null unique references message (num),
    stanza      text    not null,
    payload     blob    not null,
    recipe      text    not null,
    typing      integer not null,
    accepted_at integer not null,
    expires_at  integer not null,
    state       text    not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
    attempts    integer not null default 0,
    next_at     integer not null,
    reason      text    not null default '',
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
    id         integer primary key autoincrement,
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
    took     integer not null,
    status   integer not null,
    failure  text    not null,
    answer   blob    not null
) strict;

create index attempt_delivery on attempt (delivery);

insert into channel (id, name, number, push_name, device, created_at, settings) values
    ('HERON-00001', 'shop', '919984351847', 'Shop', 'device', 1762077600000000, '{"v":1,"backoff_delay":"3s","max_backoff_delay":"15m0s","webhooks":[{"url":"https://a.example/hook","mode":"body"}]}');
insert into token (hash, channel) values
    (x'0100000000000000000000000000000000000000000000000000000000000000', 'HERON-00001');
insert into message (num, channel, id, chat, at, status, failure_code, failure_reason, row) values
    (1, 'HERON-00001', 'PrAAAAAAAAAAAAE-wAAOSg4_vg', '61371989950@s.whatsapp.net', 1762077600000000, 'read', '', '',
        '{"v":1,"id":{"stanza":"3EB0000000000000000001","user":"61371989950","server":"s.whatsapp.net","from_me":true},"source":"api","content":{"kind":"text","text":{"body":"first"}}}'),
    (2, 'HERON-00001', 'PrAAAAAAAAAAAAI-wAAOSg4_vg', '61371989950@s.whatsapp.net', 1762077660000000, 'pending', '', '',
        '{"v":1,"id":{"stanza":"3EB0000000000000000002","user":"61371989950","server":"s.whatsapp.net","from_me":true},"source":"api","content":{"kind":"text","text":{"body":"second"}}}');
insert into message_status (message, viewer, status, at) values
    (1, '', 'sent', 1762077601000000), (1, '', 'read', 1762077602000000);
insert into outbound (seq, channel, message, stanza, payload, recipe, typing, accepted_at, expires_at, state, attempts, next_at, reason, sent_at) values
    (1, 'HERON-00001', 1, '3EB0000000000000000001', x'01', 'r', 0, 1762077600000000, 0, 'sent', 0, 0, '', 1762077601000000),
    (2, 'HERON-00001', 2, '3EB0000000000000000002', x'02', 'r', 1500000, 1762077660000000, 0, 'waiting', 1, 1762077720000000, 'no connection', 0);
insert into event (seq, id, channel, type, method, at, order_key, body) values
    (1, 'evt_1', 'HERON-00001', 'statuses', 'post', 1762077602000000, '61371989950@s.whatsapp.net', x'7b7d');
insert into delivery (id, channel, webhook, event, order_key, state, attempts, next_at, created_at, done_at) values
    (1, 'HERON-00001', 'hook', 1, '61371989950@s.whatsapp.net', 'open', 1, 1762077610000000, 1762077602000000, 0);
insert into attempt (delivery, at, took, status, failure, answer) values
    (1, 1762077603000000, 15000, 503, '503 Service Unavailable', x'');
