-- Which message an event is about stands in the event: one row and two index entries less for each. It
-- is no reference, since events are swept on their own.

-- +goose Up

alter table event add column message integer; -- null: about none

update event set message = (select a.message from message_event a where a.event = event.seq);

drop table message_event;

create index event_message on event (message) where message is not null;
