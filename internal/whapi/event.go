package whapi

import (
	"encoding/base64"
	"fmt"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// eventJSON names the kind of an event. Its second field is called event, not method.
type eventJSON struct {
	Type  string `json:"type"`
	Event string `json:"event"`
}

// RenderEvent is the body of a webhook request that tells of ev. Number is the channel's own
// number; it stands in for the sender of own messages and is told while the channel is connected.
func RenderEvent(ev event.Event, number id.User) ([]byte, error) {
	data, err := eventData(ev, number)
	if err != nil {
		return nil, err
	}
	kind, method := ev.Payload.Name()
	return encode(fields{data, {"event", eventJSON{kind, method}}, {"channel_id", ev.Channel}})
}

func eventData(ev event.Event, number id.User) (field, error) {
	switch p := ev.Payload.(type) {
	case event.MessageReceived:
		return messagesData(p.Message, number), nil
	case event.MessageSent:
		return messagesData(p.Message, number), nil
	case event.MessageEdited:
		return field{"messages_updates", []updateJSON{encodeUpdate(p, number)}}, nil
	case event.MessageDeleted:
		return field{"messages_removed", []string{p.Message.String()}}, nil
	case event.StatusChanged:
		return field{"statuses", []statusJSON{encodeStatus(p)}}, nil
	case event.UserChanged:
		return field{"user", userJSON{ID: string(p.Number), Name: p.PushName}}, nil
	case event.CodeShown:
		return codeData(p, ev.At)
	case event.StateChanged:
		h := Health{State: p.State, Fault: p.Fault, Reason: p.Reason, StartedAt: p.StartedAt}
		if h.StartedAt.IsZero() {
			h.StartedAt = ev.At
		}
		h.Uptime = ev.At.Sub(h.StartedAt)
		if p.State == channel.Connected {
			h.User = number
		}
		return field{"health", encodeHealth(h)}, nil
	}
	return field{}, fmt.Errorf("event of type %T can't be told", ev.Payload)
}

func messagesData(m message.Message, number id.User) field {
	return field{"messages", []messageJSON{encodeOwn(m, number)}}
}

// encodeOwn is encodeMessage with the channel's own number as the sender of its messages.
func encodeOwn(m message.Message, number id.User) messageJSON {
	if m.ID.FromMe && m.From == "" {
		m.From = number
	}
	return encodeMessage(m)
}

// codeData is the QR code as a picture and as text.
func codeData(p event.CodeShown, now time.Time) (field, error) {
	picture, err := DrawQR(p.Text, Drawing{})
	if err != nil {
		return field{}, err
	}
	return field{"qr", encodeQR(QR{
		Status: "OK", Base64: base64.StdEncoding.EncodeToString(picture), RowData: p.Text,
		Expire: int(max(p.Until.Sub(now).Seconds(), 0)),
	})}, nil
}
