package app

import (
	"context"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/store"
)

// recordDone records what the program did by itself, such as at its start.
func recordDone(ctx context.Context, s store.Audits, action string, ch id.Channel, target string) error {
	_, err := s.BeginAudit(ctx, store.Audit{At: time.Now().UTC(), Action: action, Channel: ch, Target: target, Outcome: store.AuditDone})
	return err
}
