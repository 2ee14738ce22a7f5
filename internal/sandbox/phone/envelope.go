package phone

import (
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// maxWrappers bounds how deep messages are unwrapped; official clients nest two or three.
const maxWrappers = 8

// envelope is a message without its wrappers, and which ones there were.
type envelope struct {
	message             *waE2E.Message
	context             *waE2E.MessageContextInfo // the outermost one
	viewOnce            bool
	viewOnceV2          bool
	documentWithCaption bool
	edited              bool
	deviceSent          bool
}

// unwrap takes the wrappers off raw. The message is nil where there was nothing inside.
func unwrap(raw *waE2E.Message) envelope {
	e := envelope{message: raw}
	for range maxWrappers {
		if e.context == nil {
			e.context = e.message.GetMessageContextInfo()
		}
		inner := e.next()
		if inner == nil {
			break
		}
		e.message = inner
	}
	return e
}

func (e *envelope) next() *waE2E.Message {
	m := e.message
	switch {
	case m.GetDeviceSentMessage() != nil:
		e.deviceSent = true
		return m.GetDeviceSentMessage().GetMessage()
	case m.GetEphemeralMessage() != nil:
		return m.GetEphemeralMessage().GetMessage()
	case m.GetViewOnceMessage() != nil:
		e.viewOnce = true
		return m.GetViewOnceMessage().GetMessage()
	case m.GetViewOnceMessageV2() != nil:
		e.viewOnceV2 = true
		return m.GetViewOnceMessageV2().GetMessage()
	case m.GetViewOnceMessageV2Extension() != nil:
		e.viewOnceV2 = true
		return m.GetViewOnceMessageV2Extension().GetMessage()
	case m.GetDocumentWithCaptionMessage() != nil:
		e.documentWithCaption = true
		return m.GetDocumentWithCaptionMessage().GetMessage()
	case m.GetEditedMessage() != nil:
		e.edited = true
		return m.GetEditedMessage().GetMessage()
	}
	return nil
}

// fullMetadata reports whether the message context has all of what the one measured profile of legacy
// buttons carried beside the wrapper. With a part of it, iOS drew the buttons disabled.
func (e *envelope) fullMetadata() bool {
	list := e.context.GetDeviceListMetadata()
	return len(e.context.GetMessageSecret()) == 32 && e.context.GetDeviceListMetadataVersion() == 2 &&
		len(list.GetRecipientKeyHash()) > 0 && list.GetRecipientTimestamp() > 0
}

// contextInfo finds the context (quote, mentions) of whatever content m has, or nil.
func contextInfo(m *waE2E.Message) *waE2E.ContextInfo {
	var found *waE2E.ContextInfo
	eachContent(m, func(content protoreflect.Message) {
		field := content.Descriptor().Fields().ByName("contextInfo")
		if field == nil || !content.Has(field) {
			return
		}
		if info, ok := content.Get(field).Message().Interface().(*waE2E.ContextInfo); ok {
			found = info
		}
	})
	return found
}

// quotable returns a copy of m as a client puts it into a quote: without the message context and without
// the quote that m itself carries.
func quotable(m *waE2E.Message) *waE2E.Message {
	q := proto.CloneOf(m)
	e := envelope{message: q}
	for range maxWrappers {
		e.message.MessageContextInfo = nil
		e.message.SenderKeyDistributionMessage = nil
		eachContent(e.message, func(content protoreflect.Message) {
			if field := content.Descriptor().Fields().ByName("contextInfo"); field != nil {
				content.Clear(field)
			}
		})
		inner := e.next()
		if inner == nil {
			break
		}
		e.message = inner
	}
	if sent := q.GetDeviceSentMessage().GetMessage(); sent != nil {
		return sent
	}
	return q
}

func eachContent(m *waE2E.Message, visit func(protoreflect.Message)) {
	if m == nil {
		return
	}
	m.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if field.Kind() == protoreflect.MessageKind && !field.IsList() && !field.IsMap() {
			visit(v.Message())
		}
		return true
	})
}

func eachField(m *waE2E.Message, visit func(name string)) {
	m.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if name := string(field.Name()); name != "messageContextInfo" {
			visit(name)
		}
		return true
	})
}
