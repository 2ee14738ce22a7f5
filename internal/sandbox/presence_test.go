package sandbox_test

import (
	"context"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"tapgate/internal/sandbox"
)

func TestPresence(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	ctx := context.Background()

	if err := business.SubscribePresence(ctx, jid(customerNumber)); err != nil {
		t.Fatal(err)
	}
	state := func(unavailable bool) {
		t.Helper()
		p := await(business, "presence", anyOf[*events.Presence])
		if p.From != jid(customerNumber) || p.Unavailable != unavailable {
			t.Errorf("presence of %s, unavailable %t, want %t", p.From, p.Unavailable, unavailable)
		}
		business.forget()
	}
	state(true)
	customer.Store.PushName = "Johnny"
	if err := customer.SendPresence(ctx, types.PresenceAvailable); err != nil {
		t.Fatal(err)
	}
	state(false)
	if err := customer.SendChatPresence(ctx, jid(businessNumber), types.ChatPresenceComposing, types.ChatPresenceMediaText); err != nil {
		t.Fatal(err)
	}
	if typing := await(business, "typing", anyOf[*events.ChatPresence]); typing.Chat != jid(customerNumber) || typing.State != types.ChatPresenceComposing {
		t.Errorf("typing in %s: %s", typing.Chat, typing.State)
	}
	customer.say(jid(businessNumber), "hello")
	if msg := await(business, "the text", anyOf[*events.Message]); msg.Info.PushName != "Johnny" {
		t.Errorf("push name %q, want the one that presence told", msg.Info.PushName)
	}
	business.forget()
	customer.Disconnect()
	state(true)
}

// A muted keepalive stays unanswered, the next one does not. The server answers in
// order, so the second answer proves that there is no first.
func TestMutePings(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	business := pairByQR(t, n, businessNumber)
	n.Faults().MutePings(businessNumber, 1)
	ping := whatsmeow.DangerousInfoQuery{Namespace: "w:p", Type: "get", To: types.ServerJID}
	muted, err := business.internals().SendIQAsync(context.Background(), ping)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := business.internals().SendIQ(context.Background(), ping); err != nil {
		t.Errorf("ping after the fault was used up: %v", err)
	}
	select {
	case answer := <-muted:
		t.Errorf("a muted ping was answered: %v", answer)
	default:
	}
}
