package wire

import (
	"encoding/hex"
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// The biz node tells WhatsApp's server what kind of interactive message it carries. Without the
// right one the server acks the message and the apps draw nothing; with a wrong one it answers
// error 405 or 479. A legacy buttons message takes the node of native flows too: <buttons/> is
// refused with 405. No <bot> node goes beside it: it shows an AI badge and breaks Web.

func noNodes(*fresh) []waBinary.Node { return nil }

// bizMixed is the node of every kind of button, in the full form that official businesses send.
// Which parts of it are needed is unknown.
func bizMixed(f *fresh) []waBinary.Node {
	nodes := bizMixedMinimal(f)
	nodes[0].Attrs = waBinary.Attrs{
		"actual_actors":   "2",
		"host_storage":    "2",
		"privacy_mode_ts": strconv.FormatInt(f.now.Unix(), 10),
	}
	quality := waBinary.Node{
		Tag:     "quality_control",
		Attrs:   waBinary.Attrs{"decision_id": hex.EncodeToString(f.bytes(20)), "source_type": "third_party"},
		Content: []waBinary.Node{{Tag: "decision_source", Attrs: waBinary.Attrs{"value": "df"}}},
	}
	nodes[0].Content = append(nodes[0].GetChildren(), quality)
	return nodes
}

// bizMixedMinimal is the least that was seen to work. The name is always "mixed": the names of
// single buttons, such as quick_reply, make the server drop the message silently.
func bizMixedMinimal(*fresh) []waBinary.Node {
	flow := waBinary.Node{Tag: "native_flow", Attrs: waBinary.Attrs{"v": "9", "name": "mixed"}}
	interactive := waBinary.Node{
		Tag:     "interactive",
		Attrs:   waBinary.Attrs{"type": "native_flow", "v": "1"},
		Content: []waBinary.Node{flow},
	}
	return []waBinary.Node{{Tag: "biz", Content: []waBinary.Node{interactive}}}
}

// bizList is the node of a ListMessage. Its type is product_list although the message says
// SINGLE_SELECT: the server refuses single_select with 405.
func bizList(*fresh) []waBinary.Node {
	list := waBinary.Node{Tag: "list", Attrs: waBinary.Attrs{"v": "2", "type": "product_list"}}
	return []waBinary.Node{{Tag: "biz", Content: []waBinary.Node{list}}}
}
