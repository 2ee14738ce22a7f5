package sandbox_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"tapgate/internal/sandbox"
)

func TestOfflineQueue(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	customer.Disconnect()
	customer.forget()
	for _, text := range numbered("while away", 20) {
		business.say(jid(customerNumber), text)
	}
	if err := customer.Connect(); err != nil {
		t.Fatal(err)
	}
	if preview := await(customer, "preview", anyOf[*events.OfflineSyncPreview]); preview.Messages != 20 {
		t.Errorf("preview of %d messages, want 20", preview.Messages)
	}
	if got := customer.awaitTexts(20); !slices.Equal(got, numbered("while away", 20)) {
		t.Errorf("got %q", got)
	}
	if done := await(customer, "end of the queue", anyOf[*events.OfflineSyncCompleted]); done.Count < 20 {
		t.Errorf("queue of %d, want 20 or more", done.Count)
	}
}

// The receiver's connection is cut twelve times in a burst: nothing is lost,
// doubled or out of order, and nothing stays in the outbox.
func TestBurstWithCuts(t *testing.T) {
	for name, dir := range map[string]string{"memory": "", "disk": t.TempDir()} {
		t.Run(name, func(t *testing.T) { burstWithCuts(t, dir) })
	}
}

func burstWithCuts(t *testing.T, dir string) {
	const count, cuts = 400, 12
	n := openNetwork(t, sandbox.Options{Dir: dir})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	customer.say(jid(businessNumber), "hello") // so that sessions are settled
	business.awaitTexts(1)

	for i, text := range numbered("burst", count) {
		if i%(count/cuts) == count/cuts/2 {
			n.Faults().Drop(jid(customerNumber))
		}
		business.say(jid(customerNumber), text)
	}
	if got := customer.awaitTexts(count); !slices.Equal(got, numbered("burst", count)) {
		t.Fatalf("got %d texts, out of order or doubled: %q", len(got), got)
	}
	// One more text shows that all earlier ones are through: doubles would be here.
	business.say(jid(customerNumber), "last")
	got := customer.awaitTexts(count + 1)
	if got[count] != "last" {
		t.Errorf("after the burst came %q", got[count])
	}
	awaitEmptyOutbox(t, customer)
	awaitEmptyOutbox(t, business) // all receipts were acknowledged too
}

// awaitEmptyOutbox logs the client in again until nothing is delivered anew.
func awaitEmptyOutbox(t *testing.T, c *client) {
	t.Helper()
	for range 10 {
		c.Disconnect()
		c.forget()
		if err := c.Connect(); err != nil {
			t.Fatal(err)
		}
		if done := await(c, "end of the queue", anyOf[*events.OfflineSyncCompleted]); done.Count == 0 {
			return
		}
		await(c, "login", anyOf[*events.Connected])
	}
	t.Error("outbox is not empty after ten logins")
}

// The sender is cut off after its message was accepted, before the ack. It sends
// the same bytes again, and the receiver gets them once.
func TestCutBeforeAck(t *testing.T) {
	if raceDetector {
		t.Skip("whatsmeow itself has a data race when a sender is cut off")
	}
	n := openNetwork(t, sandbox.Options{})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	var delivered atomic.Int32
	n.Tap(jid(customerNumber), func(d sandbox.Delivery) { delivered.Add(1) })
	var received atomic.Int32
	n.TapAll(func(types.JID, *sandboxNode) { received.Add(1) })

	n.Faults().CutBeforeAck(businessNumber, 1)
	business.say(jid(customerNumber), "once")
	n.Faults().CutBeforeProcess(businessNumber, 1)
	business.say(jid(customerNumber), "twice tried")
	business.say(jid(customerNumber), "end")
	if got := customer.awaitTexts(3); !slices.Equal(got, []string{"once", "twice tried", "end"}) {
		t.Errorf("got %q", got)
	}
	if got := received.Load(); got != 5 {
		t.Errorf("server received %d messages, want 5: two were sent again", got)
	}
	if got := delivered.Load(); got != 3 {
		t.Errorf("%d deliveries, want 3", got)
	}
}

// A second device of the sender gets a copy that says to whom the message went.
func TestOwnDeviceCopy(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	phoneOfBusiness := phone(t, n, businessNumber, "Shop")
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")

	business.say(jid(customerNumber), "to the customer")
	customer.awaitTexts(1)
	own := await(phoneOfBusiness, "own copy", func(m *events.Message) bool { return m.Message.GetConversation() != "" })
	if !own.Info.IsFromMe || own.Info.RecipientAlt != jid(customerNumber) {
		t.Errorf("copy: from me %t, chat %s (%s)", own.Info.IsFromMe, own.Info.Chat, own.Info.RecipientAlt)
	}

	// The customer's cached device list learns of another companion.
	second := pairByQR(t, n, businessNumber)
	customer.say(jid(businessNumber), "to all devices")
	for _, c := range []*client{phoneOfBusiness, business, second} {
		await(c, "text on every device", func(m *events.Message) bool { return m.Message.GetConversation() == "to all devices" })
	}
}

// A receiver that lost its sessions asks again and gets the message.
func TestRetry(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	business.say(jid(customerNumber), "first")
	customer.awaitTexts(1)
	customer.say(jid(businessNumber), "answer")
	business.awaitTexts(1)

	customer.wipe()
	var retries atomic.Int32
	n.Tap(jid(customerNumber), func(d sandbox.Delivery) {
		if enc := d.Node.GetChildByTag("enc"); enc.Attrs["count"] != nil {
			retries.Add(1)
		}
	})
	business.say(jid(customerNumber), "second")
	if got := customer.awaitTexts(2); !slices.Equal(got, []string{"first", "second"}) {
		t.Errorf("got %q", got)
	}
	if retries.Load() == 0 {
		t.Error("the second message needed no retry: the test shows nothing")
	}
}

// wipe makes the client forget all sessions, as a phone that was restored.
func (c *client) wipe() {
	c.t.Helper()
	for _, table := range []string{"whatsmeow_sessions", "whatsmeow_identity_keys", "whatsmeow_sender_keys"} {
		if _, err := c.db.ExecContext(context.Background(), "DELETE FROM "+table); err != nil {
			c.t.Fatal(err)
		}
	}
}

// The answer to a retry receipt can be refused on its own.
func TestNackRetries(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	business.say(jid(customerNumber), "first")
	customer.awaitTexts(1)
	customer.say(jid(businessNumber), "answer")
	business.awaitTexts(1)
	customer.wipe()
	n.Faults().NackRetries(479, 1)
	answered := make(chan struct{}, 10)
	n.TapAll(func(_ types.JID, node *sandboxNode) {
		if node.Attrs["device_fanout"] == "false" {
			answered <- struct{}{}
		}
	})
	sent := business.say(jid(customerNumber), "second")
	select {
	case <-answered:
	case <-time.After(patience):
		t.Fatal("nobody answered the retry receipt")
	}
	// whatsmeow does not wait for the ack of a retry, but for that of the next
	// message, and the server judges one after the other.
	business.say(jid(customerNumber), "third")
	if got := n.Refusals(); len(got) != 1 || got[0].ID != sent.ID || got[0].Code != 479 {
		t.Errorf("refused %+v, want %s with 479", got, sent.ID)
	}
}

// The last one-time keys make the device upload new ones.
func TestPreKeyRefill(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	// whatsmeow refuses a second upload within ten minutes only while the server
	// has 50 keys or more, so using up 46 of 50 leaves the four that trigger it.
	for range 46 {
		if got := business.internals().FetchPreKeysNoError(context.Background(), []types.JID{jid(customerNumber)}); len(got) != 1 {
			t.Fatal("no key bundle")
		}
	}
	count := func() int {
		t.Helper()
		left, err := customer.internals().GetServerPreKeyCount(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return left
	}
	deadline := time.Now().Add(patience)
	for left := count(); left != 54; left = count() {
		if time.Now().After(deadline) {
			t.Fatalf("%d keys on the server, want 54", left)
		}
	}
	n.Faults().DrainPreKeys(customerNumber)
	if left := count(); left != 0 {
		t.Errorf("%d keys after draining, want 0", left)
	}
	business.say(jid(customerNumber), "without one-time key")
	customer.awaitTexts(1)
}
