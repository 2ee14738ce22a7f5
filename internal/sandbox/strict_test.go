package sandbox_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/sandbox"
)

// sandboxNode shortens the signature of taps.
type sandboxNode = waBinary.Node

func node(tag string, attrs waBinary.Attrs, kids ...waBinary.Node) waBinary.Node {
	return waBinary.Node{Tag: tag, Attrs: attrs, Content: kids}
}

// The expected codes are what the real network was observed to answer.
func TestCheck(t *testing.T) {
	mixed := node("interactive", waBinary.Attrs{"type": "native_flow", "v": "1"},
		node("native_flow", waBinary.Attrs{"v": "9", "name": "mixed"}))
	list := func(kind string) waBinary.Node {
		return node("list", waBinary.Attrs{"v": "2", "type": kind})
	}
	for name, c := range map[string]struct {
		biz  []waBinary.Node
		want int
	}{
		"no biz":                {nil, 0},
		"mixed":                 {[]waBinary.Node{node("biz", nil, mixed)}, 0},
		"mixed, full form":      {[]waBinary.Node{node("biz", waBinary.Attrs{"actual_actors": "2"}, mixed, node("quality_control", nil))}, 0},
		"product list":          {[]waBinary.Node{node("biz", nil, list("product_list"))}, 0},
		"literal flow name":     {[]waBinary.Node{node("biz", nil, node("interactive", nil, node("native_flow", waBinary.Attrs{"name": "quick_reply"})))}, 0},
		"buttons":               {[]waBinary.Node{node("biz", nil, node("buttons", nil))}, 405},
		"single select":         {[]waBinary.Node{node("biz", nil, list("single_select"))}, 405},
		"single select, second": {[]waBinary.Node{node("biz", nil, list("product_list")), node("biz", nil, list("single_select"))}, 405},
		"no native flow":        {[]waBinary.Node{node("biz", nil, node("interactive", nil))}, 479},
		"carousel node":         {[]waBinary.Node{node("biz", nil, node("carousel", nil))}, 479},
		"carousel flow":         {[]waBinary.Node{node("biz", nil, node("interactive", nil, node("native_flow", waBinary.Attrs{"name": "carousel"})))}, 479},
		"buttons response":      {[]waBinary.Node{node("biz", nil, node("buttons_response", nil))}, 479},
		"interactive response":  {[]waBinary.Node{node("biz", nil, node("interactive_response", nil))}, 479},
		"list response":         {[]waBinary.Node{node("biz", nil, node("list_response", nil))}, 479},
		"two biz nodes":         {[]waBinary.Node{node("biz", nil, mixed), node("biz", nil, mixed)}, 479},
	} {
		t.Run(name, func(t *testing.T) {
			message := node("message", nil, c.biz...)
			rule, broken := sandbox.Check(&message)
			if rule.Code != c.want || broken != (c.want != 0) {
				t.Errorf("got %d %q, want %d", rule.Code, rule.Reason, c.want)
			}
			if broken && rule.Reason == "" {
				t.Error("refused without a reason")
			}
		})
	}
}

// What whatsmeow builds by itself for a bare buttons message is refused, recorded
// and not delivered; an interactive message without biz node is.
func TestStrictMode(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	var delivered atomic.Int32
	n.Tap(jid(customerNumber), func(sandbox.Delivery) { delivered.Add(1) })

	buttons := &waE2E.Message{ButtonsMessage: &waE2E.ButtonsMessage{ContentText: proto.String("choose")}}
	resp, err := business.SendMessage(context.Background(), jid(customerNumber), buttons)
	if err == nil || !strings.Contains(err.Error(), "405") {
		t.Errorf("bare buttons: %v, want 405", err)
	}
	if refusals := n.Refusals(); len(refusals) != 1 || refusals[0].Code != 405 || refusals[0].ID != resp.ID {
		t.Errorf("refusals %v, want one of %s with 405", refusals, resp.ID)
	}
	interactive := &waE2E.Message{InteractiveMessage: &waE2E.InteractiveMessage{Body: &waE2E.InteractiveMessage_Body{Text: proto.String("undrawn")}}}
	if _, err := business.SendMessage(context.Background(), jid(customerNumber), interactive); err != nil {
		t.Errorf("without biz node: %v, want an ack", err)
	}
	business.say(jid(customerNumber), "end")
	customer.awaitTexts(1)
	if got := delivered.Load(); got != 2 {
		t.Errorf("%d deliveries, want 2: the refused message must not arrive", got)
	}
}

func TestLenientMode(t *testing.T) {
	n := openNetwork(t, sandbox.Options{Lenient: true})
	business := pairByQR(t, n, businessNumber)
	phone(t, n, customerNumber, "Jonathan")
	buttons := &waE2E.Message{ButtonsMessage: &waE2E.ButtonsMessage{ContentText: proto.String("choose")}}
	if _, err := business.SendMessage(context.Background(), jid(customerNumber), buttons); err != nil {
		t.Errorf("lenient: %v", err)
	}
}

func TestNackIsBounded(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	n.Faults().Nack(businessNumber, 463, 2)
	id := business.GenerateMessageID()
	for i, want := range []string{"463", "463", ""} {
		_, err := business.SendMessage(context.Background(), jid(customerNumber),
			&waE2E.Message{Conversation: proto.String("try")}, whatsmeow.SendRequestExtra{ID: id})
		if got := fmt.Sprint(err); (want == "") != (err == nil) || !strings.Contains(got, want) && want != "" {
			t.Errorf("try %d: %v, want %q", i, err, want)
		}
	}
	customer.awaitTexts(1)
}
