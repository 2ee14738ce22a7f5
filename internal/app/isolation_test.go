package app_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"tapgate/internal/app"
	"tapgate/internal/config"
)

// shop is one channel of many.
type shop struct{ id, number string }

// fate is what becomes of a channel: the faults that bring it about, and the state in which it ends.
type fate struct {
	state  string
	faults []string
}

var fates = map[string]fate{
	"cut":      {"connected", []string{`"fault":"drop_connection"`}},
	"replaced": {"waiting", []string{`"fault":"replace_stream"`}},
	"banned":   {"banned", []string{`"fault":"fail_login","code":402`, `"fault":"stream_error","code":503`}},
	"unlinked": {"unpaired", []string{`"fault":"unlink"`}},
}

// TestIsolation runs thirty channels in one process. Ten are cut, replaced, banned or unlinked, while
// the others serve: each of those sends and hears all, in order, and never leaves the state connected.
func TestIsolation(t *testing.T) {
	const channels, sick, texts = 30, 10, 5
	r, err := app.Network(t.Context(), config.Network{Listen: "127.0.0.1:0"}, logTo(t))
	net := keep(t, r, err)
	r, err = app.Serve(t.Context(), config.Serve{
		Listen: "127.0.0.1:0", Peer: net.facts.Network, Root: net.facts.RootKey, NoChannel: true,
	}, logTo(t))
	gw := keep(t, r, err)
	gw.facts.Token = gw.facts.AdminToken

	shops := make([]shop, channels)
	for i := range shops {
		shops[i] = open(gw, net, fmt.Sprintf("49155500%04d", i))
	}
	for _, s := range shops {
		s.awaits(gw, "connected")
	}
	random := rand.New(rand.NewPCG(30, 10)) //nolint:gosec // the same each time
	random.Shuffle(channels, func(i, j int) { shops[i], shops[j] = shops[j], shops[i] })
	ill, well := shops[:sick], shops[sick:]
	seen := make([]string, len(well)) // cursors of what was told before
	for i, s := range well {
		seen[i] = s.cursor(gw)
	}

	var serving sync.WaitGroup
	for _, s := range well {
		serving.Go(func() {
			for n := range texts {
				s.say(gw, fmt.Sprintf("%s %d", s.number, n))
				s.hear(net, fmt.Sprintf("to %s %d", s.number, n))
			}
		})
	}
	names := []string{"cut", "replaced", "banned", "unlinked"}
	became := make([]string, sick)
	for i, s := range ill {
		became[i] = names[i%len(names)]
		if i >= len(names) { // each once, then by chance
			became[i] = names[random.IntN(len(names))]
		}
		for _, f := range fates[became[i]].faults {
			net.must(200, "POST", net.facts.API+"/sandbox/faults", `{"phone":"`+s.number+`",`+f+`}`)
		}
	}
	for i, s := range ill {
		s.awaits(gw, fates[became[i]].state)
		if became[i] == "cut" {
			s.say(gw, "back again")
		}
	}
	serving.Wait()

	for i, s := range well {
		s.told(gw, seen[i], texts)
	}
	for _, s := range well {
		said := s.said(net)
		for n := range texts {
			if want := fmt.Sprintf("%s %d", s.number, n); n >= len(said) || said[n] != want {
				t.Errorf("from %s came %q, want %d texts in order", s.number, said, texts)
				break
			}
		}
	}
}

// open adds a channel and pairs it.
func open(gw, net user, number string) shop {
	gw.t.Helper()
	added := gw.must(200, "POST", gw.facts.API+"/tapgate/channels", `{"name":"shop `+number+`"}`)
	s := shop{number: number}
	s.id, _ = at(added, "channel", "id").(string)
	qr, _ := at(gw.must(200, "GET", gw.facts.API+"/tapgate/channels/"+s.id+"/login", ""), "rowdata").(string)
	net.must(200, "POST", net.facts.API+"/sandbox/scan", `{"phone":"`+number+`","qr":"`+qr+`"}`)
	return s
}

func (s shop) awaits(gw user, state string) {
	gw.t.Helper()
	gw.await(s.number+" is "+state, gw.facts.API+"/tapgate/channels/"+s.id, func(doc any) bool {
		return at(doc, "state") == state
	})
}

// say sends a text, from any goroutine.
func (s shop) say(gw user, body string) {
	status, doc, err := gw.try("POST", gw.facts.API+"/messages/text?channel="+s.id, `{"to":"`+app.Jonathan+`","body":"`+body+`"}`)
	if err != nil || status != 200 || at(doc, "message", "status") != "sent" {
		gw.t.Errorf("send from %s: %d %v %v", s.number, status, doc, err)
	}
}

// hear lets Jonathan write to the channel, from any goroutine.
func (s shop) hear(net user, text string) {
	status, doc, err := net.try("POST", net.facts.API+"/sandbox/customers/"+app.Jonathan+"/messages", `{"to":"`+s.number+`","text":"`+text+`"}`)
	if err != nil || status != 200 {
		net.t.Errorf("write to %s: %d %v %v", s.number, status, doc, err)
	}
}

// said returns the texts of the channel on Jonathan's phone.
func (s shop) said(net user) []string {
	var texts []string
	list, _ := net.must(200, "GET", net.facts.API+"/sandbox/customers/"+app.Jonathan+"/messages", "").([]any)
	for _, m := range list {
		if body, _ := at(m, "body").(string); at(m, "from_me") != true && strings.HasPrefix(body, s.number) {
			texts = append(texts, body)
		}
	}
	return texts
}

// cursor stands behind all that the channel has told.
func (s shop) cursor(gw user) string {
	next, _ := at(gw.must(200, "GET", gw.facts.API+"/tapgate/events?limit=500&channel="+s.id, ""), "next").(string)
	return next
}

// told checks what the channel has told since: everything that Jonathan wrote, in order, and never
// another state.
func (s shop) told(gw user, since string, texts int) {
	var heard []string
	gw.await("all that was written to "+s.number, gw.facts.API+"/tapgate/events?limit=500&after="+since+"&channel="+s.id, func(doc any) bool {
		heard = nil
		list, _ := at(doc, "events").([]any)
		for _, e := range list {
			switch {
			case at(e, "type") == "channel":
				gw.t.Fatalf("%s has left its state: %v", s.number, at(e, "body"))
			case at(e, "body", "messages", 0, "from_me") == false:
				text, _ := at(e, "body", "messages", 0, "text", "body").(string)
				heard = append(heard, text)
			}
		}
		return len(heard) >= texts
	})
	for n, text := range heard {
		if text != fmt.Sprintf("to %s %d", s.number, n) {
			gw.t.Errorf("%s heard %q", s.number, heard)
			return
		}
	}
}
