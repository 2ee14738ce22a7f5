-- What lists of messages are filtered by.

-- +goose Up

alter table message add column from_me integer not null default 0;
alter table message add column author text not null default '';
alter table message add column listed integer not null default 1; -- 0: an edit, which is part of another message

update message set
    from_me = coalesce(json_extract(row, '$.id.from_me'), 0),
    author  = coalesce(json_extract(row, '$.from'), ''),
    listed  = json_extract(row, '$.edits') is null;

create index message_time on message (channel, at, num, from_me, author) where listed;
create index message_chat on message (channel, chat, at, num, from_me, author) where listed;
