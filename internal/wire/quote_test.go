package wire_test

import (
	"encoding/json"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"tapgate/internal/message"
	"tapgate/internal/wire"
)

// TestQuote: whatever cites a message carries its id, its author and what it said, in the place that
// belongs to its form.
func TestQuote(t *testing.T) {
	q := &wire.Quote{Stanza: "3EB0AA", Participant: "61371989950@s.whatsapp.net", Content: message.Text{Body: "How much?"}}
	for name, tt := range map[string]struct {
		in    message.Content
		where func(*waE2E.Message) *waE2E.ContextInfo
	}{
		"text": {message.Text{Body: "Ten"}, func(m *waE2E.Message) *waE2E.ContextInfo { return m.GetExtendedTextMessage().GetContextInfo() }},
		"r1": {quickReplies, func(m *waE2E.Message) *waE2E.ContextInfo {
			return m.GetDocumentWithCaptionMessage().GetMessage().GetButtonsMessage().GetContextInfo()
		}},
		"r2": {callAndURL, func(m *waE2E.Message) *waE2E.ContextInfo { return m.GetInteractiveMessage().GetContextInfo() }},
		"r3": {list, func(m *waE2E.Message) *waE2E.ContextInfo {
			return m.GetDocumentWithCaptionMessage().GetMessage().GetListMessage().GetContextInfo()
		}},
		"r4": {cards, func(m *waE2E.Message) *waE2E.ContextInfo { return m.GetInteractiveMessage().GetContextInfo() }},
	} {
		e := encode(t, tt.in, wire.Options{Quote: q})
		c := tt.where(e.Message)
		if c.GetStanzaID() != "3EB0AA" || c.GetParticipant() != "61371989950@s.whatsapp.net" || c.GetQuotedMessage().GetConversation() != "How much?" {
			t.Errorf("%s: context %v", name, c)
		}
		if d := wire.Decode(e.Message); d.Quote == nil || d.Quote.Content != q.Content {
			t.Errorf("%s: reads as %+v", name, d.Quote)
		}
	}
	if m := encode(t, message.Text{Body: "Ten"}, wire.Options{Quote: q}).Message; m.Conversation != nil || m.GetExtendedTextMessage().GetText() != "Ten" {
		t.Errorf("a text that cites: %v", m)
	}
}

// TestQuoteOfEverything: what is cited reads as what it was, as far as it is repeated at all, and is
// never a reason not to send.
func TestQuoteOfEverything(t *testing.T) {
	captioned := image
	captioned.Caption = "see"
	onlyShown := captioned // the note of where it is kept is not repeated
	onlyShown.ID, onlyShown.Thumbnail = "", nil
	sticker := message.Media{As: message.Sticker, MimeType: "image/webp"}
	headed := under(sticker, quickReplies)
	for name, tt := range map[string]struct{ in, want message.Content }{
		"nothing known":  {nil, message.Text{}},
		"text":           {message.Text{Body: "a"}, message.Text{Body: "a"}},
		"buttons":        {quickReplies, quickReplies},
		"list":           {list, list},
		"mixed":          {mixed, mixed},
		"carousel":       {cards, message.Text{Body: "Look"}},
		"tap":            {message.Reply{To: message.ButtonsReply, ID: "ButtonsV3:a", Title: "Yes"}, message.Text{Body: "Yes"}},
		"image":          {captioned, onlyShown},
		"sticker":        {sticker, message.Text{}},
		"under sticker":  {headed, message.Interactive{Body: quickReplies.Body, Footer: quickReplies.Footer, Action: quickReplies.Action}},
		"without action": {message.Interactive{Body: "b"}, message.Text{Body: "b"}},
		"unknown":        {message.Unknown{What: "orderMessage"}, message.Text{}},
	} {
		e := encode(t, message.Text{Body: "x"}, wire.Options{Quote: &wire.Quote{Stanza: "3EB0AA", Participant: "1@lid", Content: tt.in}})
		wantDecoded(t, e.Message, wire.Decoded{Content: message.Text{Body: "x"}, Quote: &wire.Quote{Stanza: "3EB0AA", Participant: "1@lid", Content: tt.want}})
		if t.Failed() {
			t.Fatal(name)
		}
		if len(e.Files) != 0 {
			t.Errorf("%s: a cited file is to be uploaded: %v", name, e.Files)
		}
	}
}

// TestEdit: an edit names the message it replaces and holds the new content whole, with its nodes; the
// client library must see that it is one.
func TestEdit(t *testing.T) {
	for name, c := range map[string]message.Content{"text": message.Text{Body: "new"}, "buttons": quickReplies, "list": list, "carousel": cards} {
		plain := encode(t, c, wire.Options{})
		e := encode(t, c, wire.Options{Edit: &wire.Edit{Stanza: "3EB0AA", Chat: "61371989950@s.whatsapp.net"}})
		p := e.Message.GetEditedMessage().GetMessage().GetProtocolMessage()
		if p.GetType() != waE2E.ProtocolMessage_MESSAGE_EDIT || p.GetKey().GetID() != "3EB0AA" || !p.GetKey().GetFromMe() ||
			p.GetKey().GetRemoteJID() != "61371989950@s.whatsapp.net" || p.GetTimestampMS() != 1_790_000_000_000 {
			t.Errorf("%s: %v", name, p)
		}
		if got, want := wire.Decode(p.GetEditedMessage()).Content, wire.Decode(plain.Message).Content; messageJSON(t, got) != messageJSON(t, want) {
			t.Errorf("%s: new content %v, want %v", name, got, want)
		}
		if len(e.Nodes) != len(plain.Nodes) || e.Recipe != plain.Recipe || !wire.IsEdit(e.Message) || wire.IsEdit(plain.Message) {
			t.Errorf("%s: %d nodes, recipe %s", name, len(e.Nodes), e.Recipe)
		}
	}
	e := encode(t, list, wire.Options{Recipe: "r3-bare-opaque", Edit: &wire.Edit{Stanza: "3EB0AA", Chat: "1@lid"}})
	if e.Opaque {
		t.Error("an edit is hidden from the client library, which then does not mark the stanza as one")
	}
}

func messageJSON(t *testing.T, c message.Content) string {
	t.Helper()
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
