package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// What is stored comes back. Absent and empty lists are the same to every reader.
func TestMessageRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawMessage(t)
		row, err := store.EncodeMessage(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := store.DecodeMessage(row)
		if err != nil {
			t.Fatalf("%s: %v", row, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s\n-want +got\n%s", row, diff)
		}
	})
}

func drawMessage(t *rapid.T) message.Message {
	m := message.Message{
		ID:       drawID(t),
		ChatName: text(t),
		From:     id.User(text(t)),
		FromName: text(t),
		Source:   message.Source(text(t)),
		Content:  drawContent(t),
	}
	if rapid.Bool().Draw(t, "cites") {
		m.Context = &message.Context{QuotedAuthor: id.User(text(t)), Quoted: drawContent(t)}
		if rapid.Bool().Draw(t, "cites an id") {
			m.Context.QuotedID = drawID(t)
		}
	}
	if rapid.Bool().Draw(t, "edits") {
		m.Edits = drawID(t)
	}
	return m
}

func drawID(t *rapid.T) id.Message {
	return id.Message{
		Stanza:      text(t),
		Digest:      string(rapid.SliceOfN(rapid.Byte(), 0, 16).Draw(t, "digest")),
		Chat:        id.Chat{User: text(t), Server: id.Server(text(t))},
		FromMe:      rapid.Bool().Draw(t, "from me"),
		Participant: id.User(text(t)),
	}
}

func drawContent(t *rapid.T) message.Content {
	switch rapid.IntRange(0, 7).Draw(t, "content") {
	case 0:
		return message.Text{Body: text(t)}
	case 1:
		i := message.Interactive{Header: text(t), Body: text(t), Footer: text(t), Action: drawAction(t)}
		if rapid.Bool().Draw(t, "media header") {
			m := drawMedia(t)
			i.Media = &m
		}
		return i
	case 2:
		return message.Reply{
			To: message.ReplyKind(text(t)), ID: text(t), Title: text(t), Description: text(t),
			Card: rapid.Ptr(rapid.IntRange(0, 9), true).Draw(t, "card"), Button: rapid.Ptr(rapid.IntRange(0, 2), true).Draw(t, "button"),
		}
	case 3:
		return message.Unknown{What: text(t)}
	case 4:
		return drawMedia(t)
	case 5:
		c := message.Carousel{Body: text(t)}
		for range rapid.IntRange(0, 3).Draw(t, "cards") {
			c.Cards = append(c.Cards, message.Card{ID: text(t), Media: drawMedia(t), Text: text(t), Buttons: drawButtons(t)})
		}
		return c
	case 6:
		return message.Change{
			Did: message.ChangeKind(text(t)), Target: drawID(t), Emoji: text(t),
			Content: rapid.SampledFrom([]message.Content{nil, message.Text{Body: "new"}, message.Media{As: message.Image, Caption: "new"}}).Draw(t, "new content"),
		}
	}
	return nil
}

func drawMedia(t *rapid.T) message.Media {
	size := rapid.IntRange(0, 1<<30)
	m := message.Media{
		As: message.MediaKind(text(t)), ID: text(t), MimeType: text(t), FileName: text(t), Caption: text(t), Link: text(t),
		Size: rapid.Int64().Draw(t, "size"), Width: size.Draw(t, "width"), Height: size.Draw(t, "height"), Seconds: size.Draw(t, "seconds"),
		Thumbnail: rapid.SliceOf(rapid.Byte()).Draw(t, "thumbnail"), Remote: rapid.SliceOf(rapid.Byte()).Draw(t, "remote"),
	}
	copy(m.SHA256[:], rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, "digest"))
	return m
}

func drawButtons(t *rapid.T) message.Buttons {
	buttons := message.Buttons{}
	for range rapid.IntRange(0, 3).Draw(t, "buttons") {
		buttons = append(buttons, message.Button{
			Kind: message.ButtonKind(text(t)), Title: text(t), ID: text(t), URL: text(t),
			MerchantURL: text(t), PhoneNumber: text(t), CopyCode: text(t),
		})
	}
	return buttons
}

func drawAction(t *rapid.T) message.Action {
	switch rapid.IntRange(0, 2).Draw(t, "action") {
	case 0:
		return drawButtons(t)
	case 1:
		list := message.List{Label: text(t)}
		for range rapid.IntRange(0, 3).Draw(t, "sections") {
			s := message.Section{Title: text(t)}
			for range rapid.IntRange(0, 3).Draw(t, "rows") {
				s.Rows = append(s.Rows, message.Row{ID: text(t), Title: text(t), Description: text(t)})
			}
			list.Sections = append(list.Sections, s)
		}
		return list
	}
	return nil
}

// text is any text that is UTF-8, control characters and what JSON has to escape included.
func text(t *rapid.T) string {
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "\x00", "<&>\u2028\\\"", "👩‍👩‍👧", "ButtonsV3:1"})).Draw(t, "text")
}

// The row is a format that outlives this program: what was written once must be read for ever.
func TestMessageOfVersion1(t *testing.T) {
	const row = `{"v":1,"id":{"stanza":"3EB0C10D3313C1C4CB6C","user":"61371989950","server":"s.whatsapp.net"},"chat_name":"Jonathan","from":"61371989950","from_name":"Jon","source":"mobile","content":{"kind":"reply","reply":{"to":"list_reply","id":"ListV3:r1","title":"Row","description":"first"}},"context":{"quoted_id":{"stanza":"3EB0A1","user":"61371989950","server":"s.whatsapp.net","from_me":true},"quoted_author":"919984351847","quoted":{"kind":"interactive","interactive":{"header":"h","body":"b","footer":"f","action":{"kind":"list","list":{"label":"open","sections":[{"title":"s","rows":[{"id":"r1","title":"Row","description":"first"}]}]}}}}}}`
	got, err := store.DecodeMessage([]byte(row))
	if err != nil {
		t.Fatal(err)
	}
	jonathan := id.User("61371989950")
	want := message.Message{
		ID:       id.Message{Stanza: "3EB0C10D3313C1C4CB6C", Chat: jonathan.Private()},
		ChatName: "Jonathan", From: jonathan, FromName: "Jon", Source: message.SourceMobile,
		Content: message.Reply{To: message.ListReply, ID: "ListV3:r1", Title: "Row", Description: "first"},
		Context: &message.Context{
			QuotedID:     id.Message{Stanza: "3EB0A1", Chat: jonathan.Private(), FromMe: true},
			QuotedAuthor: "919984351847",
			Quoted: message.Interactive{Header: "h", Body: "b", Footer: "f", Action: message.List{
				Label:    "open",
				Sections: []message.Section{{Title: "s", Rows: []message.Row{{ID: "r1", Title: "Row", Description: "first"}}}},
			}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A row that a later program of the same row version wrote may hold kinds that this one lacks.
func TestUnknownKindsAreRead(t *testing.T) {
	for _, c := range []struct {
		row  string
		want message.Content
	}{
		{`{"v":1,"id":{},"content":{"kind":"hologram","hologram":{"depth":3}}}`, message.Unknown{What: "hologram"}},
		{`{"v":1,"id":{},"content":{"kind":"interactive","interactive":{"body":"b","action":{"kind":"wheel"}}}}`, message.Unknown{What: "interactive/wheel"}},
		{`{"v":1,"id":{},"content":{}}`, message.Unknown{}},
		{`{"v":1,"id":{}}`, nil},
	} {
		m, err := store.DecodeMessage([]byte(c.row))
		if err != nil {
			t.Errorf("%s: %v", c.row, err)
		} else if diff := cmp.Diff(c.want, m.Content); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.row, diff)
		}
	}
}

func TestWrongRowsAreErrors(t *testing.T) {
	for _, row := range []string{``, `null`, `{`, `[]`, `{"id":{}}`, `{"v":2,"id":{}}`} {
		if m, err := store.DecodeMessage([]byte(row)); err == nil {
			t.Errorf("DecodeMessage(%s) = %+v, want an error", row, m)
		}
		if s, err := store.DecodeSettings([]byte(row)); err == nil {
			t.Errorf("DecodeSettings(%s) = %+v, want an error", row, s)
		}
	}
}

// What is stored must be complete: the address of a file, or a caller's bytes, are not the file.
func TestMediaIsStoredAfterItsFile(t *testing.T) {
	open := message.Media{As: message.Image, Source: &message.MediaSource{URL: "https://a.example/x.jpg"}}
	for _, c := range []message.Content{
		open,
		message.Interactive{Body: "b", Media: &open},
		message.Carousel{Cards: []message.Card{{Media: open}}},
	} {
		if row, err := store.EncodeMessage(message.Message{Content: c}); err == nil {
			t.Errorf("%T is stored as %s", c, row)
		}
	}
}

// WhatsApp's messages may hold bytes that are no text. They do not keep a message from being stored.
func TestWrongTextIsReplaced(t *testing.T) {
	row, err := store.EncodeMessage(message.Message{Content: message.Text{Body: "a\xffb"}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := store.DecodeMessage(row)
	if err != nil {
		t.Fatal(err)
	}
	if want := (message.Text{Body: "a\uFFFDb"}); m.Content != want {
		t.Errorf("content %q, want %q", m.Content, want)
	}
}

// Whoever adds a content or an action learns here that it has to be stored, and drawn above.
func TestEveryContentHasAStoredForm(t *testing.T) {
	covered := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		for _, v := range []any{drawContent(t), drawAction(t)} {
			if v != nil {
				covered[reflect.TypeOf(v).Name()] = true
			}
		}
	})
	for _, name := range sealed(t, "content", "action") {
		if !covered[name] {
			t.Errorf("message.%s is not among the messages that are stored and read back here", name)
		}
	}
}

// sealed returns the types of package message that have one of the methods, which seal its sums.
func sealed(t *testing.T, methods ...string) []string {
	t.Helper()
	paths, err := filepath.Glob("../message/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || !slices.Contains(methods, f.Name.Name) {
				continue
			}
			if recv, ok := f.Recv.List[0].Type.(*ast.Ident); ok {
				names = append(names, recv.Name)
			}
		}
	}
	if len(names) < 6 {
		t.Fatalf("found only %v: the sums of package message are sealed differently now", names)
	}
	return names
}
