package whapi

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
)

// Audit says who did what. The dialect has nothing of the kind.
type Audit struct {
	Seq     int64
	At      time.Time
	Token   string // "" for the program itself
	Action  string
	Channel id.Channel
	Target  string
	Outcome string // "" when it is not known
	Changes []AuditChange
}

// AuditChange is one field that was changed. Before and After are "" where the values are not recorded.
type AuditChange struct {
	Field  string `json:"field"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// AuditQuery is which records are asked for.
type AuditQuery struct {
	Channel id.Channel // "" for all
	Before  int64      // 0 for no bound
	Limit   int
}

// DecodeAuditQuery reads the query of the list of records: channel, before and limit.
func DecodeAuditQuery(query url.Values) (AuditQuery, error) {
	var wrong fault.Problems
	q := AuditQuery{Channel: id.Channel(query.Get("channel"))}
	q.Before = wholeNumber(&wrong, query, "before", 1, 1<<62, 0)
	q.Limit = int(wholeNumber(&wrong, query, "limit", 1, maxPage, defaultPage))
	return q, wrong.Err()
}

type auditJSON struct {
	ID      int64         `json:"id"`
	At      stamp         `json:"at"`
	Action  string        `json:"action"`
	Outcome string        `json:"outcome"`
	TokenID string        `json:"token_id,omitempty"`
	Channel string        `json:"channel_id,omitempty"`
	Target  string        `json:"target,omitempty"`
	Changes []AuditChange `json:"changes,omitempty"`
}

// EncodeAudits tells records, and where to go on if there may be more.
func EncodeAudits(list []Audit, more bool) ([]byte, error) {
	out := struct {
		Records []auditJSON `json:"records"`
		// Next is what to ask for as before; absent at the end.
		Next int64 `json:"next,omitempty"`
	}{Records: make([]auditJSON, len(list))}
	for i, a := range list {
		out.Records[i] = auditJSON{a.Seq, stamp(a.At), a.Action, a.Outcome, a.Token, string(a.Channel), a.Target, a.Changes}
		if a.Outcome == "" {
			out.Records[i].Outcome = "unknown"
		}
		if more {
			out.Next = a.Seq
		}
	}
	return encode(out)
}

// openSettings are the settings whose values hold no secret.
func openSettings() []string {
	return []string{
		"callback_backoff_delay_ms", "max_callback_backoff_delay_ms", "callback_persist", "offline_mode", "auto_read_messages", "rate_per_minute",
		"rate_jitter", "full_history", "pdo_sync", "data_mode", "sent_status", "pass_through",
	}
}

// SettingsChanges names what differs between settings, for the record: the values are told of those only
// that can hold no secret. Of webhooks it tells how many there are.
func SettingsChanges(before, after channel.Settings) []AuditChange {
	var list []AuditChange
	was, is := settingsFields(before), settingsFields(after)
	for _, name := range changed(was, is) {
		x := AuditChange{Field: name}
		switch {
		case name == "webhooks":
			x.Before, x.After = strconv.Itoa(len(before.Webhooks)), strconv.Itoa(len(after.Webhooks))
		case slices.Contains(openSettings(), name):
			x.Before, x.After = was.plain(name), is.plain(name)
		}
		list = append(list, x)
	}
	return list
}

// plain is a field's value as text; "" when it is not there.
func (f fields) plain(name string) string {
	for _, x := range f {
		if x.name == name {
			if b, err := json.Marshal(x.value); err == nil {
				return string(b)
			}
		}
	}
	return ""
}
