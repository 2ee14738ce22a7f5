package api_test

import (
	"context"
	"time"

	"tapgate/internal/api"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

const (
	goodToken = "canary-token-0123456789"
	mantis    = id.Channel("MANTIS-M72HC")
)

// script is a gateway that knows one channel and answers what the test put in.
type script struct {
	api.Channels
	err      error // what every call but Authenticate answers; nil lets it succeed
	panics   any   // what Send panics with
	drafts   []gateway.Draft
	asked    []id.Message
	fetched  []id.Media
	fetch    func(ch id.Channel, m id.Media) (message.Media, error) // what FetchMedia does; nil finds nothing
	queries  []store.Query
	woken    int
	login    gateway.Login
	number   id.User
	settings channel.Settings
}

func (s *script) Authenticate(_ context.Context, token string) (channel.Token, error) {
	if token != goodToken {
		return channel.Token{}, fault.New(fault.NotFound, "no such token")
	}
	return channel.Token{Channel: mantis, Scopes: channel.Scopes()}, nil
}

func (s *script) Send(_ context.Context, _ id.Channel, d gateway.Draft) (message.Message, error) {
	if s.panics != nil {
		panic(s.panics)
	}
	s.drafts = append(s.drafts, d)
	return message.Message{
		ID:   id.Message{Stanza: "3EB0000102030405060708", Chat: d.To, FromMe: true},
		From: "919984351847", Source: message.SourceAPI, At: time.Unix(1712995245, 0),
		Status: message.Pending, Content: d.Content,
	}, s.err
}

func (s *script) Message(_ context.Context, _ id.Channel, m id.Message) (message.Message, error) {
	s.asked = append(s.asked, m)
	return message.Message{ID: m, At: time.Unix(1712995245, 0), Content: message.Text{Body: "Hello"}}, s.err
}

func (s *script) FetchMedia(_ context.Context, ch id.Channel, m id.Media) (message.Media, error) {
	s.fetched = append(s.fetched, m)
	if s.fetch == nil {
		return message.Media{}, fault.New(fault.NotFound, "specified media not found")
	}
	return s.fetch(ch, m)
}

func (s *script) Messages(_ context.Context, _ id.Channel, q store.Query) ([]message.Message, int, error) {
	s.queries = append(s.queries, q)
	m := message.Message{ID: id.Message{Stanza: "3EB0000102030405060708", Chat: id.User("61371989950").Private()}, From: "61371989950", At: time.Unix(1712995245, 0), Content: message.Text{Body: "Hello"}}
	return []message.Message{m, m}, 9, s.err
}

func (s *script) Timeline(_ context.Context, _ id.Channel, m id.Message) (gateway.Timeline, error) {
	s.asked = append(s.asked, m)
	at := time.Unix(1712995245, 123456000)
	reply := message.Message{ID: id.Message{Stanza: "3A00000102030405060708", Chat: m.Chat}, From: "61371989950", At: at, Content: message.Reply{To: message.ButtonsReply, ID: "ButtonsV3:y", Title: "Yes"}}
	return gateway.Timeline{
		Message: message.Message{ID: m, At: at, Status: message.Failed, Content: message.Text{Body: "Hello"}},
		Code:    "whatsapp_479", Reason: "Because.",
		Steps: []gateway.Step{
			{Kind: gateway.StepAccepted, At: at},
			{Kind: gateway.StepAttempt, At: at, Took: 1500 * time.Microsecond, Number: 1, Result: store.TryRefused, Reason: "479"},
			{Kind: gateway.StepTapped, At: at, Viewer: "61371989950", Reply: &reply},
		},
		Told: []store.Told{{
			Message: m, Event: "EVT", Type: "statuses", Method: "post", Delivery: 7, Webhook: "hook", State: "open", CreatedAt: at,
			Attempts: []store.Attempt{{At: at, Took: time.Millisecond, Failure: "connection refused"}},
		}},
	}, s.err
}

func (s *script) Check(_ context.Context, _ id.Channel, numbers []id.User) (map[id.User]id.User, error) {
	found := map[id.User]id.User{}
	for _, n := range numbers {
		if n == "61371989950" {
			found[n] = n
		}
	}
	return found, s.err
}

func (s *script) Profile(context.Context, id.Channel) (channel.Profile, error) {
	return channel.Profile{Name: "Jonathan", About: "Open until six", Icon: "https://pps.whatsapp.net/small", IconFull: "https://pps.whatsapp.net/large"}, s.err
}

func (s *script) ContactProfile(context.Context, id.Channel, id.User) (channel.Profile, error) {
	return channel.Profile{Name: "Maria Customer", PushName: "Maria", About: "At work"}, s.err
}

func (s *script) SetProfile(context.Context, id.Channel, gateway.ProfileChange) error { return s.err }

func (s *script) ObtainMedia(_ context.Context, _ id.Channel, m message.Media) (message.Media, error) {
	if m.Source != nil && m.Source.URL != "" {
		return m, fault.New(fault.NotFound, "specified media not found")
	}
	return m, nil
}

func (s *script) Health(context.Context, id.Channel) (gateway.Health, error) {
	return gateway.Health{
		Channel:   channel.Channel{ID: mantis, Number: "61371989950", PushName: "Jonathan", Device: "1"},
		StartedAt: time.Unix(1713774883, 0), Uptime: 78 * time.Second, State: channel.Connected, Version: "1.2.3",
	}, s.err
}

func (s *script) Wake(context.Context, id.Channel) error { s.woken++; return s.err }

func (s *script) Settings(context.Context, id.Channel) (channel.Settings, error) {
	return s.settings, s.err
}

func (s *script) UpdateSettings(_ context.Context, _ id.Channel, change func(channel.Settings) (channel.Settings, error)) (before, after channel.Settings, err error) {
	before = s.settings
	after, err = change(before)
	if err == nil {
		s.settings = after
	}
	return before, after, err
}

func (s *script) Login(context.Context, id.Channel) (gateway.Login, error) { return s.login, s.err }

func (s *script) LoginCode(_ context.Context, _ id.Channel, number id.User) (string, error) {
	s.number = number
	return "ABCD-EFGH", s.err
}

func (s *script) Logout(context.Context, id.Channel) error { return s.err }
