package sqlite

import "tapgate/internal/store"

// recordAbout stores an event that is about a message, as record does, and that it is.
func recordAbout(t *tx, message int64, r store.Record) error {
	seq, fresh, err := record(t, r)
	if err != nil || !fresh {
		return err
	}
	_, err = t.exec(`insert into message_event (event, message) values (?, ?)`, seq, message)
	return err
}
