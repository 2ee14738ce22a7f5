package wire_test

import (
	"fmt"
	"reflect"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"tapgate/internal/message"
	"tapgate/internal/wire"
)

// words draws text that may stand in a message.
func words(least, most int) *rapid.Generator[string] {
	letter := rapid.OneOf(rapid.RuneFrom([]rune("abc \"\\<>&{}*_\n\u2028é👍ן")), rapid.Rune()).Filter(func(r rune) bool { return r != 0 })
	return rapid.StringOfN(letter, least, most, -1)
}

// visible draws text that says something.
func visible(most int) *rapid.Generator[string] {
	return rapid.Map(words(0, most-1), func(s string) string { return "x" + s })
}

func drawButton(t *rapid.T, kind message.ButtonKind, n int) message.Button {
	b := message.Button{Kind: kind, Title: visible(25).Draw(t, "title"), ID: fmt.Sprint(n, words(0, 40).Draw(t, "id"))}
	switch kind {
	case message.URL:
		b.URL = "https://a.example/" + rapid.StringMatching(`[a-z0-9/?&=<>"%-]{0,40}`).Filter(func(s string) bool { return message.Validate(oneURL("https://a.example/"+s)) == nil }).Draw(t, "url")
		if rapid.Bool().Draw(t, "merchant") {
			b.MerchantURL = "https://b.example/"
		}
	case message.Call:
		b.PhoneNumber = rapid.StringMatching(`[0-9]{7,15}`).Draw(t, "number") // the plus is the wire's
	case message.Copy:
		b.CopyCode = visible(60).Draw(t, "code")
	}
	return b
}

func oneURL(u string) message.Interactive {
	return message.Interactive{Body: "b", Action: message.Buttons{{Kind: message.URL, Title: "t", ID: "i", URL: u}}}
}

func drawInteractive(t *rapid.T, kinds ...message.ButtonKind) message.Interactive {
	i := message.Interactive{
		Header: words(0, 40).Draw(t, "header"),
		Body:   visible(200).Draw(t, "body"),
		Footer: words(0, 40).Draw(t, "footer"),
	}
	if len(kinds) == 0 {
		i.Action = drawList(t)
		return i
	}
	var list message.Buttons
	for n := range rapid.IntRange(1, 3).Draw(t, "buttons") {
		list = append(list, drawButton(t, rapid.SampledFrom(kinds).Draw(t, "kind"), n))
	}
	i.Action = list
	return i
}

func drawList(t *rapid.T) message.List {
	l := message.List{Label: visible(30).Draw(t, "label")}
	for s := range rapid.IntRange(1, 4).Draw(t, "sections") {
		section := message.Section{Title: visible(40).Draw(t, "section")}
		for r := range rapid.IntRange(1, 7).Draw(t, "rows") {
			section.Rows = append(section.Rows, message.Row{
				ID:          fmt.Sprint(s, "-", r, words(0, 20).Draw(t, "row id")),
				Title:       visible(60).Draw(t, "row"),
				Description: words(0, 90).Draw(t, "description"),
			})
		}
		l.Sections = append(l.Sections, section)
	}
	return l
}

// TestRoundTrip: whatever may be sent reads back as what was said, by every recipe that carries it,
// also after it waited in the outbox.
func TestRoundTrip(t *testing.T) {
	all := []message.ButtonKind{message.QuickReply, message.URL, message.Call, message.Copy}
	tests := map[string][]message.ButtonKind{
		"r1": all[:1], "r1-minimal": all[:1], "r2": all[1:], "r2x": all,
		"r3": nil, "r3-bare-opaque": nil, "r3-group": nil,
	}
	for recipe, kinds := range tests {
		t.Run(recipe, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { roundTrip(t, drawInteractive(t, kinds...), recipe) })
		})
	}
	t.Run("text", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) { roundTrip(t, message.Text{Body: visible(300).Draw(t, "body")}, "text") })
	})
}

func roundTrip(t *rapid.T, c message.Content, recipe string) {
	e, err := wire.Encode(c, wire.Options{Recipe: recipe, Random: new(counter), Now: at})
	if err != nil {
		t.Fatalf("Encode: %v", err)
	}
	b, err := wire.Marshal(e)
	if err != nil {
		t.Fatalf("Marshal: %v", err)
	}
	kept, err := wire.Unmarshal(b)
	if err != nil {
		t.Fatalf("Unmarshal: %v", err)
	}
	if !proto.Equal(kept.Message, e.Message) || !reflect.DeepEqual(kept.Nodes, e.Nodes) || kept.Opaque != e.Opaque || kept.Recipe != recipe {
		t.Fatalf("the payload gives back\n%v\nwant\n%v", kept, e)
	}
	if got := wire.Decode(kept.Message); !reflect.DeepEqual(got, wire.Decoded{Content: c}) {
		t.Fatalf("Decode:\n got %#v\nwant %#v", got, c)
	}
}
