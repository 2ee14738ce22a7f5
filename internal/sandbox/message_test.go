package sandbox_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"tapgate/internal/sandbox"
)

const (
	businessNumber = "919984351847"
	customerNumber = "61371989950"
	secondNumber   = "4915112345678"
)

func jid(phone string) types.JID { return types.NewJID(phone, types.DefaultUserServer) }

// numbered is what a burst of count messages must look like at the receiver.
func numbered(prefix string, count int) []string {
	out := make([]string, count)
	for i := range out {
		out[i] = fmt.Sprintf("%s %d", prefix, i)
	}
	return out
}

func TestTwoWayMessages(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")

	const count = 50
	for _, text := range numbered("question", count) {
		business.say(jid(customerNumber), text)
	}
	if got := customer.awaitTexts(count); !slices.Equal(got, numbered("question", count)) {
		t.Fatalf("customer got %q", got)
	}
	for _, text := range numbered("answer", count) {
		customer.say(jid(businessNumber), text)
	}
	if got := business.awaitTexts(count); !slices.Equal(got, numbered("answer", count)) {
		t.Fatalf("business got %q", got)
	}
	if unknown := n.Unknown(); len(unknown) != 0 {
		t.Errorf("asked for what the network does not know: %v", unknown)
	}
	msg := await(business, "a message", anyOf[*events.Message])
	if msg.Info.Sender.Server != types.HiddenUserServer || msg.Info.SenderAlt != jid(customerNumber) {
		t.Errorf("sender %s, other form %s: want a LID and %s", msg.Info.Sender, msg.Info.SenderAlt, jid(customerNumber))
	}
	if msg.Info.PushName != "Jonathan" {
		t.Errorf("push name %q, want Jonathan", msg.Info.PushName)
	}
}

// Both sides write at once: nothing is lost and each direction keeps its order.
func TestBothDirectionsAtOnce(t *testing.T) {
	const count = 200
	n := openNetwork(t, sandbox.Options{})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	// Sessions are settled first: two clients that open one with each other at the
	// same moment need retries, which whatsmeow's own handling answers with losses.
	settle(business, customer)
	var senders sync.WaitGroup
	senders.Go(func() {
		for _, text := range numbered("down", count) {
			business.say(jid(customerNumber), text)
		}
	})
	senders.Go(func() {
		for _, text := range numbered("up", count) {
			customer.say(jid(businessNumber), text)
		}
	})
	senders.Wait()
	if got := customer.awaitTexts(count + 1)[1:]; !slices.Equal(got, numbered("down", count)) {
		t.Errorf("customer got %q", got)
	}
	if got := business.awaitTexts(count + 1)[1:]; !slices.Equal(got, numbered("up", count)) {
		t.Errorf("business got %q", got)
	}
}

func TestReceipts(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")

	sent := business.say(jid(customerNumber), "hello")
	receipt := func(kind types.ReceiptType) *events.Receipt {
		t.Helper()
		return await(business, fmt.Sprintf("receipt %q", kind), func(r *events.Receipt) bool {
			return r.Type == kind && slices.Contains(r.MessageIDs, sent.ID)
		})
	}
	if r := receipt(types.ReceiptTypeDelivered); r.SenderAlt.User != customerNumber {
		t.Errorf("delivered by %s (%s), want %s", r.Sender, r.SenderAlt, customerNumber)
	}
	msg := await(customer, "the message", anyOf[*events.Message])
	if err := customer.MarkRead(context.Background(), []string{msg.Info.ID}, time.Now(), msg.Info.Chat, msg.Info.Sender); err != nil {
		t.Fatal(err)
	}
	receipt(types.ReceiptTypeRead)
}
