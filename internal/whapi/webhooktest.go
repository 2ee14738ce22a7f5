package whapi

import (
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// DecodeWebhookTest reads the body of a request to try a webhook: url, type and mode, and optionally
// headers.
func DecodeWebhookTest(b Body) (hook channel.Webhook, eventType string, err error) {
	o, err := b.open(MaxRequest)
	if err != nil {
		return hook, "", err
	}
	o.need("mode")
	hook, eventType = o.webhook(), o.needText("type")
	if eventType != "" {
		o.oneOf("type", eventType, eventTypes())
	}
	if err := o.in.err(); err != nil {
		return channel.Webhook{}, "", err
	}
	return hook, eventType, nil
}

// RenderTest is the body of a request that tries a webhook: an event of the type, made up. Types that
// are never told have no data. The older names stand for what they became.
func RenderTest(ch id.Channel, eventType string, at time.Time) (kind, method string, body []byte, err error) {
	someone := id.User("10000000000")
	m := id.Message{Stanza: id.NewStanza(), Chat: someone.Private()}
	ev := event.Event{ID: id.NewEvent(), Channel: ch, At: at}
	switch eventType {
	case "messages", "message":
		ev.Payload = event.MessageReceived{Message: message.Message{
			ID: m, From: someone, FromName: "Test", Source: message.SourceMobile, At: at.Truncate(time.Second),
			Content: message.Text{Body: "This is a test of the webhook."},
		}}
	case "statuses", "status", "ack":
		m.FromMe = true
		ev.Payload = event.StatusChanged{Message: m, Status: message.Delivered, At: at.Truncate(time.Second)}
	case "channel":
		ev.Payload = event.StateChanged{State: channel.Connected}
	default:
		if eventType == "chat" {
			eventType = "chats"
		}
		body, err = encode(fields{{"event", eventJSON{eventType, "post"}}, {"channel_id", ch}})
		return eventType, "post", body, err
	}
	kind, method = ev.Payload.Name()
	body, err = RenderEvent(ev, "")
	return kind, method, body, err
}
