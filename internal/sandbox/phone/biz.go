package phone

import (
	"fmt"
	"slices"
	"strings"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// biz is what the stanza says about a business message. Without the right node WhatsApp accepts an
// interactive message and its clients show nothing.
type biz struct {
	nodes       int
	bot         bool
	flow        bool // interactive type=native_flow v=1 > native_flow
	flowName    string
	flowVersion string
	list        bool
	listType    string
	listVersion string
	others      []string // children that belong to no accepted shape
}

func readBiz(stanza *waBinary.Node) biz {
	var b biz
	if stanza == nil {
		return b
	}
	for _, child := range stanza.GetChildren() {
		switch child.Tag {
		case "biz":
			b.nodes++
			b.read(child)
		case "bot":
			b.bot = true
		}
	}
	return b
}

func (b *biz) read(node waBinary.Node) {
	if name := attr(node, "native_flow_name"); name != "" {
		b.others = append(b.others, "native_flow_name="+name)
	}
	for _, child := range node.GetChildren() {
		switch child.Tag {
		case "interactive":
			flow, ok := child.GetOptionalChildByTag("native_flow")
			if !ok || attr(child, "type") != "native_flow" || attr(child, "v") != "1" {
				b.others = append(b.others, "interactive without native_flow")
				continue
			}
			b.flow, b.flowName, b.flowVersion = true, attr(flow, "name"), attr(flow, "v")
		case "list":
			b.list, b.listType, b.listVersion = true, attr(child, "type"), attr(child, "v")
		case "quality_control":
		default:
			b.others = append(b.others, child.Tag)
		}
	}
}

// String sums the nodes up, such as "native_flow:mixed" or "list:product_list". No node is "".
func (b biz) String() string {
	var parts []string
	if b.flow {
		parts = append(parts, "native_flow:"+b.flowName)
	}
	if b.list {
		parts = append(parts, "list:"+b.listType)
	}
	parts = append(parts, b.others...)
	if b.nodes > 0 && len(parts) == 0 {
		parts = append(parts, "empty")
	}
	if b.nodes > 1 {
		parts = append(parts, fmt.Sprintf("%d biz nodes", b.nodes))
	}
	if b.bot {
		parts = append(parts, "bot")
	}
	return strings.Join(parts, " ")
}

const accepted = "WhatsApp accepts this and shows nothing"

// forFlow says why clients draw nothing of a message with buttons or cards, or "". first is the wire name
// of its first button. Besides "mixed", v=9, the web client's own table has names for a few first buttons.
func (b biz) forFlow(first string) string {
	switch {
	case b.nodes == 0:
		return "no biz node: " + accepted
	case !b.flow:
		return fmt.Sprintf("the biz node (%s) has no interactive/native_flow: buttons need it, and %s", b, accepted)
	case b.flowName == "mixed":
		return ""
	case slices.Contains(namedFlows(), b.flowName) && b.flowName == first:
		return ""
	}
	return fmt.Sprintf("the biz node names the native flow %q instead of \"mixed\": %s", b.flowName, accepted)
}

// forList says why clients draw nothing of a list, or "".
func (b biz) forList() string {
	switch {
	case b.nodes == 0:
		return "no biz node: " + accepted
	case !b.list:
		return fmt.Sprintf("the biz node (%s) has no list child: a list needs <list v=\"2\" type=\"product_list\"/>", b)
	case b.listType != "product_list":
		return fmt.Sprintf("the biz node has list type %q: WhatsApp refuses it with error 405; it has to be \"product_list\"", b.listType)
	}
	return ""
}

// remarks are the doubts about nodes that are otherwise right.
func (b biz) remarks() []string {
	var out []string
	if b.nodes > 1 {
		out = append(out, fmt.Sprintf("the stanza has %d biz nodes: nobody has measured what WhatsApp makes of more than one", b.nodes))
	}
	if b.flow && b.flowName == "mixed" && b.flowVersion != "9" {
		out = append(out, fmt.Sprintf("the native flow has v=%q: only v=\"9\" has been measured with the name \"mixed\"", b.flowVersion))
	}
	if b.list && b.listVersion != "2" {
		out = append(out, fmt.Sprintf("the list node has v=%q: only v=\"2\" has been measured", b.listVersion))
	}
	for _, o := range b.others {
		out = append(out, fmt.Sprintf("the biz node holds %q, which WhatsApp is known to refuse (405 or 479)", o))
	}
	return out
}

func namedFlows() []string {
	return []string{"cta_url", "cta_catalog", "catalog_message", "galaxy_message", "booking_confirmation",
		"call_permission_request", "mpm", "send_location", "automated_greeting_message_view_catalog"}
}

func attr(n waBinary.Node, name string) string {
	v, ok := n.Attrs[name]
	if !ok || v == nil {
		return ""
	}
	return fmt.Sprint(v)
}
