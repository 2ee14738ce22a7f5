package sqlite

import "tapgate/internal/store"

// recordAbout stores an event that is about a message, as record does, and that it is.
func recordAbout(t *tx, message int64, r store.Record) error {
	if err := record(t, r); err != nil || r.Event == "" {
		return err
	}
	_, err := t.exec(`insert into message_event (event, message) select seq, ? from event where id = ? on conflict do nothing`,
		message, string(r.Event))
	return err
}
