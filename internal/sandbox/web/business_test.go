package web_test

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// business is a plain client, paired as a companion of the business number. It has nothing of the gateway.
type business struct {
	cli *whatsmeow.Client

	mu       sync.Mutex
	messages []*events.Message
	changed  chan struct{}
	online   chan struct{}
}

// unpaired is a client that waits for somebody to scan or to enter a code.
func (w *world) unpaired() *business {
	w.t.Helper()
	container := must(sqlstore.New(w.context(), "sqlite", "file:"+w.t.Name()+"?mode=memory&cache=shared&_pragma=foreign_keys(1)", nil))(w.t)
	b := &business{changed: make(chan struct{}, 1), online: make(chan struct{}, 8)}
	b.cli = whatsmeow.NewClient(container.NewDevice(), nil)
	over := &http.Client{Transport: w.net.Transport()}
	b.cli.SetPreLoginHTTPClient(over)
	b.cli.SetWebsocketHTTPClient(over)
	b.cli.SetMediaHTTPClient(over)
	b.cli.AddEventHandler(b.handle)
	w.t.Cleanup(func() {
		b.cli.Disconnect()
		_ = container.Close()
	})
	return b
}

// pair lets the business number's phone scan the client's QR code, over the control API.
func (w *world) pair() *business {
	w.t.Helper()
	b := w.unpaired()
	codes := must(b.cli.GetQRChannel(w.context()))(w.t)
	if err := b.cli.Connect(); err != nil {
		w.t.Fatal(err)
	}
	for item := range codes {
		if item.Event == whatsmeow.QRChannelEventCode {
			w.ok("POST", "/sandbox/scan", body(map[string]string{"phone": businessNumber, "qr": item.Code}))
		}
	}
	w.waitOnline(b)
	w.business = b
	return b
}

func (w *world) waitOnline(b *business) {
	w.t.Helper()
	select {
	case <-b.online:
	case <-time.After(patience):
		w.t.Fatal("the business did not get online")
	}
}

func (b *business) handle(event any) {
	switch e := event.(type) {
	case *events.Message:
		b.mu.Lock()
		b.messages = append(b.messages, e)
		b.mu.Unlock()
	case *events.Connected:
		b.online <- struct{}{}
	}
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

// send sends a message to Jonathan, with extra nodes in the stanza.
func (w *world) send(m *waE2E.Message, nodes ...waBinary.Node) {
	w.t.Helper()
	to := types.NewJID(jonathan, types.DefaultUserServer)
	must(w.business.cli.SendMessage(w.context(), to, m, whatsmeow.SendRequestExtra{AdditionalNodes: &nodes}))(w.t)
}

// received waits for a message at the business that fits.
func (w *world) received(what string, fits func(*waE2E.Message) bool) *waE2E.Message {
	w.t.Helper()
	deadline := time.After(patience)
	for {
		w.business.mu.Lock()
		for _, e := range w.business.messages {
			if fits(e.Message) {
				w.business.mu.Unlock()
				return e.Message
			}
		}
		w.business.mu.Unlock()
		select {
		case <-w.business.changed:
		case <-deadline:
			w.t.Fatalf("the business did not get %s", what)
		}
	}
}

// quickReply is a message with a header, a footer and buttons.
func quickReply(header, text, footer string, titles ...string) *waE2E.Message {
	buttons := &waE2E.ButtonsMessage{
		HeaderType:  waE2E.ButtonsMessage_TEXT.Enum(),
		Header:      &waE2E.ButtonsMessage_Text{Text: header},
		ContentText: proto.String(text), FooterText: proto.String(footer),
	}
	for i, title := range titles {
		buttons.Buttons = append(buttons.Buttons, &waE2E.ButtonsMessage_Button{
			ButtonID:   proto.String("ButtonsV3:b" + string(rune('1'+i))),
			ButtonText: &waE2E.ButtonsMessage_Button_ButtonText{DisplayText: proto.String(title)},
			Type:       waE2E.ButtonsMessage_Button_RESPONSE.Enum(),
		})
	}
	return wrapped(&waE2E.Message{ButtonsMessage: buttons})
}

// nativeFlow is a message with one native flow button.
func nativeFlow(text, name string, params map[string]string) *waE2E.Message {
	paramsJSON, _ := json.Marshal(params)
	return &waE2E.Message{InteractiveMessage: &waE2E.InteractiveMessage{
		Body: &waE2E.InteractiveMessage_Body{Text: proto.String(text)},
		InteractiveMessage: &waE2E.InteractiveMessage_NativeFlowMessage_{NativeFlowMessage: &waE2E.InteractiveMessage_NativeFlowMessage{
			MessageParamsJSON: proto.String("{}"),
			Buttons: []*waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton{
				{Name: proto.String(name), ButtonParamsJSON: proto.String(string(paramsJSON))},
			},
		}},
	}}
}

// carousel is two cards with a picture and a quick reply each.
func carousel(up whatsmeow.UploadResponse) *waE2E.Message {
	var cards []*waE2E.InteractiveMessage
	for _, n := range []string{"1", "2"} {
		card := nativeFlow("Card "+n, "quick_reply", map[string]string{"display_text": "Take " + n, "id": "ButtonsV3:" + n}).InteractiveMessage
		card.Header = &waE2E.InteractiveMessage_Header{
			HasMediaAttachment: proto.Bool(true),
			Media: &waE2E.InteractiveMessage_Header_ImageMessage{ImageMessage: &waE2E.ImageMessage{
				Mimetype: proto.String("image/png"), URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey,
				FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: &up.FileLength,
				JPEGThumbnail: []byte{0xff, 0xd8}, Width: proto.Uint32(1), Height: proto.Uint32(1),
			}},
		}
		cards = append(cards, card)
	}
	return &waE2E.Message{InteractiveMessage: &waE2E.InteractiveMessage{
		Header: &waE2E.InteractiveMessage_Header{HasMediaAttachment: proto.Bool(false)},
		Body:   &waE2E.InteractiveMessage_Body{Text: proto.String("Sale")},
		InteractiveMessage: &waE2E.InteractiveMessage_CarouselMessage_{
			CarouselMessage: &waE2E.InteractiveMessage_CarouselMessage{Cards: cards},
		},
	}}
}

// burgers is a list. It is wrapped: beside a bare one the client library adds a node of its own.
func burgers(title string) *waE2E.Message {
	return wrapped(&waE2E.Message{ListMessage: &waE2E.ListMessage{
		Title: proto.String("Header with text"), Description: proto.String("Body message"), ButtonText: proto.String("Pick a hamburger!"),
		ListType: waE2E.ListMessage_SINGLE_SELECT.Enum(),
		Sections: []*waE2E.ListMessage_Section{{
			Title: proto.String("What's your favorite hamburger?"),
			Rows: []*waE2E.ListMessage_Row{
				{RowID: proto.String("ListV3:r1"), Title: proto.String("Hamburger without cheese")},
				{RowID: proto.String("ListV3:r2"), Title: proto.String(title)},
			},
		}},
	}})
}

// wrapped is the form in which official clients draw buttons and lists.
func wrapped(m *waE2E.Message) *waE2E.Message {
	return &waE2E.Message{
		MessageContextInfo: &waE2E.MessageContextInfo{
			DeviceListMetadata:        &waE2E.DeviceListMetadata{RecipientKeyHash: make([]byte, 10), RecipientTimestamp: proto.Uint64(1)},
			DeviceListMetadataVersion: proto.Int32(2), MessageSecret: make([]byte, 32),
		},
		DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: m},
	}
}

func text(words string) *waE2E.Message { return &waE2E.Message{Conversation: proto.String(words)} }

// mixed is the node beside a message without which no client draws its buttons.
func mixed() waBinary.Node {
	return waBinary.Node{Tag: "biz", Content: []waBinary.Node{{
		Tag: "interactive", Attrs: waBinary.Attrs{"type": "native_flow", "v": "1"}, Content: []waBinary.Node{
			{Tag: "native_flow", Attrs: waBinary.Attrs{"v": "9", "name": "mixed"}},
		},
	}}}
}

func listNode() waBinary.Node {
	return waBinary.Node{Tag: "biz", Content: []waBinary.Node{{Tag: "list", Attrs: waBinary.Attrs{"v": "2", "type": "product_list"}}}}
}
