package sandbox

import (
	"slices"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// Rule is a way in which a message's biz nodes make WhatsApp refuse it. The codes
// were observed on the real network up to November 2026: 405 is "not allowed for
// you", 479 is "malformed stanza".
//
// What WhatsApp accepts and then does not draw is no rule here: a message without
// its biz node, or with the literal name of a native flow, is acked and delivered.
type Rule struct {
	Code    int
	Reason  string
	matches func(biz []waBinary.Node) bool
}

// rules are tried in this order. What is forbidden comes before what is merely
// malformed: a list sent as single_select beside a second biz node gives 405.
var rules = []Rule{
	{405, "biz child <buttons/> is not allowed", anyChild(func(child *waBinary.Node) bool {
		return child.Tag == "buttons"
	})},
	{405, `biz child <list type="single_select"/> is not allowed; lists go out as product_list`, anyChild(func(child *waBinary.Node) bool {
		return child.Tag == "list" && attr(child, "type") == "single_select"
	})},
	{479, "a carousel has no biz name of its own; it goes out as a mixed native flow", anyChild(isCarousel)},
	{479, "biz child <interactive/> has no <native_flow/>", anyChild(func(child *waBinary.Node) bool {
		_, ok := child.GetOptionalChildByTag("native_flow")
		return child.Tag == "interactive" && !ok
	})},
	{479, "an answer to a button or list carries no biz node", anyChild(func(child *waBinary.Node) bool {
		return slices.Contains([]string{"buttons_response", "interactive_response", "list_response"}, child.Tag)
	})},
	{479, "more than one biz node", func(biz []waBinary.Node) bool { return len(biz) > 1 }},
}

// Check returns the rule that a message stanza breaks; false if it breaks none.
func Check(message *waBinary.Node) (Rule, bool) {
	biz := message.GetChildrenByTag("biz")
	for _, rule := range rules {
		if rule.matches(biz) {
			return rule, true
		}
	}
	return Rule{}, false
}

func anyChild(match func(*waBinary.Node) bool) func([]waBinary.Node) bool {
	return func(biz []waBinary.Node) bool {
		return slices.ContainsFunc(biz, func(node waBinary.Node) bool {
			return slices.ContainsFunc(node.GetChildren(), func(child waBinary.Node) bool { return match(&child) })
		})
	}
}

func isCarousel(child *waBinary.Node) bool {
	flow := child.GetChildByTag("native_flow")
	_, inside := child.GetOptionalChildByTag("carousel")
	return child.Tag == "carousel" || inside || attr(child, "type") == "carousel" || attr(&flow, "name") == "carousel"
}

// Refusal is an ack with an error that this network gave.
type Refusal struct {
	ID     string // of the message
	Code   int
	Reason string
}

// refusalLimit bounds how many refusals are kept, oldest forgotten first.
const refusalLimit = 1000

// Refusals returns what was refused, oldest first.
func (n *Network) Refusals() []Refusal {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.refused)
}

// refuse decides whether a message is refused, by a fault or by a rule, and
// records it.
func (n *Network) refuse(phone string, message *waBinary.Node) (Refusal, bool) {
	r := Refusal{ID: attr(message, "id")}
	r.Code = n.faults.nack(phone, isRetry(message))
	r.Reason = "fault switched on"
	if r.Code == 0 {
		rule, broken := Check(message)
		if !broken || n.lenient {
			return Refusal{}, false
		}
		r.Code, r.Reason = rule.Code, rule.Reason
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.refused) == refusalLimit {
		n.refused = slices.Delete(n.refused, 0, 1)
	}
	n.refused = append(n.refused, r)
	return r, true
}
