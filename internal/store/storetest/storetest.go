// Package storetest defines how a store behaves: an implementation is one when it passes.
package storetest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// Run checks the promises of package store but that of durability. open returns an empty store and
// closes it at the end of the test.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, part := range []struct {
		name  string
		cases cases
	}{
		{"Channels", channels},
		{"Tokens", tokens},
		{"Outbox", outbox},
		{"Keys", keys},
		{"Timelines", timelines},
		{"Messages", messages},
		{"Lists", lists},
		{"Together", together},
		{"Statuses", statuses},
		{"Events", events},
		{"Deliveries", deliveries},
		{"DeliveryLog", deliveryLog},
		{"Webhooks", webhooks},
		{"Media", media},
		{"Downloads", downloads},
		{"Depths", depths},
		{"Sweeping", sweeping},
		{"Audits", audits},
		{"Close", closing},
	} {
		t.Run(part.name, func(t *testing.T) {
			for _, c := range part.cases() {
				t.Run(c.name, func(t *testing.T) { c.run(newFixture(t, open(t))) })
			}
		})
	}
}

type cases func() []testCase

type testCase struct {
	name string
	run  func(f *fixture)
}

// fixture is a store under test and the words to talk about it. Its methods end the test when the
// store fails at something that is not the point of the test.
type fixture struct {
	*testing.T
	s   store.Store
	ctx context.Context
	n   int // how many things were made, so that no two are alike
}

func newFixture(t *testing.T, s store.Store) *fixture {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return &fixture{T: t, s: s, ctx: ctx}
}

func (f *fixture) next() int { f.n++; return f.n }

// at is a time in the life of the test; each n is a minute later.
func at(n int) time.Time {
	return time.Date(2026, 11, 2, 10, 0, 0, 123456000, time.UTC).Add(time.Duration(n) * time.Minute)
}

// token is a token's hash; each n is another one.
func token(n int) store.TokenHash { return sha256.Sum256(fmt.Append(nil, n)) }

const (
	jonathan id.User = "61371989950"
	maria    id.User = "61371989951"
	hookA            = "hook-a"
	hookB            = "hook-b"
)

// channel adds a channel.
func (f *fixture) channel() id.Channel {
	f.Helper()
	n := f.next()
	c := channel.Channel{
		ID: id.Channel(fmt.Sprintf("HERON-%05d", n)), Name: "test", CreatedAt: at(n), Settings: channel.DefaultSettings(),
	}
	f.must(f.s.AddChannel(f.ctx, c, token(n)))
	return c.ID
}

// outgoing makes a message to send and its row.
func (f *fixture) outgoing(ch id.Channel) (store.Outbound, message.Message) {
	n := f.next()
	m := message.Message{
		ID:      id.Message{Stanza: fmt.Sprintf("3EB0%018X", n), Chat: jonathan.Private(), FromMe: true},
		From:    "919984351847",
		Source:  message.SourceAPI,
		At:      at(n),
		Status:  message.Pending,
		Content: message.Text{Body: fmt.Sprint("text ", n)},
	}
	o := store.Outbound{
		Channel: ch, Message: m.ID, Payload: fmt.Append(nil, "payload ", n), Recipe: "native_flow",
		Typing: 1500 * time.Millisecond, AcceptedAt: at(n), ExpiresAt: at(n + 60), NextAt: at(n),
	}
	return o, m
}

// accept puts a message in the line of a channel.
func (f *fixture) accept(ch id.Channel) store.Outbound {
	f.Helper()
	o, m := f.outgoing(ch)
	seq, err := f.s.Accept(f.ctx, o, m)
	f.must(err)
	o.Seq = seq
	return o
}

// incoming makes a message that came in.
func (f *fixture) incoming() message.Message {
	n := f.next()
	return message.Message{
		ID:       id.Message{Stanza: fmt.Sprintf("3A%018X", n), Chat: jonathan.Private()},
		ChatName: "Jonathan", From: jonathan, FromName: "Jon", Source: message.SourceMobile,
		At:      at(n).Truncate(time.Second),
		Content: message.Reply{To: message.ButtonsReply, ID: "ButtonsV3:yes", Title: "Yes"},
	}
}

// record makes an event for webhooks.
func (f *fixture) record(ch id.Channel, webhooks ...string) store.Record {
	n := f.next()
	return store.Record{
		Event: id.Event(fmt.Sprintf("evt_%032x", n)), Channel: ch, Type: "messages", Method: "post",
		At: at(n), Order: "61371989950@s.whatsapp.net", Body: fmt.Appendf(nil, `{"n":%d}`, n), Webhooks: webhooks,
	}
}

// message reads a message.
func (f *fixture) message(ch id.Channel, m id.Message) message.Message {
	f.Helper()
	got, err := f.s.Message(f.ctx, ch, m)
	f.must(err)
	return got
}

// head reads the head of the channel's line, or Seq 0 when the line is empty.
func (f *fixture) head(ch id.Channel) store.Outbound {
	f.Helper()
	o, ok, err := f.s.NextOutbound(f.ctx, ch, 0)
	f.must(err)
	if ok != (o.Seq != 0) {
		f.Fatalf("NextOutbound: ok %v with row %+v", ok, o)
	}
	return o
}

// due reads the oldest delivery that is due, or ID 0 and when the next one is.
func (f *fixture) due(ch id.Channel, hook string, now time.Time) (d store.Delivery, next time.Time) {
	f.Helper()
	l := store.Line{Channel: ch, Webhook: hook}
	found, err := f.s.FreshDeliveries(f.ctx, l, 0, 1)
	f.must(err)
	postponed, err := f.s.PostponedDeliveries(f.ctx, l, 1000)
	f.must(err)
	for _, p := range postponed {
		if !p.NextAt.After(now) {
			found = append(found, p)
		}
	}
	if len(found) > 0 {
		return slices.MinFunc(found, func(a, b store.Delivery) int { return cmp.Compare(a.ID, b.ID) }), next
	}
	if len(postponed) > 0 {
		next = postponed[0].NextAt
	}
	return d, next
}

// drain reads all events that a webhook has still to hear of, oldest first, by ending each delivery.
func (f *fixture) drain(ch id.Channel, hook string) []id.Event {
	f.Helper()
	events := []id.Event{}
	for range 10_000 {
		d, next := f.due(ch, hook, at(1_000_000))
		if d.ID == 0 {
			if !next.IsZero() {
				f.Fatalf("nothing is due in the far future, but something at %v", next)
			}
			return events
		}
		events = append(events, d.Record.Event)
		f.delivered(d)
	}
	f.Fatal("the line does not get shorter")
	return nil
}

// settle records an attempt.
func (f *fixture) settle(d store.Delivery, a store.Attempt, as store.DeliveryState, next time.Time) {
	f.Helper()
	f.must(f.s.Settle(f.ctx, []store.Attempted{{Delivery: d.ID, Attempt: a, State: as, Next: next}}, nil))
}

// delivered ends a delivery well.
func (f *fixture) delivered(d store.Delivery) {
	f.Helper()
	f.settle(d, store.Attempt{At: at(1), Status: 200}, store.Delivered, time.Time{})
}

// postpone records a failed attempt.
func (f *fixture) postpone(d store.Delivery, a store.Attempt, next time.Time) {
	f.Helper()
	f.settle(d, a, store.Open, next)
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// kind checks that err is a fault of kind k.
func (f *fixture) kind(what string, err error, k fault.Kind) {
	f.Helper()
	if !fault.Is(err, k) {
		f.Errorf("%s: error %v, want a fault of kind %s", what, err, k)
	}
}

// same checks that got is want.
func (f *fixture) same(what string, want, got any, opts ...gocmp.Option) {
	f.Helper()
	if diff := gocmp.Diff(want, got, opts...); diff != "" {
		f.Errorf("%s: -want +got\n%s", what, diff)
	}
}

// unknown makes an attempt of which nobody knows how it ended.
func unknown(reason string) store.Try {
	return store.Try{At: at(400), Took: time.Second, Result: store.TryUnknown, Reason: reason}
}
