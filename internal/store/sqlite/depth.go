package sqlite

import (
	"context"

	"tapgate/internal/store"
)

// Depth implements store.Depths. It counts in the indexes of what waits, which are small.
func (s *Store) Depth(ctx context.Context) (d store.Depth, err error) {
	err = s.read(ctx, func(t *tx) error {
		var outbound, delivery int64
		if err := t.one(into(&d.Outbound, &outbound),
			`select n, coalesce((select accepted_at from outbound where seq = oldest), 0)
			 from (select count(*) n, min(seq) oldest from outbound where state = 'waiting')`); err != nil {
			return err
		}
		if err := t.one(into(&d.Deliveries, &delivery),
			`select n, coalesce((select created_at from delivery where id = oldest), 0)
			 from (select count(*) n, min(id) oldest from delivery where state = 'open')`); err != nil {
			return err
		}
		d.OldestOutbound, d.OldestDelivery = instant(outbound), instant(delivery)
		return t.one(into(&d.Downloads), `select count(*) from download`)
	})
	return d, err
}
