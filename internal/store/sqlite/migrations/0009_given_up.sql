-- What was given up and not repeated since is counted, once a second for each page that shows it.

-- +goose Up

drop index delivery_dead;
create index delivery_dead on delivery (channel, webhook, id, replayed_by) where state = 'dead';
