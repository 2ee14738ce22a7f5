package whapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tapgate/internal/channel"
)

// EncodeSettings is the answer to GET /settings.
func EncodeSettings(s channel.Settings) ([]byte, error) { return encode(settingsFields(veiled(s))) }

// PatchSettings merges the body of PATCH /settings into now. Fields that are absent or null stay as
// they are, webhooks are replaced as a whole. Changes names the fields whose value differs
// afterwards. Any error is a fault, and then after is now.
func PatchSettings(b Body, now channel.Settings) (after channel.Settings, changes []string, err error) {
	o, err := b.open(MaxRequest)
	if err != nil {
		return now, nil, err
	}
	after = now
	if ms, ok := o.number("callback_backoff_delay_ms", 3000, 15000); ok {
		after.BackoffDelay = milliseconds(ms)
	}
	if ms, ok := o.number("max_callback_backoff_delay_ms", 600000, 3600000); ok {
		after.MaxBackoffDelay = milliseconds(ms)
	}
	if _, ok := o.get("webhooks"); ok {
		after.Webhooks = o.webhooks()
	}
	if raw, ok := o.get("media"); ok && kindOf(raw) == "object" {
		part, _ := o.part("media")
		after.AutoDownload = part.autoDownload()
	}
	o.session(&after)
	// an empty proxy is none; claiming to use one that is not used would betray who asked for it
	o.refuse("mobile_proxy")
	after.Extra = o.extra(settingsExtra(), now.Extra)
	if err := o.in.err(); err != nil {
		return now, nil, err
	}
	return after, changed(settingsFields(now), settingsFields(after)), nil
}

// session reads the settings that shape the session and what it sends. The last two are ours; the
// dialect has nothing of the kind.
func (o object) session(s *channel.Settings) {
	if _, ok := o.get("proxy"); ok {
		proxy := o.text("proxy")
		switch {
		case proxy != "" && proxy == veiledProxy(s.Proxy): // it was told back as it was told
		case proxy == "" || o.in.knows(o.at("proxy")) || isProxy(proxy):
			s.Proxy = proxy
		default:
			o.in.fail(o.at("proxy"), "must be socks5://user:password@host:port, where user and password may be left out, or empty")
		}
	}
	o.toggle("offline_mode", &s.Offline)
	o.toggle("auto_read_messages", &s.AutoRead)
	if n, ok := o.number("rate_per_minute", 0, 6000); ok {
		s.Pace.PerMinute = n
	}
	if n, ok := o.number("rate_jitter", 0, 1); ok {
		s.Pace.Jitter = n
	}
}

// toggle reads a boolean setting; what is absent stays as it is.
func (o object) toggle(name string, to *bool) {
	if raw, ok := o.get(name); ok {
		if *to = string(raw) == "true"; kindOf(raw) != "boolean" {
			o.in.fail(o.at(name), "must be boolean")
		}
	}
}

// EncodeSettingsChange is the answer to PATCH /settings.
func EncodeSettingsChange(before, after channel.Settings, changes []string) ([]byte, error) {
	return encode(fields{
		{"before_update", settingsFields(veiled(before))},
		{"after_update", settingsFields(veiled(after))},
		{"changes", append([]string{}, changes...)},
	})
}

// autoDownload reads which kinds of media are fetched before webhooks hear of their message.
func (o object) autoDownload() []string {
	kinds := []string{"image", "audio", "voice", "video", "document", "sticker"}
	var out []string
	for i, raw := range o.list("auto_download") {
		at := fmt.Sprintf("%s/%d", o.at("auto_download"), i)
		kind := o.in.text(at, raw)
		if !slices.Contains(kinds, kind) && !o.in.knows(at) {
			o.in.fail(at, "must be equal to one of the allowed values: %s", strings.Join(kinds, ", "))
		}
		out = append(out, kind)
	}
	return out
}

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// extra is a setting of the dialect that has no effect here but is kept for those who read it back.
type extra struct{ name, kind string }

// settingsExtra lists them in the order in which they are told.
func settingsExtra() []extra {
	return []extra{
		{"callback_persist", "boolean"}, // deliveries always persist
		{"media", "object"},             // told back as it was given; its auto_download has effect
		{"mobile_proxy", "string"},
		{"full_history", "boolean"},
		{"pdo_sync", "boolean"},
		{"mock_pairing_code", "string"},
		{"ignored_presences", "array"},
		{"data_mode", "string"},
		{"on_call_pager", "string"},
		{"pass_through", "boolean"},
		{"sent_status", "boolean"},
	}
}

// extra reads the settings without effect that are there over those that are known.
func (o object) extra(list []extra, now map[string][]byte) map[string][]byte {
	out := maps.Clone(now)
	for _, x := range list {
		raw, ok := o.get(x.name)
		if !ok {
			continue
		}
		if kindOf(raw) != x.kind {
			o.in.fail(o.at(x.name), "must be %s", x.kind)
			continue
		}
		if out == nil {
			out = map[string][]byte{}
		}
		var compact bytes.Buffer
		if json.Compact(&compact, raw) == nil {
			out[x.name] = compact.Bytes()
		}
	}
	return out
}

// kindOf names the type of a JSON value.
func kindOf(raw []byte) string {
	switch raw[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	}
	return "number"
}

func settingsFields(s channel.Settings) fields {
	out := fields{
		{"callback_backoff_delay_ms", s.BackoffDelay.Milliseconds()},
		{"max_callback_backoff_delay_ms", s.MaxBackoffDelay.Milliseconds()},
		{"webhooks", encodeWebhooks(s.Webhooks)},
	}
	if s.Proxy != "" {
		out = append(out, field{"proxy", s.Proxy})
	}
	if s.Offline {
		out = append(out, field{"offline_mode", true})
	}
	if s.AutoRead {
		out = append(out, field{"auto_read_messages", true})
	}
	if s.Pace != (channel.Pace{}) {
		out = append(out, field{"rate_per_minute", s.Pace.PerMinute}, field{"rate_jitter", s.Pace.Jitter})
	}
	return append(out, extraFields(settingsExtra(), s.Extra)...)
}

func extraFields(list []extra, values map[string][]byte) fields {
	var out fields
	for _, x := range list {
		if v, ok := values[x.name]; ok && json.Valid(v) {
			out = append(out, field{x.name, json.RawMessage(v)})
		}
	}
	return out
}

// changed names the fields that are told differently.
func changed(before, after fields) []string {
	old := map[string][]byte{}
	for _, f := range before {
		old[f.name], _ = encode(f.value)
	}
	var names []string
	for _, f := range after {
		if now, _ := encode(f.value); !bytes.Equal(now, old[f.name]) {
			names = append(names, f.name)
		}
		delete(old, f.name)
	}
	for _, f := range before { // those that are told no more
		if _, gone := old[f.name]; gone {
			names = append(names, f.name)
		}
	}
	return names
}

// SameSettings reports whether two settings are told alike.
func SameSettings(a, b channel.Settings) bool {
	return len(changed(settingsFields(a), settingsFields(b))) == 0
}
