package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"tapgate/internal/id"
)

// receiver is a program that hears webhooks.
type receiver struct {
	server *http.Server
	url    string

	mu    sync.Mutex
	heard map[string]time.Time // by the id on the wire
	more  chan struct{}        // holds a token when something was heard
}

func newReceiver() (*receiver, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{url: "http://" + l.Addr().String() + "/", heard: map[string]time.Time{}, more: make(chan struct{}, 1)}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: startWait}
	go func() { _ = r.server.Serve(l) }() // ends with close
	return r, nil
}

func (r *receiver) close() { _ = r.server.Close() }

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	now := time.Now()
	var body struct {
		Messages []struct {
			ID     string
			FromMe bool `json:"from_me"`
		}
	}
	if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range body.Messages {
		if stanza := stanzaOf(m.ID); !m.FromMe && r.heard[stanza].IsZero() {
			r.heard[stanza] = now
		}
	}
	select {
	case r.more <- struct{}{}:
	default:
	}
}

// stanzaOf returns the id on the wire of an id of the dialect; "" when it is none.
func stanzaOf(text string) string {
	m, err := id.ParseMessage(text)
	if err != nil {
		return ""
	}
	return m.Stanza
}

// await waits until all were heard, and returns when.
func (r *receiver) await(ctx context.Context, ids []string) (map[string]time.Time, error) {
	for {
		r.mu.Lock()
		at := make(map[string]time.Time, len(ids))
		for _, id := range ids {
			if t, ok := r.heard[id]; ok {
				at[id] = t
			}
		}
		r.mu.Unlock()
		if len(at) == len(ids) {
			return at, nil
		}
		select {
		case <-r.more:
		case <-ctx.Done():
			return nil, fmt.Errorf("%d of %d messages were told: %w", len(at), len(ids), ctx.Err())
		}
	}
}

// calm is how long after a message nobody presses its button, as people do not: receipts come in.
const calm = 50 * time.Millisecond

// answered measures what comes back, one at a time: from the moment at which the customer's phone is
// told to press a button until the webhook has the tap; beside it a text until the bare client's
// handler has it. The time that the phone takes to encrypt is in both.
func (r *run) answered(ctx context.Context) error {
	r.say("answers, one at a time")
	if err := r.prepare(ctx, 1); err != nil {
		return err
	}
	hooks, err := newReceiver()
	if err != nil {
		return err
	}
	defer hooks.close()
	if err := r.gateway.hook(ctx, 0, hooks.url); err != nil {
		return err
	}
	half := max(r.answers/r.rounds, 5)
	c, err := r.turns(1, func() (sample, error) { return r.taps(ctx, hooks, half) }, func() (sample, error) { return r.bareAnswers(ctx, half) })
	if err != nil {
		return err
	}
	r.report.Answers = append(r.report.Answers, c)
	return nil
}

func (r *run) taps(ctx context.Context, hooks *receiver, count int) (s sample, err error) {
	for range count {
		sent, err := r.gateway.button(ctx, 0, customer(0))
		if err != nil {
			return s, err
		}
		if err := wait(ctx, calm); err != nil {
			return s, err
		}
		var start time.Time
		var id string
		cpu, err := r.measured(r.gateway.process, func() error {
			if err := r.shown(ctx, func() (err error) {
				start = time.Now()
				id, err = r.network.tap(ctx, customer(0), sent)
				return err
			}); err != nil {
				return err
			}
			at, err := hooks.await(ctx, []string{id})
			if err == nil {
				s.add(at[id].Sub(start))
			}
			return err
		})
		if err != nil {
			return s, err
		}
		s.cpu = s.cpu.add(cpu)
	}
	return s, nil
}

// shown presses until the phone shows the message: WhatsApp's ack comes before it does.
func (r *run) shown(ctx context.Context, press func() error) error {
	bounded, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	var last error
	err := poll(bounded, "the phone shows the message", func() (bool, error) {
		last = press()
		return last == nil, nil
	})
	if err != nil && last != nil {
		return last
	}
	return err
}

func (s *sample) add(took time.Duration) {
	s.took = append(s.took, took)
	s.elapsed += took
}

func (r *run) bareAnswers(ctx context.Context, count int) (s sample, err error) {
	for k := range count {
		start := time.Now()
		var at map[string]time.Time
		var id string
		cpu, err := r.measured(r.bare.process, func() (err error) {
			if id, err = r.network.write(ctx, customer(0), business(true, 0), fmt.Sprint("answer ", k)); err != nil {
				return err
			}
			at, err = r.bare.await(ctx, []string{id})
			return err
		})
		if err != nil {
			return s, err
		}
		s.add(at[id].Sub(start))
		s.cpu = s.cpu.add(cpu)
	}
	return s, nil
}

// await waits until the handler had all of the messages, and returns when.
func (b *bareClient) await(ctx context.Context, ids []string) (map[string]time.Time, error) {
	at := map[string]time.Time{}
	err := poll(ctx, "the bare client hears all", func() (bool, error) {
		r, err := b.do(ctx, order{Heard: true})
		for id, us := range r.Heard {
			at[id] = time.UnixMicro(us)
		}
		for _, id := range ids {
			if at[id].IsZero() {
				return false, err
			}
		}
		return true, err
	})
	return at, err
}
