package store

import (
	"context"
	"fmt"
	"time"

	"tapgate/internal/id"
)

// Audits is the record of who changed what. It holds no secrets and no numbers of people.
type Audits interface {
	// BeginAudit records that something is about to be done, with its outcome if that is known, and
	// returns its place.
	BeginAudit(ctx context.Context, a Audit) (seq int64, err error)
	// EndAudit records how it ended. Channel, Target and Changes are replaced where a says something.
	EndAudit(ctx context.Context, seq int64, a Audit) error
	// AuditLog returns records, newest first.
	AuditLog(ctx context.Context, q AuditQuery) ([]Audit, error)
}

// Audit says who did what.
type Audit struct {
	Seq int64
	At  time.Time
	// Token is the id of the token that it was done with; "" for the program itself, such as at its start.
	Token string
	// Action names what was done, such as "channel.add".
	Action string
	// Channel is what it was done to; "" for none. It may not exist any more.
	Channel id.Channel
	// Target is what it was about, such as the id of another token; "" where the action says it all.
	Target  string
	Outcome AuditOutcome
	Changes []AuditChange
}

// AuditOutcome is how an action ended. The values are stored.
type AuditOutcome string

// The outcomes. The zero one says that the end is not known: the action is under way, or the process was
// killed meanwhile.
const (
	AuditDone    AuditOutcome = "done"
	AuditRefused AuditOutcome = "refused" // the request was wrong, or could not be met
	AuditFailed  AuditOutcome = "failed"  // tapgate, or WhatsApp, failed
)

// AuditChange is one field that was changed. Before and After are "" where the values are not recorded,
// because they may be secret.
type AuditChange struct {
	Field  string `json:"field"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// AuditQuery asks for records.
type AuditQuery struct {
	Channel id.Channel // "" means all
	Before  int64      // only those with a lower Seq; 0 means no bound
	Limit   int
}

type changesRow struct {
	versioned
	Changes []AuditChange `json:"changes,omitempty"`
}

// EncodeChanges returns the form of changes that implementations store.
func EncodeChanges(list []AuditChange) ([]byte, error) {
	return encodeRow(changesRow{versioned{rowVersion}, list})
}

// DecodeChanges reads what EncodeChanges wrote.
func DecodeChanges(b []byte) ([]AuditChange, error) {
	var row changesRow
	if err := decodeRow(b, &row); err != nil {
		return nil, fmt.Errorf("read stored changes: %w", err)
	}
	return row.Changes, nil
}
