-- Why WhatsApp ended the last pairing of a channel is told also after a restart.

-- +goose Up

alter table channel add column ended text not null default ''; -- the code of the trouble
