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
	b := message.Button{Kind: kind, Title: visible(25).Draw(t, "title"), ID: fmt.Sprint(n, "-", words(0, 40).Draw(t, "id"))}
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

func drawUnder(t *rapid.T, as message.MediaKind, kinds ...message.ButtonKind) message.Interactive {
	i := drawInteractive(t, kinds...)
	m := drawMedia(t, as)
	i.Header, i.Media = "", &m
	return i
}

func drawMedia(t *rapid.T, as message.MediaKind) message.Media {
	measure := rapid.IntRange(0, 1<<20)
	m := message.Media{
		As: as, ID: rapid.StringMatching(`[a-z]{3}-[0-9a-f]{8}`).Draw(t, "media"), MimeType: visible(40).Draw(t, "type"),
		Size: rapid.Int64Range(0, 1<<40).Draw(t, "size"), Thumbnail: rapid.SliceOfN(rapid.Byte(), 1, 20).Draw(t, "thumbnail"),
	}
	copy(m.SHA256[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "digest"))
	if as == message.Document {
		m.FileName = words(0, 30).Draw(t, "name")
		return m
	}
	m.Width, m.Height = measure.Draw(t, "width"), measure.Draw(t, "height")
	if as == message.Video {
		m.Seconds = measure.Draw(t, "seconds")
	}
	return m
}

func drawCarousel(t *rapid.T, kinds ...message.ButtonKind) message.Carousel {
	c := message.Carousel{Body: visible(200).Draw(t, "body")}
	n := 0
	for range rapid.IntRange(1, 10).Draw(t, "cards") {
		card := message.Card{ID: visible(20).Draw(t, "id"), Text: words(0, 200).Draw(t, "text"),
			Media: drawMedia(t, rapid.SampledFrom([]message.MediaKind{message.Image, message.Video}).Draw(t, "kind"))}
		for range rapid.IntRange(1, 3).Draw(t, "buttons") {
			card.Buttons = append(card.Buttons, drawButton(t, rapid.SampledFrom(kinds).Draw(t, "kind"), n))
			n++
		}
		c.Cards = append(c.Cards, card)
	}
	return c
}

// onWire is c as its reader can know it: names of the media store and of cards do not leave, nor
// does the header text of a message with media.
func onWire(c message.Content) message.Content {
	c, _ = message.EachMedia(c, func(_ string, m message.Media) (message.Media, error) {
		m.ID = ""
		return m, nil
	})
	switch c := c.(type) {
	case message.Interactive:
		if c.Media != nil {
			c.Header = ""
		}
		return c
	case message.Carousel:
		for i := range c.Cards {
			c.Cards[i].ID = ""
		}
		return c
	}
	return c
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
	for recipe, kind := range map[string]message.MediaKind{"r1i": message.Image, "r1v": message.Video, "r1d": message.Document} {
		t.Run(recipe, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { roundTrip(t, drawUnder(t, kind, all[:1]...), recipe) })
		})
	}
	t.Run("r2m", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			roundTrip(t, drawUnder(t, rapid.SampledFrom([]message.MediaKind{message.Image, message.Video, message.Document}).Draw(t, "kind"), all[1:]...), "r2m")
		})
	})
	t.Run("r4", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) { roundTrip(t, drawCarousel(t, all...), "r4") })
	})
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
	if !reflect.DeepEqual(kept.Files, e.Files) {
		t.Fatalf("the payload gives back the files %v, want %v", kept.Files, e.Files)
	}
	if !proto.Equal(kept.Message, e.Message) || !reflect.DeepEqual(kept.Nodes, e.Nodes) || kept.Opaque != e.Opaque || kept.Recipe != recipe {
		t.Fatalf("the payload gives back\n%v\nwant\n%v", kept, e)
	}
	if got := wire.Decode(kept.Message); !reflect.DeepEqual(got, wire.Decoded{Content: onWire(c)}) {
		t.Fatalf("Decode:\n got %#v\nwant %#v", got, onWire(c))
	}
}
