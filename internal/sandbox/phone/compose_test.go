package phone_test

import (
	"bytes"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/id"
	"tapgate/internal/sandbox/phone"
)

func text(s string) *waE2E.Message { return &waE2E.Message{Conversation: proto.String(s)} }

func TestSendText(t *testing.T) {
	w := newWorld(t)
	// Nothing has arrived yet: the only business number of the book is meant.
	hello := must(w.customer.Send(context20s(t), phone.Compose{Text: "Hello"}))(t)
	got := w.business.awaitID(t, hello)
	if got.Message.GetConversation() != "Hello" || got.Info.PushName != "Jonathan" || got.Info.Sender.Device != 0 {
		t.Errorf("got %v from %q", got.Message, got.Info.PushName)
	}
	if want := (id.Message{Stanza: got.Info.ID, Chat: id.User(jonathan).Private()}).String(); hello != want {
		t.Errorf("id %q, want %q as the gateway shows it", hello, want)
	}
	w.until("delivery", func() bool { m, _ := w.customer.Message(hello); return m.Status == phone.StatusDelivered })
	if err := w.business.cli.MarkRead(context20s(t), []types.MessageID{got.Info.ID}, got.Info.Timestamp, got.Info.Chat, got.Info.Sender); err != nil {
		t.Fatal(err)
	}
	w.until("read receipt", func() bool { m, _ := w.customer.Message(hello); return m.Status == phone.StatusRead })

	quoting := must(w.customer.Send(context20s(t), phone.Compose{Text: "Again", Quote: hello}))(t)
	info := w.business.awaitID(t, quoting).Message.GetExtendedTextMessage().GetContextInfo()
	if info.GetStanzaID() != got.Info.ID || info.GetQuotedMessage().GetConversation() != "Hello" {
		t.Errorf("quote %v", info)
	}
	if own, _ := w.customer.Message(quoting); own.Quoted == nil || own.Quoted.ID != hello || own.Quoted.Text != "Hello" || own.Quoted.From != jonathan {
		t.Errorf("own quote %+v", own.Quoted)
	}

	must(w.customer.Send(context20s(t), phone.Compose{Edit: quoting, Text: "Changed"}))(t)
	w.business.await(t, "the edit", func(e *events.Message) bool {
		return e.Message.GetProtocolMessage().GetEditedMessage().GetConversation() == "Changed"
	})
	if own, _ := w.customer.Message(quoting); !own.Edited || own.Body != "Changed" {
		t.Errorf("edited message %+v", own)
	}
	must(w.customer.Send(context20s(t), phone.Compose{Delete: hello}))(t)
	w.business.await(t, "the deletion", func(e *events.Message) bool {
		pm := e.Message.GetProtocolMessage()
		return pm != nil && pm.GetType() == waE2E.ProtocolMessage_REVOKE && pm.GetKey().GetID() == got.Info.ID
	})
	if own, _ := w.customer.Message(hello); !own.Deleted {
		t.Error("the message is not marked as deleted")
	}
	if n := len(w.customer.Messages()); n != 2 {
		t.Errorf("%d messages, want the two texts", n)
	}
}

func TestSendRefuses(t *testing.T) {
	w := newWorld(t)
	sent := w.business.send(t, jid(jonathan), text("Hi"))
	w.message(w.customer, sent)
	for reason, c := range map[string]phone.Compose{
		"nothing to send":    {},
		"not on WhatsApp":    {To: "4900000000000", Text: "x"},
		"no number":          {To: "somebody", Text: "x"},
		"not an own message": {Delete: sent},
		"not a poll":         {Vote: &phone.Vote{MessageID: sent}},
	} {
		_, err := w.customer.Send(context20s(t), c)
		refused(t, err, reason)
	}
}

func TestReactionsBothWays(t *testing.T) {
	w := newWorld(t)
	sent := w.business.send(t, jid(jonathan), text("Hi"))
	w.message(w.customer, sent)
	must(w.customer.Send(context20s(t), phone.Compose{React: &phone.Reaction{MessageID: sent, Emoji: "👍"}}))(t)
	got := w.business.await(t, "the reaction", func(e *events.Message) bool { return e.Message.GetReactionMessage() != nil })
	if r := got.Message.GetReactionMessage(); r.GetText() != "👍" || r.GetKey().GetID() != stanzaOf(t, sent) || r.GetKey().GetFromMe() {
		t.Errorf("reaction %v", r)
	}
	own := w.business.cli.BuildReaction(jid(jonathan), types.EmptyJID, stanzaOf(t, sent), "❤")
	must(w.business.cli.SendMessage(context20s(t), jid(jonathan), own))(t)
	w.until("both reactions", func() bool { m, _ := w.customer.Message(sent); return len(m.Reactions) == 2 })
	m, _ := w.customer.Message(sent)
	if m.Reactions[0] != (phone.Reaction{From: jonathan, Emoji: "👍"}) || m.Reactions[1] != (phone.Reaction{From: businessNumber, Emoji: "❤"}) {
		t.Errorf("reactions %+v", m.Reactions)
	}
	must(w.customer.Send(context20s(t), phone.Compose{React: &phone.Reaction{MessageID: sent}}))(t)
	if m, _ := w.customer.Message(sent); len(m.Reactions) != 1 || len(w.customer.Messages()) != 1 {
		t.Errorf("reactions %+v, %d messages", m.Reactions, len(w.customer.Messages()))
	}
}

func TestBusinessEditsAndDeletes(t *testing.T) {
	w := newWorld(t)
	sent := w.business.send(t, jid(jonathan), text("Hi"))
	w.message(w.customer, sent)
	must(w.business.cli.SendMessage(context20s(t), jid(jonathan), w.business.cli.BuildEdit(jid(jonathan), stanzaOf(t, sent), text("Better"))))(t)
	w.until("the edit", func() bool { m, _ := w.customer.Message(sent); return m.Edited && m.Body == "Better" })
	must(w.business.cli.SendMessage(context20s(t), jid(jonathan), w.business.cli.BuildRevoke(jid(jonathan), types.EmptyJID, stanzaOf(t, sent))))(t)
	w.until("the deletion", func() bool { m, _ := w.customer.Message(sent); return m.Deleted })

	must(w.business.cli.SendMessage(context20s(t), jid(jonathan), w.business.cli.BuildRevoke(jid(jonathan), types.EmptyJID, "3EB0000000000000000000")))(t)
	w.until("the deletion of something unknown", func() bool { return len(w.customer.Messages()) == 2 })
	if m := w.customer.Messages()[1]; m.Drawn || m.Kind != phone.KindRevoke || len(m.Warnings) == 0 {
		t.Errorf("shown %+v", m)
	}
}

func TestSendAndReceiveMedia(t *testing.T) {
	w := newWorld(t)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 8, 4))); err != nil {
		t.Fatal(err)
	}
	sent := must(w.customer.Send(context20s(t), phone.Compose{Media: picture.Bytes(), Caption: "Look"}))(t)
	got := w.business.awaitID(t, sent).Message.GetImageMessage()
	data := must(w.business.cli.Download(context20s(t), got))(t)
	if !bytes.Equal(data, picture.Bytes()) || got.GetMimetype() != "image/png" || got.GetCaption() != "Look" || got.GetWidth() != 8 || got.GetHeight() != 4 {
		t.Errorf("image %v, %d bytes", got, len(data))
	}
	for mime, want := range map[string]string{"video/mp4": phone.KindVideo, "audio/ogg": phone.KindAudio, "application/pdf": phone.KindDocument} {
		sent := must(w.customer.Send(context20s(t), phone.Compose{Media: []byte("bytes"), Mime: mime, Caption: "C"}))(t)
		w.business.awaitID(t, sent)
		if own, _ := w.customer.Message(sent); own.Kind != want || own.Media == nil || own.Media.MimeType != mime || own.Media.Size != 5 {
			t.Errorf("%s is shown as %+v", mime, own.Content)
		}
	}

	up := must(w.business.cli.Upload(context20s(t), picture.Bytes(), whatsmeow.MediaImage))(t)
	buttons := legacyButtons("Point 1")
	buttons.HeaderType = waE2E.ButtonsMessage_IMAGE.Enum()
	buttons.Header = &waE2E.ButtonsMessage_ImageMessage{ImageMessage: &waE2E.ImageMessage{
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256,
		FileLength: &up.FileLength, Mimetype: proto.String("image/png"),
	}}
	withImage := w.business.send(t, jid(jonathan), withCaption(&waE2E.Message{ButtonsMessage: buttons}), biz(flowNode("mixed")))
	if shown := w.message(w.customer, withImage); shown.Media == nil || shown.Media.Kind != phone.KindImage || shown.Media.Size != uint64(picture.Len()) {
		t.Errorf("shown %+v", shown.Content)
	}
	mime, data, err := w.customer.Media(context20s(t), withImage)
	if err != nil || mime != "image/png" || !bytes.Equal(data, picture.Bytes()) {
		t.Errorf("media %q, %d bytes, %v", mime, len(data), err)
	}
	plain := w.business.send(t, jid(jonathan), text("Hi"))
	w.message(w.customer, plain)
	_, _, err = w.customer.Media(context20s(t), plain)
	refused(t, err, "no media")
}

func TestSendLocationContactVote(t *testing.T) {
	w := newWorld(t)
	sent := must(w.customer.Send(context20s(t), phone.Compose{Location: &phone.Location{Latitude: -33.8, Longitude: 151.2, Name: "Harbour"}}))(t)
	if got := w.business.awaitID(t, sent).Message.GetLocationMessage(); got.GetDegreesLatitude() != -33.8 || got.GetName() != "Harbour" {
		t.Errorf("location %v", got)
	}
	sent = must(w.customer.Send(context20s(t), phone.Compose{Contact: &phone.Contact{Name: "Mary", Phone: mary}}))(t)
	if got := w.business.awaitID(t, sent).Message.GetContactMessage(); got.GetDisplayName() != "Mary" || !strings.Contains(got.GetVcard(), "waid="+mary) {
		t.Errorf("contact %v", got)
	}

	poll := w.business.send(t, jid(jonathan), w.business.cli.BuildPollCreation("Lunch?", []string{"Yes", "No"}, 1))
	if shown := w.message(w.customer, poll); shown.Kind != phone.KindPoll || len(shown.Options) != 2 || shown.Options[1] != "No" {
		t.Fatalf("shown %+v", shown.Content)
	}
	must(w.customer.Send(context20s(t), phone.Compose{Vote: &phone.Vote{MessageID: poll, Options: []string{"No"}}}))(t)
	e := w.business.await(t, "the vote", func(e *events.Message) bool { return e.Message.GetPollUpdateMessage() != nil })
	vote := must(w.business.cli.DecryptPollVote(context20s(t), e))(t)
	if want := whatsmeow.HashPollOptions([]string{"No"}); len(vote.GetSelectedOptions()) != 1 || !bytes.Equal(vote.GetSelectedOptions()[0], want[0]) {
		t.Errorf("vote %v", vote)
	}
	_, err := w.customer.Send(context20s(t), phone.Compose{Vote: &phone.Vote{MessageID: poll, Options: []string{"Perhaps"}}})
	refused(t, err, "no option")
}

// What is read at once is told at once: one receipt names all messages of a sender in a chat.
func TestReadManyAtOnce(t *testing.T) {
	w := newWorld(t)
	group := must(w.book.CreateGroup(context20s(t), "Friends", jonathan, businessNumber))(t)
	chat := must(types.ParseJID(group))(t)
	var sent []string
	for _, to := range []types.JID{jid(jonathan), jid(jonathan), jid(jonathan), chat, chat} {
		w.business.send(t, to, text("Read me"))
	}
	w.until("five messages", func() bool { return len(w.customer.Messages()) == 5 })
	for _, m := range w.customer.Messages() {
		sent = append(sent, m.ID)
	}
	if err := w.customer.MarkRead(context20s(t), sent...); err != nil {
		t.Fatal(err)
	}
	for _, m := range w.customer.Messages() {
		w.business.awaitReceipt(t, "read", stanzaOf(t, m.ID))
		if m.Status != phone.StatusRead {
			t.Errorf("%s is %s", m.ID, m.Status)
		}
	}
	w.business.mu.Lock()
	defer w.business.mu.Unlock()
	told := 0
	for _, r := range w.business.receipts {
		if r.Type == types.ReceiptTypeRead {
			told++
		}
	}
	if told != 2 {
		t.Errorf("%d receipts, want one for each chat", told)
	}
}

// Everybody's ballot is counted on every phone; a new one takes the place of the one before.
func TestPollIsCounted(t *testing.T) {
	w := newWorld(t)
	other := must(w.book.Add(context20s(t), mary, "Mary"))(t)
	group := must(w.book.CreateGroup(context20s(t), "Friends", jonathan, businessNumber, mary))(t)
	chat := must(types.ParseJID(group))(t)
	resp := must(w.business.cli.SendMessage(context20s(t), chat, w.business.cli.BuildPollCreation("Lunch?", []string{"Pizza", "Pasta", "None"}, 2)))(t)
	find := func(p *phone.Phone) phone.Message {
		for _, m := range p.Messages() {
			if strings.Contains(m.ID, "-") && m.Kind == phone.KindPoll && must(id.ParseMessage(m.ID))(t).Stanza == resp.ID {
				return m
			}
		}
		return phone.Message{}
	}
	w.until("the poll on both phones", func() bool { return find(w.customer).ID != "" && find(other).ID != "" })
	if m := find(w.customer); m.Choices != 2 || len(m.Ballots) != 0 {
		t.Errorf("shown %+v", m.Content)
	}
	vote := func(p *phone.Phone, options ...string) {
		must(p.Send(context20s(t), phone.Compose{Vote: &phone.Vote{MessageID: find(p).ID, Options: options}}))(t)
	}
	vote(w.customer, "Pizza")
	vote(other, "Pizza", "Pasta")
	counted := func(want ...string) func() bool {
		return func() bool {
			for _, p := range []*phone.Phone{w.customer, other} {
				var got []string
				for _, b := range find(p).Ballots {
					got = append(got, b.From+" "+strings.Join(b.Options, "+"))
				}
				slices.Sort(got)
				if !slices.Equal(got, want) {
					return false
				}
			}
			return true
		}
	}
	w.until("two ballots", counted(jonathan+" Pizza", mary+" Pizza+Pasta"))
	vote(w.customer, "Pasta")
	w.until("another choice", counted(jonathan+" Pasta", mary+" Pizza+Pasta"))
	vote(other)
	w.until("a choice taken back", counted(jonathan+" Pasta"))
	_, err := other.Send(context20s(t), phone.Compose{Vote: &phone.Vote{MessageID: find(other).ID, Options: []string{"Pizza", "Pasta", "None"}}})
	refused(t, err, "takes 2")
	for _, m := range append(w.customer.Messages(), other.Messages()...) {
		if m.Kind == phone.KindVote {
			t.Errorf("a vote stands in the chat: %+v", m)
		}
	}
}

// What a person writes or presses without a connection leaves when it is back.
func TestWritesWhileOffline(t *testing.T) {
	w := newWorld(t)
	asked := w.business.send(t, jid(jonathan), quickReply(), biz(flowNode("mixed")))
	w.message(w.customer, asked)
	if err := w.customer.SetOnline(context20s(t), false); err != nil {
		t.Fatal(err)
	}
	wrote := must(w.customer.Send(context20s(t), phone.Compose{Text: "from the tunnel"}))(t)
	tapped := must(w.customer.Tap(context20s(t), phone.Press{MessageID: asked, Button: at(1)}))(t)
	for _, sent := range []string{wrote, tapped} {
		if m, _ := w.customer.Message(sent); m.Status != phone.StatusPending {
			t.Errorf("%s is %s", sent, m.Status)
		}
	}
	_, err := w.customer.Send(context20s(t), phone.Compose{React: &phone.Reaction{MessageID: asked, Emoji: "👍"}})
	refused(t, err, "offline")
	if err := w.customer.SetOnline(context20s(t), true); err != nil {
		t.Fatal(err)
	}
	if got := w.business.awaitID(t, wrote).Message.GetConversation(); got != "from the tunnel" {
		t.Errorf("the business reads %q", got)
	}
	if got := hear(t, w.business.awaitID(t, tapped).Message); got.title != "Button2" {
		t.Errorf("the business hears %+v", got)
	}
	for _, sent := range []string{wrote, tapped} {
		w.until("the ticks", func() bool { m, _ := w.customer.Message(sent); return m.Status == phone.StatusDelivered })
	}
	must(w.business.cli.SendMessage(context20s(t), jid(jonathan), text("after all")))(t)
	w.until("the last message", func() bool { all := w.customer.Messages(); return all[len(all)-1].Body == "after all" })
	w.business.mu.Lock()
	defer w.business.mu.Unlock()
	seen := map[string]int{}
	for _, e := range w.business.messages {
		seen[e.Info.ID]++
	}
	for _, sent := range []string{wrote, tapped} {
		if n := seen[stanzaOf(t, sent)]; n != 1 {
			t.Errorf("%s arrived %d times", sent, n)
		}
	}
}

func TestWebPlatformWritesFromAnotherDevice(t *testing.T) {
	w := newWorld(t)
	w.customer.SetPlatform(phone.Web)
	sent := must(w.customer.Send(context20s(t), phone.Compose{Text: "From the web"}))(t)
	if got := w.business.awaitID(t, sent); got.Info.Sender.Device == 0 || !strings.HasPrefix(got.Info.ID, "3EB0") {
		t.Errorf("sent from device %d as %q", got.Info.Sender.Device, got.Info.ID)
	}
	if n := len(w.customer.Messages()); n != 1 {
		t.Errorf("%d messages, want 1", n)
	}
}
