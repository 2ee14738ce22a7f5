package webhook

import (
	"cmp"
	"slices"
	"time"

	"tapgate/internal/store"
)

const (
	// page is how many deliveries are read at once.
	page = 256
	// maxHeld is how many fresh deliveries a line holds, without their bodies, to find one whose chat
	// is not busy. Behind so many of busy chats, others wait.
	maxHeld = 4096
)

// queue is the part of a line's deliveries that is held in memory.
type queue struct {
	// fresh are the oldest that were never postponed, in order. last is the last one that was read;
	// more says that there may be others behind it.
	fresh []store.Delivery
	last  int64
	more  bool

	// due are postponed ones whose time has come. dueAt is when the next one's has; zero when there
	// is none. surveyed says that both are known.
	due      []store.Delivery
	dueAt    time.Time
	surveyed bool
}

// empty reports whether the line has nothing to deliver, now or later, but what is under way.
func (q *queue) empty() bool {
	return q.surveyed && !q.more && len(q.fresh) == 0 && len(q.due) == 0 && q.dueAt.IsZero()
}

// ordinary reports whether there is, or may be, something for the webhook itself.
func (q *queue) ordinary() bool {
	own := func(d store.Delivery) bool { return d.URL == "" }
	return slices.ContainsFunc(q.fresh, own) || slices.ContainsFunc(q.due, own) || !q.dueAt.IsZero()
}

// drop leaves out what is for nobody.
func (q *queue) drop(which func(store.Delivery) bool) {
	q.fresh = slices.DeleteFunc(q.fresh, which)
	if slices.ContainsFunc(q.due, which) {
		q.due, q.surveyed = slices.DeleteFunc(q.due, which), false
	}
}

// restart has everything read anew.
func (q *queue) restart() { *q = queue{more: true} }

// postponed notes that a delivery is due later.
func (q *queue) postponed(until time.Time) {
	if q.dueAt.IsZero() || until.Before(q.dueAt) {
		q.dueAt = until
	}
}

// giveBack puts a delivery back that was taken and not attempted.
func (q *queue) giveBack(d store.Delivery) {
	if !d.NextAt.IsZero() {
		q.surveyed = false
		return
	}
	i, _ := slices.BinarySearchFunc(q.fresh, d.ID, func(d store.Delivery, id int64) int { return cmp.Compare(d.ID, id) })
	q.fresh = slices.Insert(q.fresh, i, d)
}

// read fills the queue.
func (l *line) read(now time.Time) error {
	if l.more && len(l.fresh) < page/2 {
		if err := l.readFresh(); err != nil {
			return err
		}
	}
	if len(l.due) > 0 || l.surveyed && (l.dueAt.IsZero() || l.dueAt.After(now)) {
		return nil
	}
	return l.survey(now)
}

func (l *line) readFresh() error {
	list, err := l.Store.FreshDeliveries(l.soft, l.name, l.last, page)
	if err != nil {
		return err
	}
	l.more = len(list) == page
	for _, d := range list {
		l.last = d.ID
		if !l.flying[d.ID] {
			l.fresh = append(l.fresh, d)
		}
	}
	return nil
}

// survey reads which of those that were postponed are due, and when the next one is.
func (l *line) survey(now time.Time) error {
	limit := page + len(l.flying)
	list, err := l.Store.PostponedDeliveries(l.soft, l.name, limit)
	if err != nil {
		return err
	}
	l.due, l.dueAt, l.surveyed = nil, time.Time{}, len(list) < limit
	for _, d := range list {
		switch {
		case l.flying[d.ID], l.tooOld(d, now):
		case d.NextAt.After(now) && d.NextAt.Before(now.Add(longestWait)):
			l.dueAt, l.surveyed = d.NextAt, true
			return nil
		default:
			l.due = append(l.due, d)
		}
	}
	if len(l.due) == 0 && !l.surveyed { // a page of what is too old and about to end
		l.dueAt, l.surveyed = now.Add(trouble), true
	}
	return nil
}

// take takes the oldest delivery that is due and whose chat is not busy, so that what waited for a
// webhook that was down is told in its order.
func (q *queue) take(busy map[string]bool) (store.Delivery, bool) {
	idle := func(d store.Delivery) bool { return !busy[d.Record.Order] }
	list, i := &q.fresh, slices.IndexFunc(q.fresh, idle)
	if j := slices.IndexFunc(q.due, idle); j >= 0 && (i < 0 || q.due[j].ID < q.fresh[i].ID) {
		list, i = &q.due, j
	}
	if i < 0 {
		return store.Delivery{}, false
	}
	d := (*list)[i]
	*list = slices.Delete(*list, i, i+1)
	return d, true
}

// takeEarliest takes the delivery whose time comes first, before it has come.
func (l *line) takeEarliest(now time.Time) (store.Delivery, bool) {
	list, err := l.Store.PostponedDeliveries(l.soft, l.name, 1)
	if err != nil || len(list) == 0 || l.flying[list[0].ID] || l.tooOld(list[0], now) {
		return store.Delivery{}, false
	}
	l.surveyed = false
	return list[0], true
}

// expire ends what is too old to be told. It leaves what an attempt may be under way for.
func (l *line) expire(now time.Time) error {
	if l.maxAge == 0 {
		return nil
	}
	tooOld := func(d store.Delivery) bool { return l.tooOld(d, now) }
	l.fresh, l.due = slices.DeleteFunc(l.fresh, tooOld), slices.DeleteFunc(l.due, tooOld)
	if now.Before(l.expireAt) {
		return nil
	}
	kept := l.maxAge + l.Timeout + grace
	for {
		b, err := l.Store.Backlog(l.soft, l.name, 1)
		if err != nil {
			return err
		}
		if b.Open == 0 {
			l.expireAt = time.Time{}
			return nil
		}
		if l.expireAt = b.Oldest.Add(kept + time.Microsecond); l.expireAt.After(now) {
			return nil
		}
		n, err := l.endOld(l.name, now.Add(-kept), store.Expired)
		if err != nil {
			return err
		}
		l.Log.Warn("deliveries expired", "channel", l.name.Channel, "webhook", l.name.Webhook, "count", n)
	}
}

// tooOld reports whether a delivery is older than the webhook wants.
func (l *line) tooOld(d store.Delivery, now time.Time) bool {
	return l.maxAge > 0 && now.Sub(d.CreatedAt) >= l.maxAge
}

// grace is how long the end of an attempt may take to be recorded before a delivery is ended for its age.
const grace = 5 * time.Second

// endOld ends the deliveries of a line that were made before a time.
func (s *Service) endOld(name store.Line, before time.Time, as store.DeliveryState) (total int, err error) {
	const step = 500
	for {
		n, err := s.Store.EndDeliveries(s.soft, name, before, as, step)
		total += n
		if err != nil || n < step {
			return total, err
		}
	}
}
