package sqlite_test

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/fault"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
)

// Whichever statement of the whole gateway's work fails, and however, nobody is told a lie: what was
// accepted is sent, once; what was refused is not half there and can be repeated; what was acked to
// WhatsApp is stored and told.
func TestNoLieWhicheverStatementFails(t *testing.T) {
	for _, how := range []manner{notRun, runAndLost, rolledBack, fromNowOn} {
		for name, try := range map[string]func(*liar, int) (fired bool){"send": (*liar).send, "tap": (*liar).tap, "receipt": (*liar).receipt} {
			t.Run(name+"/"+string(how), func(t *testing.T) {
				t.Parallel()
				path := filepath.Join(t.TempDir(), "gateway.db")
				synctest.Test(t, func(t *testing.T) {
					l := newLiar(t, path, how)
					defer l.close()
					n := 1
					for try(l, n) {
						n++
					}
					t.Logf("%d statements failed, one at a time", n-1)
					if n < 6 { // a tap: begin, message, event, delivery, commit
						t.Errorf("only %d statements failed", n-1)
					}
				})
			})
		}
	}
}

// liar is a gateway on a database whose n-th statement fails, and on a network that acks everything.
type liar struct {
	*gateway.Gateway
	t      *testing.T
	db     *sqlite.Store
	net    *acker
	faults *faults
	how    manner
}

func newLiar(t *testing.T, path string, how manner) *liar {
	l := &liar{t: t, net: &acker{sent: map[string]int{}}, faults: &faults{}, how: how}
	var err error
	if l.db, err = sqlite.Open(t.Context(), sqlite.Options{Path: path}.Between(l.faults.between)); err != nil {
		t.Fatal(err)
	}
	addChannel(t, l.db)
	if err := l.db.SetIdentity(t.Context(), testChannel, "919984351847", "device", "Shop", ""); err != nil {
		t.Fatal(err)
	}
	if l.Gateway, err = gateway.New(gateway.Options{Store: l.db, Backend: l.net, Planner: teller{}}); err != nil {
		t.Fatal(err)
	}
	if err := l.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *liar) close() {
	if err := l.Stop(l.t.Context()); err != nil {
		l.t.Error(err)
	}
	if err := l.db.Close(); err != nil {
		l.t.Error(err)
	}
}

// while runs do, in which and in a minute after which the n-th statement fails, and settles.
func (l *liar) while(n int, do func()) (fired bool) {
	l.faults.arm(n, l.how)
	do()
	<-time.After(time.Minute)
	fired = l.faults.disarm()
	<-time.After(2 * time.Minute)
	synctest.Wait()
	return fired
}

// send sends a message with a key; when that fails, as a program does, again.
func (l *liar) send(n int) (fired bool) {
	text := fmt.Sprint("text ", n)
	send := func() (message.Message, error) {
		return l.Send(l.t.Context(), testChannel, gateway.Draft{
			To: id.User("61371989950").Private(), Content: message.Text{Body: text}, Key: gateway.Key{Name: text},
		})
	}
	var first message.Message
	var err error
	fired = l.while(n, func() { first, err = send() })
	if err == nil {
		if got, err := l.Message(l.t.Context(), testChannel, first.ID); err != nil || got.Status != message.Sent {
			l.t.Errorf("statement %d failed: accepted, and then %s, %v", n, got.Status, err)
		}
	} else if f := fault.Of(err); f.Kind != fault.Unavailable || f.RetryAfter == 0 {
		l.t.Errorf("statement %d failed as %v", n, err)
	}
	again, err := send()
	<-time.After(time.Minute)
	synctest.Wait()
	if err != nil || again.Status != message.Sent {
		l.t.Errorf("statement %d failed: the repeated request is %s, %v", n, again.Status, err)
	}
	if !first.ID.IsZero() && first.ID != again.ID {
		l.t.Errorf("statement %d failed: %s was answered, then %s", n, first.ID, again.ID)
	}
	if ids := l.net.ids(text); ids != 1 {
		l.t.Errorf("statement %d failed: the message left under %d ids", n, ids)
	}
	if n := l.told(again.ID); n != 2 {
		l.t.Errorf("the webhook is told %d times of what was sent, want message and status", n)
	}
	return fired
}

// tap hands a tap over, until it is taken.
func (l *liar) tap(n int) (fired bool) {
	m := message.Message{
		ID: id.Message{Stanza: id.NewStanza(), Chat: id.User("61371989950").Private()}, From: "61371989950",
		At: time.Unix(1762077700, 0).UTC(), Content: message.Reply{To: message.ButtonsReply, ID: "ButtonsV3:yes", Title: "Yes"},
	}
	return l.hands(n, event.MessageReceived{Message: m}, m.ID, 1)
}

// receipt hands a receipt over for a message that was sent.
func (l *liar) receipt(n int) (fired bool) {
	m, err := l.Send(l.t.Context(), testChannel, gateway.Draft{To: id.User("61371989950").Private(), Content: message.Text{Body: fmt.Sprint("read ", n)}})
	if err != nil {
		l.t.Fatal(err)
	}
	<-time.After(time.Minute)
	return l.hands(n, event.StatusChanged{Message: m.ID, Status: message.Read, At: m.At}, m.ID, 3)
}

func (l *liar) hands(n int, p event.Payload, about id.Message, want int) (fired bool) {
	var err error
	fired = l.while(n, func() { err = l.net.sink.Handle(l.t.Context(), []event.Payload{p}) })
	if err == nil && l.told(about) != want {
		l.t.Errorf("statement %d failed: acked, and %d are told, want %d", n, l.told(about), want)
	}
	if err := l.net.sink.Handle(l.t.Context(), []event.Payload{p}); err != nil { // WhatsApp delivers it again
		l.t.Errorf("after statement %d had failed: %v", n, err)
	}
	if got := l.told(about); got != want {
		l.t.Errorf("statement %d failed: %d are told in the end, want %d", n, got, want)
	}
	return fired
}

// told counts the deliveries about a message.
func (l *liar) told(m id.Message) int {
	l.t.Helper()
	line, err := l.db.Timeline(l.t.Context(), testChannel, m)
	if err != nil && !fault.Is(err, fault.NotFound) {
		l.t.Fatal(err)
	}
	return len(line.Told)
}

// acker is a backend whose network acks everything.
type acker struct {
	mu   sync.Mutex
	sent map[string]int // stanza ids by text
	seen map[string]bool
	sink backend.Sink
}

func (a *acker) ids(text string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.sent[text]
}

func (a *acker) Open(_ context.Context, o backend.SessionOptions) (backend.Session, error) {
	a.sink = o.Sink
	return ackSession{a}, nil
}

func (a *acker) Close() error { return nil }

type ackSession struct{ *acker }

func (s ackSession) Connect(ctx context.Context) error {
	s.sink.State(ctx, backend.StateChange{State: channel.Connecting})
	s.sink.State(ctx, backend.StateChange{State: channel.Connected})
	return nil
}

func (s ackSession) Prepare(_ context.Context, d backend.Draft) (backend.Envelope, error) {
	return backend.Envelope{Stanza: id.NewStanza(), Chat: d.Chat, Payload: []byte(d.Content.(message.Text).Body)}, nil
}

func (s ackSession) Complete(_ context.Context, e backend.Envelope, _ backend.OpenFile) (backend.Envelope, error) {
	return e, nil
}

func (s ackSession) Send(ctx context.Context, e backend.Envelope) (backend.Ack, error) {
	if e.Stored != nil {
		if err := e.Stored(ctx); err != nil {
			return backend.Ack{}, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.acker.seen = map[string]bool{}
	}
	if !s.seen[e.Stanza] {
		s.seen[e.Stanza] = true
		s.sent[string(e.Payload)]++
	}
	return backend.Ack{At: time.Now().UTC()}, nil
}

func (ackSession) PairCode(context.Context, id.User) (string, error) { return "", nil }
func (ackSession) Unpair(context.Context) error                      { return nil }
func (ackSession) Fetch(context.Context, []byte, io.Writer) error    { return nil }
func (ackSession) Check(context.Context, []id.User) (map[id.User]id.User, error) {
	return nil, backend.ErrOffline
}

func (ackSession) Profile(context.Context, id.User) (channel.Profile, error) {
	return channel.Profile{}, backend.ErrOffline
}
func (ackSession) SetName(context.Context, string) error    { return backend.ErrOffline }
func (ackSession) SetAbout(context.Context, string) error   { return backend.ErrOffline }
func (ackSession) SetPicture(context.Context, []byte) error { return backend.ErrOffline }

func (ackSession) Typing(context.Context, id.Chat, bool) error { return nil }
func (ackSession) Close() error                                { return nil }

// teller tells one webhook of everything.
type teller struct{}

func (teller) Plan(ev event.Event, c channel.Channel) (store.Record, error) {
	return store.Record{
		Event: ev.ID, Channel: c.ID, Type: "messages", Method: "post", At: ev.At, Body: []byte(`{}`), Webhooks: []string{hook},
	}, nil
}

func (teller) Wake(id.Channel) {}
