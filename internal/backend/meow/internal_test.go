package meow

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/backend"
	"tapgate/internal/backend/backendtest"
	"tapgate/internal/channel"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/wire"
)

// WhatsApp's web client shows the first of six codes for a minute and the others for 20 seconds.
func TestCodesAreShownOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var got []string
		ranOut := show(t.Context(), []string{"a", "b", "c", "d", "e", "f"}, nil, time.Now, func(code string, until time.Time) {
			got = append(got, fmt.Sprintf("%s %s-%s", code, time.Since(start), until.Sub(start)))
		})
		want := []string{"a 0s-1m0s", "b 1m0s-1m20s", "c 1m20s-1m40s", "d 1m40s-2m0s", "e 2m0s-2m20s", "f 2m20s-2m40s"}
		if !ranOut || !slices.Equal(got, want) || time.Since(start) != 160*time.Second {
			t.Errorf("shown %q until %s, ran out %v; want %q", got, time.Since(start), ranOut, want)
		}
	})
}

func TestCodesTakeANewSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rotated := make(chan *events.RotateADVSecret, 1)
		var got []string
		show(t.Context(), []string{"1,old", "2,old"}, rotated, time.Now, func(code string, _ time.Time) {
			if got = append(got, code); len(got) == 1 {
				rotated <- &events.RotateADVSecret{OldSecret: "old", NewSecret: "new"}
			}
		})
		if want := []string{"1,old", "1,new", "2,new"}; !slices.Equal(got, want) {
			t.Errorf("shown %q, want %q", got, want)
		}
	})
}

// 1, 2, 4 ... 32 seconds, then once a minute, for each event by itself.
func TestPauseBeforeTheNextDelivery(t *testing.T) {
	var f failures
	now := time.Unix(1_700_000_000, 0)
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60} {
		attempt, wait, due := f.add("a", now)
		if attempt != i+1 || wait != want*time.Second || !due {
			t.Errorf("refusal %d: attempt %d, pause %s, due %v; want a pause of %d s", i+1, attempt, wait, due, want)
		}
		now = now.Add(wait)
	}
	// Another event in trouble does not wait for the first one's minute; a third one waits for it.
	if _, _, due := f.add("a", now); !due {
		t.Error("no delivery is planned")
	}
	if _, wait, due := f.add("b", now); wait != time.Second || !due {
		t.Errorf("another event: pause %s, due %v; want one of its own, of a second", wait, due)
	}
	if _, _, due := f.add("c", now); due {
		t.Error("a second delivery is planned for the same time")
	}
	f.clear("b")
	if attempt, _, _ := f.add("b", now); attempt != 1 {
		t.Errorf("attempt %d after a success, want 1", attempt)
	}
}

func TestRefusal(t *testing.T) {
	ack := func(code int) error { return fmt.Errorf("%w %d", whatsmeow.ErrServerReturnedError, code) }
	for _, tc := range []struct {
		err  error
		code int // 0: the outcome is open
	}{
		{ack(400), 400}, {ack(403), 403}, {ack(405), 405}, {ack(463), 463}, {ack(479), 479}, {ack(499), 499},
		{ack(421), 0}, {ack(429), 0}, {ack(500), 0}, {ack(503), 0},
		{fmt.Errorf("failed to get group members: %w", whatsmeow.ErrNotInGroup), 403},
		{fmt.Errorf("failed to get group members: %w", whatsmeow.ErrGroupNotFound), 404},
		{fmt.Errorf("no LID found for %s from server", types.NewJID("12025550123", types.DefaultUserServer)), 404},
		{whatsmeow.ErrMessageTimedOut, 0}, {whatsmeow.ErrIQDisconnected, 0}, {errors.New("database is locked"), 0},
	} {
		got := refusal(tc.err)
		r := (*backend.Refusal)(nil)
		switch refused := errors.As(got, &r); {
		case refused != (tc.code != 0), refused && (r.Code != tc.code || r.Reason == ""):
			t.Errorf("%v becomes %v, want code %d", tc.err, got, tc.code)
		case !refused && !errors.Is(got, tc.err):
			t.Errorf("%v becomes %v, which does not wrap it", tc.err, got)
		}
	}
}

// What a test can't bring about on the wire within its time. A session says why it is not connected.
func TestStateOf(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for _, tc := range []struct {
		evt  any
		want channel.State
	}{
		{&events.KeepAliveTimeout{}, channel.Waiting},
		{&events.KeepAliveRestored{}, channel.Connected},
		{&events.StreamReplaced{}, channel.Waiting},
		{&events.StreamError{Code: "516"}, channel.Waiting},
		{&events.ConnectFailure{Reason: events.ConnectFailureGeneric}, channel.Waiting},
		{&events.LoggedOut{OnConnect: true, Reason: events.ConnectFailureMainDeviceGone}, channel.Unpaired},
		{&events.TemporaryBan{Code: events.TempBanBlockedByUsers, Expire: time.Hour}, channel.Banned},
		{&events.PushName{}, ""},
	} {
		got, ok := stateOf(tc.evt, now)
		if got.State != tc.want || ok != (tc.want != "") || (got.Reason == "") != (tc.want == channel.Connected || tc.want == "") {
			t.Errorf("%T becomes %+v, want %q with a reason", tc.evt, got, tc.want)
		}
	}
	if got, _ := stateOf(&events.TemporaryBan{Expire: time.Hour}, now); !got.Until.Equal(now.Add(time.Hour)) {
		t.Errorf("banned until %s, want an hour from %s", got.Until, now)
	}
}

// stanza is a message event of a private chat between two phone numbers.
func stanza(sender types.JID) *events.Message {
	return &events.Message{
		Info: types.MessageInfo{
			MessageSource: types.MessageSource{Chat: sender.ToNonAD(), Sender: sender},
			ID:            "3EB0C4313A2C0D5A4B6E17", PushName: "Jonathan", Timestamp: time.Unix(1_700_000_000, 0),
		},
		RawMessage: &waE2E.Message{},
	}
}

func offlineSession(t *testing.T) *session {
	t.Helper()
	b, err := Open(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := backendtest.Open(t, b, "").Session.(*session)
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	// What the library would put there with a pairing, to look numbers and contacts up.
	s.client.Store.LIDs = b.container.LIDMap
	s.client.Store.ID = &types.JID{User: "919984351847", Device: 1, Server: types.DefaultUserServer}
	s.client.Store.LID = types.JID{User: "111111111111111", Device: 1, Server: types.HiddenUserServer}
	s.own = ownOf(s.client.Store)
	s.client.Store.Contacts = &store.NoopStore{} // an empty phone book
	return s
}

// A message whose content can't be translated arrives as unknown, and its sender is known.
func TestPanicOfTheTranslation(t *testing.T) {
	s := offlineSession(t)
	s.decode = func(*waE2E.Message) wire.Decoded { panic("a mistake in the decoder") }
	if !s.handle(stanza(types.NewJID("61371989950", types.DefaultUserServer))) {
		t.Fatal("the message is refused, and would come again for ever")
	}
	m := s.Sink.(*backendtest.Sink).AwaitMessages(t, 1)[0]
	if m.Content != (message.Unknown{What: "unreadable"}) || m.From != "61371989950" || m.ID.Chat != id.User("61371989950").Private() {
		t.Errorf("told %+v", m)
	}
}

// Somebody whose number WhatsApp does not tell is named by the hidden one.
func TestUnknownNumber(t *testing.T) {
	s := offlineSession(t)
	s.decode = func(*waE2E.Message) wire.Decoded { return wire.Decoded{Content: message.Text{Body: "hello"}} }
	private := stanza(types.NewJID("222222222222222", types.HiddenUserServer))
	group := stanza(types.NewJID("222222222222222", types.HiddenUserServer))
	group.Info.Chat, group.Info.IsGroup, group.Info.ID = types.NewJID("120363041234567890", types.GroupServer), true, "3A"
	s.names.setGroup(group.Info.Chat, "Friends")
	for _, e := range []*events.Message{private, group} {
		if !s.handle(e) {
			t.Fatal("the message is refused")
		}
	}
	got := s.Sink.(*backendtest.Sink).AwaitMessages(t, 2)
	if m := got[0]; m.ID.Chat.String() != "222222222222222@lid" || m.From != "" {
		t.Errorf("in a private chat: %+v, want the chat 222222222222222@lid and no sender", m)
	}
	if m := got[1]; m.ID.Participant != "222222222222222" || m.From != "" || m.ChatName != "Friends" {
		t.Errorf("in a group: %+v, want the participant 222222222222222 and no sender", m)
	}
}

// Stories and what the own phone tells its devices are nobody's business.
func TestPassedOver(t *testing.T) {
	s := offlineSession(t)
	s.decode = func(*waE2E.Message) wire.Decoded { return wire.Decoded{Content: message.Text{Body: "hello"}} }
	story, peer := stanza(types.NewJID("61371989950", types.DefaultUserServer)), stanza(types.NewJID("919984351847", types.DefaultUserServer))
	story.Info.Chat, peer.Info.Category = types.StatusBroadcastJID, "peer"
	for _, e := range []any{story, peer, &events.Receipt{Type: types.ReceiptTypeSender}, &events.Receipt{Type: types.ReceiptTypeRetry}} {
		if !s.handle(e) {
			t.Errorf("%T is refused", e)
		}
	}
	if n := s.Sink.(*backendtest.Sink).Calls(); n != 0 {
		t.Errorf("%d calls to the sink, want none", n)
	}
}

// What an answer to a retry receipt says depends on who asks. An emulated phone reads all forms, so
// they are checked here: our own device files the message under its destination and looks for the
// secret outside, and somebody in a group has lost the sender key with everything else.
func TestContentOfAnAnswer(t *testing.T) {
	original := func() *waE2E.Message {
		return &waE2E.Message{Conversation: proto.String("Body"), MessageContextInfo: &waE2E.MessageContextInfo{MessageSecret: []byte("secret")}}
	}
	key := &waE2E.SenderKeyDistributionMessage{GroupID: proto.String("120363041234567890@g.us")}
	chat := types.NewJID("222222222222222", types.HiddenUserServer)
	for name, tc := range map[string]struct {
		from types.MessageSource
		want *waE2E.Message
	}{
		"customer": {types.MessageSource{Chat: chat}, original()},
		"own device": {types.MessageSource{Chat: chat, IsFromMe: true}, &waE2E.Message{
			MessageContextInfo: original().MessageContextInfo,
			DeviceSentMessage:  &waE2E.DeviceSentMessage{DestinationJID: proto.String("222222222222222@lid"), Message: original()},
		}},
		"group": {types.MessageSource{Chat: types.NewJID("120363041234567890", types.GroupServer), IsGroup: true}, &waE2E.Message{
			Conversation: original().Conversation, MessageContextInfo: original().MessageContextInfo, SenderKeyDistributionMessage: key,
		}},
	} {
		r := retry{receipt: &events.Receipt{MessageSource: tc.from}, prepared: &waE2E.Message{SenderKeyDistributionMessage: key}}
		if got := r.content(original()); !proto.Equal(got, tc.want) {
			t.Errorf("%s gets %v, want %v", name, got, tc.want)
		}
	}
}

// Nobody gets a message by asking for its id from another chat. The chat of a receipt may be named
// in either form.
func TestRetryFromAnotherChat(t *testing.T) {
	s := offlineSession(t)
	pn, lid := types.NewJID("61371989950", types.DefaultUserServer), types.NewJID("222222222222222", types.HiddenUserServer)
	if err := s.client.Store.LIDs.PutLIDMapping(t.Context(), lid, pn); err != nil {
		t.Fatal(err)
	}
	e, err := s.Prepare(t.Context(), backendtest.Text("61371989950", "for your eyes only"))
	if err != nil {
		t.Fatal(err)
	}
	s.Ledger.(*backendtest.Ledger).Put(e, time.Time{})
	stranger := types.NewJID("333333333333333", types.HiddenUserServer)
	for chat, want := range map[types.JID]bool{pn: true, lid: true, stranger: false, types.NewJID("120363041234567890", types.GroupServer): false} {
		if got := s.messageForRetry(stranger, chat, e.Stanza); (got != nil) != want {
			t.Errorf("asked from %s: found %v, want %v", chat, got != nil, want)
		}
	}
	if s.answerRetry(&events.Receipt{MessageSource: types.MessageSource{Chat: stranger, Sender: stranger}}, e.Stanza, 1, nil) {
		t.Error("a stranger's request is left to the library, which would answer it")
	}
}
