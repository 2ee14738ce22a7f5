package wire

import (
	"cmp"
	"fmt"
	"slices"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"tapgate/internal/message"
)

// maxWrappers is how many messages are taken out of each other. Official apps nest three.
const maxWrappers = 8

// unwrap takes the message out of what is put around it: the copy for one's own devices, and all
// that WhatsApp wraps so that older apps may ignore it (disappearing, view once, with caption,
// edited ...). It never returns nil.
func unwrap(m *waE2E.Message) *waE2E.Message {
	for range maxWrappers {
		inner := inside(m)
		if inner == nil {
			break
		}
		m = inner
	}
	if m == nil {
		return &waE2E.Message{}
	}
	return m
}

// inside returns what the outermost wrapper of m holds, or nil when there is none.
func inside(m *waE2E.Message) *waE2E.Message {
	for _, f := range fields(m) {
		switch w := value(m, f).(type) {
		case *waE2E.DeviceSentMessage:
			if w.GetMessage() != nil {
				return w.GetMessage()
			}
		case *waE2E.FutureProofMessage:
			if w.GetMessage() != nil {
				return w.GetMessage()
			}
		}
	}
	return nil
}

// fields returns the fields of m that are set and may be content, in the order of their numbers.
func fields(m *waE2E.Message) []protoreflect.FieldDescriptor {
	var list []protoreflect.FieldDescriptor
	m.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if !isNoise(f.Name()) {
			list = append(list, f)
		}
		return true
	})
	slices.SortFunc(list, func(a, b protoreflect.FieldDescriptor) int { return cmp.Compare(a.Number(), b.Number()) })
	return list
}

// isNoise reports whether a field of a message concerns apps and keys, never people.
func isNoise(name protoreflect.Name) bool {
	switch name {
	case "messageContextInfo", "senderKeyDistributionMessage", "fastRatchetKeySenderKeyDistributionMessage",
		"stickerSyncRmrMessage", "groupRootKeyShare", "rootSecretDistributeMessage":
		return true
	}
	return false
}

// value returns the message in field f of m, or nil when f holds something else.
func value(m *waE2E.Message, f protoreflect.FieldDescriptor) any {
	if f.Message() == nil || f.IsList() || f.IsMap() {
		return nil
	}
	return m.ProtoReflect().Get(f).Message().Interface()
}

// readUnknown names content that has no kind of its own here, with the message that it cites.
// Nothing at all is nil.
func readUnknown(m *waE2E.Message) (message.Content, *waE2E.ContextInfo) {
	if list := fields(m); len(list) > 0 {
		unknown := message.Unknown{What: string(list[0].Name())}
		if c, ok := value(m, list[0]).(interface{ GetContextInfo() *waE2E.ContextInfo }); ok {
			return unknown, c.GetContextInfo()
		}
		return unknown, nil
	}
	if number, _, n := protowire.ConsumeTag(m.ProtoReflect().GetUnknown()); n > 0 {
		return message.Unknown{What: fmt.Sprintf("field %d", number)}, nil
	}
	return nil, nil
}
