package gateway

import (
	"context"

	"tapgate/internal/store"
)

// record notes what happened to the channel without a token: somebody scanned its code, or unlinked it.
func (a *actor) record(ctx context.Context, action string) {
	_, err := a.Store.BeginAudit(ctx, store.Audit{At: a.Now().UTC(), Action: action, Channel: a.id, Outcome: store.AuditDone})
	if err != nil {
		a.log().Error("not recorded", "action", action, "error", err)
	}
}
