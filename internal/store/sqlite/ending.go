package sqlite

import (
	"context"
	"fmt"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// Postpone implements store.Outbox.
func (s *Store) Postpone(ctx context.Context, ch id.Channel, seq int64, next time.Time, try store.Try) error {
	return s.write(ctx, func(t *tx) error {
		row, err := lineRowOf(t, ch, seq)
		if err != nil || row.finished {
			return err
		}
		if err := addTry(t, seq, try); err != nil {
			return err
		}
		_, err = t.exec(`update outbound set attempts = attempts + 1, next_at = ?, reason = ? where seq = ?`, micros(next), try.Reason, seq)
		return err
	})
}

// Refill implements store.Outbox.
func (s *Store) Refill(ctx context.Context, ch id.Channel, seq int64, payload []byte) error {
	return s.write(ctx, func(t *tx) error {
		row, err := lineRowOf(t, ch, seq)
		if err != nil || row.finished {
			return err
		}
		_, err = t.exec(`update outbound set payload = ? where seq = ?`, blob(payload), seq)
		return err
	})
}

// Finish implements store.Outbox.
func (s *Store) Finish(ctx context.Context, ch id.Channel, ends ...store.Ending) error {
	for _, e := range ends {
		if e.Outcome.Status != message.Sent && e.Outcome.Status != message.Failed {
			return fmt.Errorf("finish: a row of the outbox does not end as %q", e.Outcome.Status)
		}
	}
	return s.writePatiently(ctx, func(t *tx) error {
		for _, e := range ends {
			if err := finish(t, ch, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func finish(t *tx, ch id.Channel, e store.Ending) error {
	row, err := lineRowOf(t, ch, e.Seq)
	if err != nil || row.finished {
		return err
	}
	out, at := e.Outcome, micros(e.Outcome.At)
	sent := at
	if out.Status == message.Failed {
		sent = 0
	}
	// an outcome without a time ends the row all the same
	if _, err := t.exec(`update outbound set state = ?, sent_at = ?, ended_at = ? where seq = ?`, string(out.Status), sent, max(at, 1), e.Seq); err != nil {
		return err
	}
	if err := addTry(t, e.Seq, e.Try); err != nil {
		return err
	}
	if at != row.at { // which two indexes hold
		if _, err := t.exec(`update message set at = ? where num = ?`, at, row.message); err != nil {
			return err
		}
	}
	if _, err := reach(t, row.message, "", out.Status, at); err != nil {
		return err
	}
	if out.Status.Follows(row.status) {
		if err := conclude(t, row.message, out.Status, out.Code, out.Reason); err != nil {
			return err
		}
	}
	if e.Edited != nil {
		if err := rewrite(t, ch, *e.Edited); err != nil && !fault.Is(err, fault.NotFound) {
			return err // a message that is gone needs no new content
		}
	}
	for _, r := range e.Tell {
		if err := record(t, r, row.message); err != nil {
			return err
		}
	}
	return nil
}

// addTry records an attempt to send a row.
func addTry(t *tx, seq int64, try store.Try) error {
	if try.At.IsZero() {
		return nil
	}
	_, err := t.exec(`insert into outbound_attempt (outbound, at, took, result, reason) values (?, ?, ?, ?, ?)`,
		seq, micros(try.At), try.Took.Microseconds(), string(try.Result), try.Reason)
	return err
}

// lineRow is what has to be known of a row before it is changed.
type lineRow struct {
	finished bool
	message  int64
	status   message.Status
	at       int64 // the message's
}

func lineRowOf(t *tx, ch id.Channel, seq int64) (r lineRow, err error) {
	err = t.one(into(&r.finished, &r.message, &r.status, &r.at), `select o.state <> 'waiting', m.num, m.status, m.at
		from outbound o join message m on m.num = o.message where o.seq = ? and o.channel = ?`, seq, string(ch))
	return r, found(err, "row in the outbox")
}
