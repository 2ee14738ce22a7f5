package whapi_test

import (
	"strings"
	"testing"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/whapi"
)

func TestRenderEvent(t *testing.T) {
	mine := id.Message{Stanza: "3EB0AABBCCDDEEFF001122", Chat: id.User("919984351847").Private(), FromMe: true}
	group := id.Message{Stanza: "3EB0AABBCCDDEEFF001122", Chat: id.Chat{User: "120363012345678901", Server: id.Group}, FromMe: true}
	hidden := id.Chat{User: "161371989950123", Server: id.Hidden}
	own := sent(message.Text{Body: "Hi"})
	own.From, own.Status, own.Source = "", message.Sent, message.SourceMobile
	tests := []struct {
		name string
		in   event.Payload
		want string
	}{
		// a published payload, its ids apart
		{"delivered", event.StatusChanged{Message: mine, Status: message.Delivered, At: time.Unix(1_712_995_378, 0)},
			`{"statuses":[{"id":"` + mine.String() + `","code":3,"status":"delivered","recipient_id":"919984351847@s.whatsapp.net","timestamp":"1712995378"}],` +
				`"event":{"type":"statuses","event":"post"},"channel_id":"MANTIS-M72HC"}`},
		{"read in a group", event.StatusChanged{Message: group, Status: message.Read, At: time.Unix(7, 0), Viewer: "61371989950"},
			`{"statuses":[{"id":"` + group.String() + `","code":4,"status":"read","recipient_id":"120363012345678901@g.us","viewer_id":"61371989950","timestamp":"7"}],` +
				`"event":{"type":"statuses","event":"post"},"channel_id":"MANTIS-M72HC"}`},
		{"failed", event.StatusChanged{Message: mine, Status: message.Failed, At: time.Unix(7, 0), Reason: "WhatsApp refused it"},
			`{"statuses":[{"id":"` + mine.String() + `","code":0,"status":"failed","recipient_id":"919984351847@s.whatsapp.net","timestamp":"7",` +
				`"errors":[{"code":500,"message":"WhatsApp refused it"}]}],"event":{"type":"statuses","event":"post"},"channel_id":"MANTIS-M72HC"}`},
		{"own message of another device", event.MessageSent{Message: own},
			`{"messages":[{"id":"` + own.ID.String() + `","from_me":true,"type":"text","chat_id":"61371989950@s.whatsapp.net","timestamp":1712995245,` +
				`"source":"mobile","status":"sent","text":{"body":"Hi"},"from":"919984351847"}],"event":{"type":"messages","event":"post"},"channel_id":"MANTIS-M72HC"}`},
		{"message of a hidden number", event.MessageReceived{Message: message.Message{ID: id.Message{Stanza: "3A0123456789ABCDEF01", Chat: hidden},
			At: time.Unix(7, 0), Source: message.SourceMobile, Content: message.Text{Body: "Hi"}}},
			`{"messages":[{"id":"` + id.Message{Stanza: "3A0123456789ABCDEF01", Chat: hidden}.String() + `","from_me":false,"type":"text",` +
				`"chat_id":"161371989950123@lid","timestamp":7,"source":"mobile","text":{"body":"Hi"}}],` +
				`"event":{"type":"messages","event":"post"},"channel_id":"MANTIS-M72HC"}`},
		// a published payload, without the version
		{"pairing", event.StateChanged{State: channel.Pairing, StartedAt: time.Unix(1_713_774_883, 0)},
			`{"health":{"start_at":1713774883,"uptime":78,"status":{"code":3,"text":"QR"}},"event":{"type":"channel","event":"post"},"channel_id":"MANTIS-M72HC"}`},
		{"connected", event.StateChanged{State: channel.Connected},
			`{"health":{"start_at":1713774961,"uptime":0,"status":{"code":4,"text":"AUTH"},"user":{"id":"919984351847"}},` +
				`"event":{"type":"channel","event":"post"},"channel_id":"MANTIS-M72HC"}`},
		{"banned", event.StateChanged{State: channel.Banned, Reason: "for a day", StartedAt: time.Unix(1_713_774_961, 0)},
			`{"health":{"start_at":1713774961,"uptime":0,"status":{"code":5,"text":"ERROR"},"reason":"for a day"},` +
				`"event":{"type":"channel","event":"post"},"channel_id":"MANTIS-M72HC"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ev := event.Event{ID: "evt_1", Channel: "MANTIS-M72HC", At: time.Unix(1_713_774_961, 0), Payload: tt.in}
			got, err := whapi.RenderEvent(ev, "919984351847")
			if err != nil || string(got) != tt.want {
				t.Errorf("%s, %v\nwant %s", got, err, tt.want)
			}
		})
	}
	if got, err := whapi.RenderEvent(event.Event{}, ""); err == nil {
		t.Errorf("an event of nothing is told as %s", got)
	}
}

// TestHealth compares with a published answer, whose channel is pairing and yet has a user: it is
// told while connected only, as programs rely on.
func TestHealth(t *testing.T) {
	h := whapi.Health{Channel: "MANTIS-M72HC", StartedAt: time.Unix(1_713_774_883, 0), Uptime: 78*time.Second + 999*time.Millisecond,
		Version: "1.8.3", State: channel.Connected, User: "61371989950", UserName: "Jonathan"}
	want := `{"channel_id":"MANTIS-M72HC","start_at":1713774883,"uptime":78,"status":{"code":4,"text":"AUTH"},"version":"1.8.3","user":{"id":"61371989950","name":"Jonathan"}}`
	if got, err := whapi.EncodeHealth(h); err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
	states := map[channel.State]string{
		channel.Idle:       `{"code":1,"text":"INIT"}`,
		channel.Connecting: `{"code":2,"text":"LAUNCH"}`,
		channel.Waiting:    `{"code":2,"text":"LAUNCH"}`,
		channel.Pairing:    `{"code":3,"text":"QR"}`,
		channel.Unpaired:   `{"code":3,"text":"QR"}`,
		channel.Banned:     `{"code":5,"text":"ERROR"}`,
		channel.Outdated:   `{"code":5,"text":"ERROR"}`,
	}
	for state, want := range states {
		h.State = state
		want = `{"channel_id":"MANTIS-M72HC","start_at":1713774883,"uptime":78,"status":` + want + `,"version":"1.8.3"}`
		if got, err := whapi.EncodeHealth(h); err != nil || string(got) != want {
			t.Errorf("%s: %s, %v\nwant %s", state, got, err, want)
		}
	}
}

func TestQR(t *testing.T) {
	for want, in := range map[string]whapi.QR{
		`{"status":"OK","base64":"iVBO","expire":60}`:   {Status: "OK", Base64: "iVBO", Expire: 60},
		`{"status":"OK","rowdata":"2@x,y","expire":20}`: {Status: "OK", RowData: "2@x,y", Expire: 20},
		`{"status":"WAITING"}`:                          {Status: "WAITING"},
	} {
		if got, err := whapi.EncodeQR(in); err != nil || string(got) != want {
			t.Errorf("%s, %v\nwant %s", got, err, want)
		}
	}
}

// TestMessageEdited: an edit tells the message before and after, under its own id, and what differs.
func TestMessageEdited(t *testing.T) {
	before, after := sent(message.Text{Body: "Helo"}), sent(message.Text{Body: "Hello"})
	message1 := func(body string) string {
		return `{"id":"` + after.ID.String() + `","from_me":true,"type":"text","chat_id":"61371989950@s.whatsapp.net","timestamp":1712995245,` +
			`"source":"api","status":"pending","text":{"body":"` + body + `"},"from":"919984351847"}`
	}
	want := `{"messages_updates":[{"id":"` + after.ID.String() + `","before_update":` + message1("Helo") + `,"after_update":` + message1("Hello") +
		`,"changes":["text"]}],"event":{"type":"messages","event":"patch"},"channel_id":"MANTIS-M72HC"}`
	got, err := whapi.RenderEvent(event.Event{Channel: "MANTIS-M72HC", Payload: event.MessageEdited{Before: before, After: after}}, "919984351847")
	if err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
	after.Content = message.Interactive{Body: "b", Action: message.Buttons{}}
	got, err = whapi.RenderEvent(event.Event{Payload: event.MessageEdited{Before: before, After: after}}, "")
	if err != nil || !strings.Contains(string(got), `"changes":["type","text","interactive"]`) {
		t.Errorf("%s, %v", got, err)
	}
}

// TestMessageChanged: what a customer did to a message is an action, and tells what became of that one.
func TestMessageChanged(t *testing.T) {
	chat := id.User("61371989950").Private()
	target := id.Message{Stanza: "3A0102030405060708FF", Chat: chat}
	change := message.Message{
		ID: id.Message{Stanza: "3A0102030405060708AA", Chat: chat}, From: "61371989950", Source: message.SourceMobile, At: time.Unix(1712995245, 0),
		Content: message.Change{Did: message.Edited, Target: target, Content: message.Text{Body: "new"}},
	}
	head := `{"id":"` + change.ID.String() + `","from_me":false,"type":"action","chat_id":"61371989950@s.whatsapp.net","timestamp":1712995245,"source":"mobile","action":{"target":"` + target.String() + `",`
	tail := `},"from":"61371989950"}`
	edit := head + `"type":"edit","edited_type":"text","edited_content":{"body":"new"}` + tail
	before := message.Message{ID: target, From: "61371989950", Source: message.SourceMobile, At: time.Unix(1712995240, 0), Content: message.Text{Body: "old"}}
	after := before
	after.Content = message.Text{Body: "new"}
	text := func(body string) string {
		return `{"id":"` + target.String() + `","from_me":false,"type":"text","chat_id":"61371989950@s.whatsapp.net","timestamp":1712995240,"source":"mobile","text":{"body":"` + body + `"},"from":"61371989950"}`
	}
	with := func(c message.Content) message.Message { m := change; m.Content = c; return m }
	for _, tt := range []struct {
		in   event.Payload
		want string
	}{
		{event.MessageReceived{Message: change}, `{"messages":[` + edit + `],"event":{"type":"messages","event":"post"}`},
		{event.MessageReceived{Message: with(message.Change{Did: message.Revoked, Target: target})}, `{"messages":[` + head + `"type":"delete"` + tail + `],"event":{"type":"messages","event":"post"}`},
		{event.MessageReceived{Message: with(message.Change{Did: message.Reaction, Target: target, Emoji: "👍"})}, `{"messages":[` + head + `"type":"reaction","emoji":"👍"` + tail + `],"event":{"type":"messages","event":"post"}`},
		{event.MessageReceived{Message: with(message.Change{Did: message.Reaction, Target: target})}, `{"messages":[` + head + `"type":"reaction","emoji":""` + tail + `],"event":{"type":"messages","event":"post"}`},
		{event.MessageReceived{Message: with(message.Change{Did: message.Edited, Target: target, Content: message.Media{As: message.Image, Caption: "c"}})},
			`{"messages":[` + head + `"type":"edit","edited_type":"image","edited_content":{"caption":"c"}` + tail + `],"event":{"type":"messages","event":"post"}`},
		{event.MessageEdited{Before: before, After: after, Trigger: &change},
			`{"messages_updates":[{"id":"` + target.String() + `","trigger":` + edit + `,"before_update":` + text("old") + `,"after_update":` + text("new") + `,"changes":["text"]}],"event":{"type":"messages","event":"patch"}`},
		{event.MessageDeleted{Message: target}, `{"messages_removed":["` + target.String() + `"],"event":{"type":"messages","event":"delete"}`},
	} {
		got, err := whapi.RenderEvent(event.Event{Channel: "MANTIS-M72HC", Payload: tt.in}, "919984351847")
		if want := tt.want + `,"channel_id":"MANTIS-M72HC"}`; err != nil || string(got) != want {
			t.Errorf("%s, %v\nwant %s", got, err, want)
		}
	}
}
