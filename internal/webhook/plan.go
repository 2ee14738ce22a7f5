package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/store"
)

// Key returns the name of a webhook's line: 16 hexadecimal digits that depend on its URL and mode.
// A webhook whose events or headers change keeps its line.
func Key(w channel.Webhook) string {
	sum := sha256.Sum256([]byte(string(mode(w)) + " " + w.URL))
	return hex.EncodeToString(sum[:8])
}

// mode returns the webhook's mode; without one it is body.
func mode(w channel.Webhook) channel.Mode {
	if w.Mode == "" {
		return channel.ModeBody
	}
	return w.Mode
}

// Plan renders an event and names the webhooks of the channel that want it. Call Wake when the
// record is stored.
func (s *Service) Plan(ev event.Event, c channel.Channel) (store.Record, error) {
	body, err := s.Render(ev, c.Number)
	if err != nil {
		return store.Record{}, fmt.Errorf("render event: %w", err)
	}
	r := store.Record{Event: ev.ID, Channel: ev.Channel, At: ev.At, Order: order(ev.Payload), Body: body}
	r.Type, r.Method = ev.Payload.Name()
	for _, w := range c.Settings.Webhooks {
		if key := Key(w); w.Wants(r.Type, r.Method) && !slices.Contains(r.Webhooks, key) {
			r.Webhooks = append(r.Webhooks, key)
		}
	}
	if len(r.Webhooks) > 0 {
		s.bodies.put(r.Event, r.Body)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range r.Webhooks {
		s.line(store.Line{Channel: ev.Channel, Webhook: key}).expected = true
	}
	return r, nil
}

// order returns the chat that the event belongs to, "" when it belongs to none.
func order(p event.Payload) string {
	switch p := p.(type) {
	case event.MessageReceived:
		return p.Message.ID.Chat.String()
	case event.MessageSent:
		return p.Message.ID.Chat.String()
	case event.MessageEdited:
		return p.After.ID.Chat.String()
	case event.MessageDeleted:
		return p.Message.Chat.String()
	case event.StatusChanged:
		return p.Message.Chat.String()
	}
	return ""
}

// find returns the webhooks of a channel that share a line: those with the same URL and mode.
func find(s channel.Settings, key string) (found []channel.Webhook) {
	for _, w := range s.Webhooks {
		if Key(w) == key {
			found = append(found, w)
		}
	}
	return found
}

// aim returns where a delivery goes; ok is false when its webhook is gone. Among several webhooks
// of one line it is the one that wants such events. A URL of its own gets none of the webhook's headers,
// which are nobody else's business.
func aim(hooks []channel.Webhook, d store.Delivery) (w channel.Webhook, ok bool) {
	if d.URL != "" && len(hooks) == 0 {
		return channel.Webhook{URL: d.URL, Mode: d.Mode}, true
	}
	for _, w := range hooks {
		if w.Wants(d.Record.Type, d.Record.Method) {
			return w, true
		}
	}
	if len(hooks) > 0 {
		return hooks[0], true
	}
	return channel.Webhook{}, false
}
