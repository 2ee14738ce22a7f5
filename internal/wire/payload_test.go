package wire_test

import (
	"bytes"
	"testing"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/wire"
)

func TestMarshalIsStable(t *testing.T) {
	e := encode(t, quickReplies, wire.Options{})
	a, errA := wire.Marshal(e)
	b, errB := wire.Marshal(e)
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("two payloads of one message differ: %v %v\n%s\n%s", errA, errB, a, b)
	}
}

// TestUnmarshalOldPayload: what version 1 wrote must stay readable, whatever is added later.
func TestUnmarshalOldPayload(t *testing.T) {
	// the message is conversation "hi": field 1, 2 bytes
	e, err := wire.Unmarshal([]byte(`{"v":1,"recipe":"text","message":"CgJoaQ==","later":[1],
		"nodes":[{"tag":"biz","attrs":{"host_storage":"2"},"children":[{"tag":"list"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(e.Message, &waE2E.Message{Conversation: proto.String("hi")}) || e.Recipe != "text" || e.Opaque {
		t.Errorf("read %+v", e)
	}
	if got := onlyNode(t, e); got != `<biz host_storage="2"><list/></biz>` {
		t.Errorf("node %s", got)
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	for _, in := range []string{
		"", "null", "{}", "[]", "\x00\x01", `{"v":2,"message":"CgJoaQ=="}`, `{"v":1,"message":"CgJo"}`,
		`{"v":1,"message":"!"}`, `{"v":1,"message":"CgJoaQ=="} x`, `{"v":1,"message":"CgJoaQ==","nodes":[{}]}`,
	} {
		if e, err := wire.Unmarshal([]byte(in)); err == nil {
			t.Errorf("Unmarshal(%q) = %+v, want an error", in, e)
		}
	}
}

func TestMarshalRefuses(t *testing.T) {
	for name, e := range map[string]wire.Encoded{
		"nothing":       {},
		"number":        {Message: &waE2E.Message{}, Nodes: []waBinary.Node{{Tag: "biz", Attrs: waBinary.Attrs{"v": 1}}}},
		"bytes":         {Message: &waE2E.Message{}, Nodes: []waBinary.Node{{Tag: "biz", Content: []byte("x")}}},
		"number inside": {Message: &waE2E.Message{}, Nodes: []waBinary.Node{{Tag: "biz", Content: []waBinary.Node{{Tag: "x", Attrs: waBinary.Attrs{"v": 1}}}}}},
	} {
		if b, err := wire.Marshal(e); err == nil {
			t.Errorf("%s: Marshal = %s, want an error", name, b)
		}
	}
}
