package api_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tapgate/internal/api"
	"tapgate/internal/fault"
	"tapgate/internal/store"
)

// book is a record in memory.
type book struct {
	records []store.Audit
	full    bool // nothing can be written any more
}

func (b *book) BeginAudit(_ context.Context, a store.Audit) (int64, error) {
	if b.full {
		return 0, errors.New("disk full")
	}
	a.Seq = int64(len(b.records) + 1)
	b.records = append(b.records, a)
	return a.Seq, nil
}

func (b *book) EndAudit(_ context.Context, seq int64, a store.Audit) error {
	if b.full {
		return errors.New("disk full")
	}
	a.Seq = seq
	b.records[seq-1] = a
	return nil
}

func (b *book) AuditLog(context.Context, store.AuditQuery) ([]store.Audit, error) {
	list := slices.Clone(b.records)
	slices.Reverse(list)
	return list, nil
}

// Who changes something is recorded, with how it ended; who only looks is not.
func TestAudit(t *testing.T) {
	var b book
	s := startWith(t, func(o *api.Options) { o.Audit = &b })
	s.ask(t, "GET", "/settings", "")
	s.ask(t, "PATCH", "/settings", `{"offline_mode":true,"webhooks":[{"url":"https://hook.example/?secret=canary","headers":{"Authorization":"canary"}}]}`)
	s.ask(t, "PATCH", "/settings", `{"offline_mode":7}`)
	s.ask(t, "PATCH", "/users/profile", `{"name":"Corner shop","about":"canary"}`)
	s.gate.err = fault.New(fault.Unavailable, "away")
	s.ask(t, "PUT", "/status", `{"status":"canary"}`)
	want := []store.Audit{
		{Seq: 1, Action: "settings.change", Outcome: store.AuditDone, Changes: []store.AuditChange{
			{Field: "webhooks", Before: "0", After: "1"}, {Field: "offline_mode", After: "true"}}},
		{Seq: 2, Action: "settings.change", Outcome: store.AuditRefused},
		{Seq: 3, Action: "profile.change", Outcome: store.AuditDone, Changes: []store.AuditChange{{Field: "name"}, {Field: "about"}}},
		{Seq: 4, Action: "profile.change", Outcome: store.AuditFailed, Changes: []store.AuditChange{{Field: "about"}}},
	}
	if diff := cmp.Diff(want, b.records, cmpopts.IgnoreFields(store.Audit{}, "At", "Token", "Channel")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, a := range b.records {
		if a.At.IsZero() || a.Channel != mantis {
			t.Errorf("%+v says not when, or not of which channel", a)
		}
	}
}

// What can't be recorded is not done.
func TestNotAudited(t *testing.T) {
	b := book{full: true}
	s := startWith(t, func(o *api.Options) { o.Audit = &b })
	before := s.gate.settings
	res := s.ask(t, "PATCH", "/settings", `{"offline_mode":true}`)
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("status %d, %v", res.StatusCode, res.Header)
	}
	if s.gate.settings.Offline != before.Offline {
		t.Error("it was changed all the same")
	}
	if res := s.ask(t, "GET", "/settings", ""); res.StatusCode != http.StatusOK {
		t.Errorf("who looks gets %d", res.StatusCode)
	}
}
