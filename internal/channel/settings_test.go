package channel_test

import (
	"testing"

	"tapgate/internal/channel"
)

func TestWants(t *testing.T) {
	for _, tc := range []struct {
		name   string
		events []channel.EventFilter
		typ    string
		method string
		want   bool
	}{
		{"no filter means everything", nil, "statuses", "post", true},
		{"exact", []channel.EventFilter{{Type: "messages", Method: "post"}}, "messages", "post", true},
		{"other method", []channel.EventFilter{{Type: "messages", Method: "put"}}, "messages", "post", false},
		{"any method", []channel.EventFilter{{Type: "messages"}}, "messages", "patch", true},
		{"other type", []channel.EventFilter{{Type: "messages", Method: "post"}}, "statuses", "post", false},
		{"old name, whatever its method", []channel.EventFilter{{Type: "message", Method: "put"}}, "messages", "post", true},
		{"old name of statuses", []channel.EventFilter{{Type: "ack", Method: "post"}}, "statuses", "post", true},
		{"one of several", []channel.EventFilter{{Type: "chats", Method: "post"}, {Type: "statuses", Method: "post"}}, "statuses", "post", true},
	} {
		if got := (channel.Webhook{Events: tc.events}).Wants(tc.typ, tc.method); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}
