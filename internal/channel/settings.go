package channel

import "time"

// Settings of a channel, as a program reads and changes them.
type Settings struct {
	// BackoffDelay is added to the wait for each failed attempt of a webhook delivery. 3 to 15 s.
	BackoffDelay time.Duration
	// MaxBackoffDelay caps that wait. 10 to 60 min.
	MaxBackoffDelay time.Duration
	// Webhooks are who hears of what happens.
	Webhooks []Webhook
	// AutoDownload names the kinds of media that are fetched before webhooks hear of their message,
	// such as "image".
	AutoDownload []string
	// Proxy is the URL of the SOCKS5 proxy through which the session reaches WhatsApp; "" for none.
	Proxy string
	// Offline keeps the session from showing the number as online, so that its phone goes on
	// notifying.
	Offline bool
	// AutoRead marks what customers write as read, as soon as it is stored.
	AutoRead bool
	// Pace slows down what the channel sends; the zero Pace does not.
	Pace Pace
	// Extra keeps the settings of the dialect that have no effect here, by their name, as JSON.
	Extra map[string][]byte
}

// Pace is how fast a channel sends at most.
type Pace struct {
	// PerMinute is how many messages leave in a minute; 0 for as many as there are.
	PerMinute float64
	// Jitter is by which part a pause between two messages may be longer or shorter, from 0 to 1.
	Jitter float64
}

// Pause returns the pause before the next message; random is from 0 to 1.
func (p Pace) Pause(random float64) time.Duration {
	if p.PerMinute <= 0 {
		return 0
	}
	factor := 1 + p.Jitter*(2*random-1)
	return time.Duration(float64(time.Minute) / p.PerMinute * factor)
}

// DefaultSettings is what a new channel starts with, and what a reset returns to.
func DefaultSettings() Settings {
	return Settings{BackoffDelay: 3 * time.Second, MaxBackoffDelay: 15 * time.Minute}
}

// Mode says how a webhook's request is formed.
type Mode string

// The modes. Body posts to the URL; Path appends /type/method to it; Method appends /type and
// uses the event's method as the HTTP method.
const (
	ModeBody   Mode = "body"
	ModePath   Mode = "path"
	ModeMethod Mode = "method"
)

// Webhook is a subscription to events of the channel.
type Webhook struct {
	URL    string
	Mode   Mode
	Events []EventFilter // empty means everything
	// Headers are sent with each request. At most 5.
	Headers map[string]string
	// MaxAge is the age at which an event is not told any more, 15 s to 48 h. 0 means no limit.
	MaxAge time.Duration
	// Extra keeps settings of the dialect that have no effect here, by their name, as JSON.
	Extra map[string][]byte
}

// EventFilter names a kind of event.
type EventFilter struct {
	Type   string // such as "messages"
	Method string // such as "post"; "" means all
}

// Wants reports whether the webhook asked for events of this type and method. The old singular
// names "message", "ack", "chat" and "status" still count for what they became.
func (w Webhook) Wants(eventType, method string) bool {
	if len(w.Events) == 0 {
		return true
	}
	for _, f := range w.Events {
		t := f.Type
		switch t {
		case "message":
			t = "messages"
		case "ack", "status":
			t = "statuses"
		case "chat":
			t = "chats"
		}
		if t == eventType && (f.Method == "" || f.Method == method || f.Type != t) {
			return true
		}
	}
	return false
}
