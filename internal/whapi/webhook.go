package whapi

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"tapgate/internal/channel"
)

// Limits of a channel's webhooks.
const (
	maxWebhooks    = 10
	maxHeaders     = 5 // of the dialect
	maxHeaderValue = 4096
	maxWebhookURL  = 2000
	minMaxAge      = 15     // seconds; of the dialect
	maxMaxAge      = 172800 // seconds; of the dialect
)

func eventTypes() []string {
	return []string{
		"messages", "statuses", "chats", "contacts", "groups", "presences", "calls", "channel", "users", "labels", "service",
		"message", "ack", "chat", "status", // older names
	}
}

func eventMethods() []string { return []string{"post", "put", "delete", "patch"} }

// webhookExtra lists the settings of a webhook that have no effect here.
func webhookExtra() []extra {
	return []extra{{"send_undecrypted_ad", "boolean"}}
}

// webhooks reads the webhooks of a channel.
func (o object) webhooks() []channel.Webhook {
	list := []channel.Webhook{}
	for _, w := range o.objects("webhooks") {
		if !o.in.knows(w.path) {
			list = append(list, w.webhook())
		}
	}
	if n := len(list); n > maxWebhooks {
		o.in.fail(o.at("webhooks"), "must NOT have more than %d items (given: %d)", maxWebhooks, n)
	}
	return list
}

func (o object) webhook() channel.Webhook {
	w := channel.Webhook{URL: o.needText("url"), Mode: channel.Mode(o.text("mode")), Headers: o.headers()}
	if !o.in.knows(o.at("url")) {
		o.link(w.URL)
	}
	if w.Mode == "" {
		w.Mode = channel.ModeBody
	}
	modes := []string{string(channel.ModeBody), string(channel.ModePath), string(channel.ModeMethod)}
	o.oneOf("mode", string(w.Mode), modes)
	for _, e := range o.objects("events") {
		if o.in.knows(e.path) {
			continue
		}
		f := channel.EventFilter{Type: e.needText("type"), Method: e.text("method")}
		if f.Type != "" {
			e.oneOf("type", f.Type, eventTypes())
		}
		if f.Method != "" {
			e.oneOf("method", f.Method, eventMethods())
		}
		w.Events = append(w.Events, f)
	}
	if seconds, ok := o.number("webhook_max_age_seconds", minMaxAge, maxMaxAge); ok {
		w.MaxAge = time.Duration(seconds * float64(time.Second))
	}
	w.Extra = o.extra(webhookExtra(), nil)
	return w
}

// oneOf records a value that is not among the allowed ones.
func (o object) oneOf(name, value string, allowed []string) {
	if !slices.Contains(allowed, value) && !o.in.knows(o.at(name)) {
		o.in.fail(o.at(name), "must be equal to one of the allowed values: %s", strings.Join(allowed, ", "))
	}
}

func (o object) link(s string) {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		o.in.fail(o.at("url"), "must be an absolute http or https URL with a host")
	}
	if len(s) > maxWebhookURL {
		o.in.fail(o.at("url"), "must NOT have more than %d characters (given: %d)", maxWebhookURL, len(s))
	}
}

// headers reads what is sent with each request. What would break a request is refused.
func (o object) headers() map[string]string {
	part, ok := o.part("headers")
	if !ok || len(part.fields) == 0 {
		return nil
	}
	if n := len(part.fields); n > maxHeaders {
		o.in.fail(part.path, "must NOT have more than %d properties (given: %d)", maxHeaders, n)
		return nil
	}
	out := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(part.fields)) {
		value := part.text(name)
		if name == "" || strings.Trim(name, tokenCharacters) != "" {
			o.in.fail(part.at(name), "must be named as an HTTP header")
		}
		if len(value) > maxHeaderValue || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			o.in.fail(part.at(name), "must be a line of at most %d bytes", maxHeaderValue)
		}
		out[name] = value
	}
	return out
}

// tokenCharacters may stand in the name of an HTTP header.
const tokenCharacters = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

type eventFilterJSON struct {
	Type   string `json:"type"`
	Method string `json:"method,omitempty"`
}

func encodeWebhooks(list []channel.Webhook) []fields {
	out := []fields{}
	for _, w := range list {
		out = append(out, encodeWebhook(w))
	}
	return out
}

func encodeWebhook(w channel.Webhook) fields {
	events := []eventFilterJSON{}
	for _, f := range w.Events {
		events = append(events, eventFilterJSON{f.Type, f.Method})
	}
	mode := w.Mode
	if mode == "" {
		mode = channel.ModeBody
	}
	out := fields{{"url", w.URL}, {"mode", mode}, {"events", events}}
	if len(w.Headers) > 0 {
		out = append(fields{{"headers", w.Headers}}, out...)
	}
	if w.MaxAge > 0 {
		out = append(out, field{"webhook_max_age_seconds", w.MaxAge.Seconds()})
	}
	return append(out, extraFields(webhookExtra(), w.Extra)...)
}
