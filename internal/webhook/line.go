package webhook

import (
	"sync"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/store"
)

const (
	// trouble is the pause after a failure of our own: of the database, or of the settings.
	trouble = time.Second
	// longestRest bounds how long a line relies on a timer, which does not notice when the clock is set.
	longestRest = 5 * time.Minute
	// maxUnrecorded is how many attempts of a line may be under way or wait to be recorded. After a
	// crash they are made again.
	maxUnrecorded = 64
)

// line makes the deliveries of one webhook. While there is something to do, a goroutine is at it, and
// owns all but what others guard.
type line struct {
	*Service
	name store.Line
	// token holds one token when there is something to look at.
	token chan struct{}

	// The Service's mu guards these. active says that a goroutine is at the line; expected that
	// something was planned for it and that Wake is still to come; news that there may be new rows.
	active, expected, news bool
	urged                  bool // the next probe is due at once
	timer                  *time.Timer

	// reporting guards reports, which attempts and the recorder leave.
	reporting sync.Mutex
	reports   []report

	queue
	breaker
	known bool // whether the breaker was read
	// signing guards the secrets, which a rotation changes.
	signing sync.Mutex
	signs   store.Webhook

	settings channel.Settings
	hooks    []channel.Webhook // those that share the line; none when the webhook is gone
	arranged bool              // whether hooks are known
	gone     bool              // the line has nothing to do any more

	flying   map[int64]bool  // deliveries that are under way or not recorded yet
	inFlight int             // requests
	busy     map[string]bool // chats with a request in flight

	hurried     bool // whether all that was postponed is still to be made due
	pausedUntil time.Time
	told        time.Time // the last success that the database knows of
	maxAge      time.Duration
	expireAt    time.Time // when the oldest delivery may be too old
}

// report says what became of a delivery that was under way.
type report struct {
	delivery store.Delivery
	// recorded is true when the attempt has been recorded. Otherwise it has just ended.
	recorded bool
	next     time.Time // when it is due again; zero when it has ended
	attempt  attempt
	// skipped is true when no request was made: the service stops, the delivery was too old, or it
	// could not be read because of err.
	skipped bool
	err     error
}

func newLine(s *Service, name store.Line) *line {
	return &line{Service: s, name: name, token: make(chan struct{}, 1), flying: map[int64]bool{}, busy: map[string]bool{}}
}

func (l *line) poke() {
	select {
	case l.token <- struct{}{}:
	default:
	}
}

func (l *line) report(r report) {
	l.reporting.Lock()
	l.reports = append(l.reports, r)
	l.reporting.Unlock()
	l.poke()
}

// run works until there is nothing to do for now, or the service stops and nothing is under way.
func (l *line) run() {
	for {
		select {
		case <-l.token:
		default:
		}
		l.collect()
		var next time.Time
		if l.soft.Err() == nil {
			next = l.advance()
		}
		if len(l.flying) == 0 && l.leave(next) {
			return
		}
		l.rest(next)
	}
}

// leave ends the goroutine, unless there is news. A timer calls for another one at next; never, when
// that is zero. A line whose webhook is gone is forgotten.
func (l *line) leave(next time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	stopping := l.soft.Err() != nil
	if len(l.token) > 0 && !stopping {
		return false
	}
	l.active = false
	switch {
	case stopping:
	case l.gone && !l.expected:
		delete(l.lines[l.name.Channel], l.name.Webhook)
	case !next.IsZero():
		l.timer = time.AfterFunc(l.until(next), func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.rouse(l)
		})
	}
	return true
}

// until is how long to rest when there is something to do at a time.
func (l *line) until(at time.Time) time.Duration { return min(max(at.Sub(l.Now()), 0), longestRest) }

// rest waits until there is something to look at.
func (l *line) rest(next time.Time) {
	if l.soft.Err() != nil { // what is under way ends by itself
		<-l.token
		return
	}
	var due <-chan time.Time
	if !next.IsZero() {
		t := time.NewTimer(l.until(next))
		defer t.Stop()
		due = t.C
	}
	select {
	case <-l.token:
	case <-due:
	case <-l.soft.Done():
	}
}

// advance starts what may be started, and returns when to look again without being called; zero when
// nothing is expected.
func (l *line) advance() time.Time {
	now := l.Now()
	if err := l.look(now); err != nil {
		return l.failed("deliveries not read", err)
	}
	if l.empty() && (l.expireAt.IsZero() || l.expireAt.After(now)) {
		l.gone = l.gone || l.arranged && len(l.hooks) == 0
		return l.expireAt
	}
	settings, err := l.Settings(l.soft, l.name.Channel)
	if fault.Is(err, fault.NotFound) {
		l.forget()
		return time.Time{}
	}
	if err != nil {
		return l.failed("settings not read", err)
	}
	if err := l.arrange(settings, now); err != nil {
		return l.failed("deliveries not cancelled", err)
	}
	if l.hurried && !l.open() {
		if err := l.hurry(now); err != nil {
			return l.failed("deliveries not hurried", err)
		}
	}
	for l.free(now) {
		d, ok := l.pick(now)
		if !ok {
			break
		}
		l.start(d)
	}
	return l.nextLook(now)
}

// look reads what is new: what the webhook is, and deliveries.
func (l *line) look(now time.Time) error {
	l.mu.Lock()
	urged := l.urged
	l.more, l.news, l.urged = l.more || l.news, false, false
	l.mu.Unlock()
	if !l.known {
		w, err := l.Store.Webhook(l.soft, l.name, newSecret())
		if fault.Is(err, fault.NotFound) {
			l.forget()
			return nil
		}
		if err != nil {
			return err
		}
		l.breaker.Webhook, l.told, l.known = w, w.LastSuccess, true
		l.setSecrets(w)
	}
	if urged && l.open() {
		l.ProbeAt = now
	}
	return l.read(now)
}

// forget drops a line whose channel is gone.
func (l *line) forget() {
	l.queue = queue{surveyed: true}
	l.gone = true
}

// arrange takes the settings in: it cancels what goes to a webhook that is gone, and ends what is too
// old.
func (l *line) arrange(s channel.Settings, now time.Time) error {
	l.settings, l.hooks, l.arranged = s, find(s, l.name.Webhook), true
	l.gone = l.gone && len(l.hooks) == 0
	if len(l.hooks) == 0 && l.ordinary() {
		n, err := l.cancel()
		if err != nil {
			return err
		}
		l.queue.drop(func(d store.Delivery) bool { return d.URL == "" })
		l.surveyed = false
		l.Log.Info("webhook is gone", "channel", l.name.Channel, "webhook", l.name.Webhook, "cancelled", n)
	}
	if age := maxAge(l.hooks); age != l.maxAge {
		l.maxAge, l.expireAt = age, time.Time{}
		l.queue.restart()
	}
	return l.expire(now)
}

// cancel ends what waits for a webhook that is gone, step by step: others wait for the database, too. What
// is left when the process ends is cancelled after the next start.
func (l *line) cancel() (total int, err error) {
	for after := int64(0); ; {
		n, last, err := l.Store.CancelLine(l.soft, l.name, after, tidyStep)
		total += n
		if err != nil || last == 0 {
			return total, err
		}
		after = last
	}
}

// maxAge is the age at which events are not told any more: the longest of the webhooks, 0 for none.
func maxAge(hooks []channel.Webhook) (longest time.Duration) {
	for _, w := range hooks {
		if w.MaxAge == 0 {
			return 0
		}
		longest = max(longest, w.MaxAge)
	}
	return longest
}

// hurry makes due what was postponed while the webhook was down, and has it read in the order it was made in.
func (l *line) hurry(now time.Time) error {
	const step = 1000
	for {
		n, err := l.Store.HurryDeliveries(l.soft, l.name, now, step)
		if err != nil {
			return err
		}
		if n < step {
			l.hurried, l.surveyed, l.due = false, false, nil
			return l.read(now)
		}
	}
}

// free reports whether another request may be started.
func (l *line) free(now time.Time) bool {
	switch {
	case len(l.flying) >= maxUnrecorded, l.inFlight >= l.width(l.PerWebhook), now.Before(l.pausedUntil):
		return false
	case l.open():
		return len(l.flying) == 0 && !now.Before(l.probeTime(now))
	}
	return true
}

// probeTime is when a webhook that is down is asked again. A time that lies too far ahead was set by a
// clock that went wrong.
func (l *line) probeTime(now time.Time) time.Time {
	if l.ProbeAt.After(now.Add(lastProbe)) {
		return now
	}
	return l.ProbeAt
}

// pick takes the delivery out of the queue whose turn it is.
func (l *line) pick(now time.Time) (store.Delivery, bool) {
	if d, ok := l.take(l.busy); ok {
		return d, true
	}
	if l.open() { // a probe need not be due
		return l.takeEarliest(now)
	}
	if !l.more || len(l.fresh) >= maxHeld {
		return store.Delivery{}, false
	}
	// Those that are held belong to chats that are busy: there may be others behind them.
	if err := l.readFresh(); err != nil {
		return store.Delivery{}, false
	}
	return l.pick(now)
}

// nextLook is when something may be due.
func (l *line) nextLook(now time.Time) (next time.Time) {
	sooner := func(at time.Time) {
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	sooner(l.expireAt)
	if len(l.flying) > 0 && (l.open() || l.inFlight >= l.width(l.PerWebhook)) {
		return next // a report comes
	}
	at := l.dueAt
	if !l.surveyed && len(l.flying) == 0 {
		at = now
	}
	if len(l.fresh) > 0 || len(l.due) > 0 {
		at = now.Add(trouble) // it was blocked, and a report comes; or it could not be read
	}
	switch {
	case l.empty():
		return next
	case l.open():
		at = l.probeTime(now)
	}
	if at.Before(l.pausedUntil) {
		at = l.pausedUntil
	}
	sooner(at)
	return next
}

// failed logs a failure of our own, and returns when to try again.
func (l *line) failed(what string, err error) time.Time {
	if l.soft.Err() == nil {
		l.Log.Error("webhook in trouble", "channel", l.name.Channel, "webhook", l.name.Webhook, "what", what, "error", err)
	}
	return l.Now().Add(trouble)
}

// setSecrets changes what signs the requests.
func (l *line) setSecrets(w store.Webhook) {
	l.signing.Lock()
	defer l.signing.Unlock()
	l.signs = w
}

func (l *line) secrets(at time.Time) []string {
	l.signing.Lock()
	defer l.signing.Unlock()
	return secrets(l.signs, at)
}

// body reads what a delivery tells.
func (l *line) body(e id.Event) ([]byte, error) {
	if body, ok := l.bodies.get(e); ok {
		return body, nil
	}
	return l.Store.EventBody(l.hard, e)
}
