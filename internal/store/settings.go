package store

import (
	"fmt"
	"strconv"
	"time"

	"tapgate/internal/channel"
)

// settingsRow is the stored form of channel.Settings. Durations are written as Go writes them, such
// as "3s". What the dialect's extra settings hold is kept byte for byte, hence as base64.
type settingsRow struct {
	versioned
	BackoffDelay    string            `json:"backoff_delay"`
	MaxBackoffDelay string            `json:"max_backoff_delay"`
	Webhooks        []webhookRow      `json:"webhooks,omitempty"`
	AutoDownload    []string          `json:"auto_download,omitempty"`
	Proxy           string            `json:"proxy,omitempty"`
	Offline         bool              `json:"offline,omitempty"`
	AutoRead        bool              `json:"auto_read,omitempty"`
	PerMinute       float64           `json:"per_minute,omitempty"`
	Jitter          float64           `json:"jitter,omitempty"`
	Extra           map[string][]byte `json:"extra,omitempty"`
}

type webhookRow struct {
	URL     string            `json:"url"`
	Mode    string            `json:"mode,omitempty"`
	Events  []filterRow       `json:"events,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	MaxAge  string            `json:"max_age,omitempty"`
	Extra   map[string][]byte `json:"extra,omitempty"`
}

type filterRow struct {
	Type   string `json:"type"`
	Method string `json:"method,omitempty"`
}

// EncodeSettings returns the form of s that implementations store.
func EncodeSettings(s channel.Settings) ([]byte, error) {
	row := settingsRow{
		versioned:       versioned{rowVersion},
		BackoffDelay:    s.BackoffDelay.String(),
		MaxBackoffDelay: s.MaxBackoffDelay.String(),
		AutoDownload:    s.AutoDownload,
		Proxy:           s.Proxy,
		Offline:         s.Offline,
		AutoRead:        s.AutoRead,
		PerMinute:       s.Pace.PerMinute,
		Jitter:          s.Pace.Jitter,
		Extra:           s.Extra,
	}
	for _, w := range s.Webhooks {
		hook := webhookRow{URL: w.URL, Mode: string(w.Mode), Headers: w.Headers, Extra: w.Extra}
		if w.MaxAge != 0 {
			hook.MaxAge = w.MaxAge.String()
		}
		for _, f := range w.Events {
			hook.Events = append(hook.Events, filterRow(f))
		}
		row.Webhooks = append(row.Webhooks, hook)
	}
	return encodeRow(row)
}

// DecodeSettings reads what EncodeSettings wrote.
func DecodeSettings(b []byte) (channel.Settings, error) {
	var row settingsRow
	if err := decodeRow(b, &row); err != nil {
		return channel.Settings{}, fmt.Errorf("read stored settings: %w", err)
	}
	s := channel.Settings{
		AutoDownload: row.AutoDownload, Proxy: row.Proxy, Offline: row.Offline, AutoRead: row.AutoRead,
		Pace: channel.Pace{PerMinute: row.PerMinute, Jitter: row.Jitter}, Extra: row.Extra,
	}
	var err error
	if s.BackoffDelay, err = time.ParseDuration(row.BackoffDelay); err != nil {
		return channel.Settings{}, fmt.Errorf("read stored settings: backoff delay: %w", err)
	}
	if s.MaxBackoffDelay, err = time.ParseDuration(row.MaxBackoffDelay); err != nil {
		return channel.Settings{}, fmt.Errorf("read stored settings: max backoff delay: %w", err)
	}
	for _, w := range row.Webhooks {
		hook := channel.Webhook{URL: w.URL, Mode: channel.Mode(w.Mode), Headers: w.Headers, Extra: w.Extra}
		if hook.MaxAge, err = w.maxAge(); err != nil {
			return channel.Settings{}, fmt.Errorf("read stored settings: max age: %w", err)
		}
		for _, f := range w.Events {
			hook.Events = append(hook.Events, channel.EventFilter(f))
		}
		s.Webhooks = append(s.Webhooks, hook)
	}
	return s, nil
}

// maxAge reads the limit of age. Rows were written while it had no effect: those have it, in seconds,
// among what is kept for its own sake.
func (r webhookRow) maxAge() (time.Duration, error) {
	const kept = "webhook_max_age_seconds"
	if raw, ok := r.Extra[kept]; ok && r.MaxAge == "" {
		delete(r.Extra, kept)
		seconds, err := strconv.ParseFloat(string(raw), 64)
		if err != nil || seconds < 15 || seconds > 172800 {
			return 0, nil // it was never checked
		}
		return time.Duration(seconds * float64(time.Second)), nil
	}
	if r.MaxAge == "" {
		return 0, nil
	}
	return time.ParseDuration(r.MaxAge)
}
