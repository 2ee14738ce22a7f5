package wire_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/message"
	"tapgate/internal/wire"
)

// FuzzDecode: a message from the wire is other people's bytes. Whatever they are, there is content
// or a reason to skip it, and its texts can be stored and told.
func FuzzDecode(f *testing.F) {
	for _, c := range []message.Content{message.Text{Body: "hi"}, quickReplies, callAndURL, mixed, list, under(video, quickReplies), cards} {
		for _, group := range []bool{false, true} {
			e, err := wire.Encode(c, wire.Options{Group: group, Random: new(counter), Now: at})
			if err != nil {
				f.Fatal(err)
			}
			card := &waE2E.Message{TemplateButtonReplyMessage: &waE2E.TemplateButtonReplyMessage{
				SelectedIndex: proto.Uint32(1), SelectedCarouselCardIndex: proto.Uint32(1), ContextInfo: cites(e.Message)}}
			answer := flowAnswer("menu_options", `{"id":"ListV3:r2","title":1}`, "", cites(e.Message))
			for _, m := range []*waE2E.Message{e.Message, answer, card, {ViewOnceMessage: future(answer)}} {
				b, err := proto.Marshal(m)
				if err != nil {
					f.Fatal(err)
				}
				f.Add(b)
			}
		}
	}
	for _, m := range attachedMessages() {
		b, err := proto.Marshal(m.in)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var m waE2E.Message
		if proto.Unmarshal(b, &m) != nil {
			return
		}
		d := wire.Decode(&m)
		if (d.Content == nil) != d.Skip {
			t.Errorf("content %v, skip %v", d.Content, d.Skip)
		}
		told, err := json.Marshal(d)
		if err != nil || !utf8.Valid(told) || bytes.Contains(told, []byte(`\u0000`)) {
			t.Errorf("content that can't be told: %s, %v", told, err)
		}
	})
}

// FuzzUnmarshal: a payload that reads is one that can be written and read again.
func FuzzUnmarshal(f *testing.F) {
	for _, c := range []message.Content{message.Text{Body: "hi"}, quickReplies, list, under(image, quickReplies)} {
		e, err := wire.Encode(c, wire.Options{Random: new(counter), Now: at})
		if err != nil {
			f.Fatal(err)
		}
		b, err := wire.Marshal(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"v":1,"message":"CgJoaQ==","nodes":[{"tag":"biz"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := wire.Unmarshal(b)
		if err != nil {
			return
		}
		again, err := wire.Marshal(e)
		if err != nil {
			t.Fatalf("what was read can't be written: %v", err)
		}
		_, _ = wire.Attachments(e)
		if _, err := wire.Unmarshal(again); err != nil {
			t.Fatalf("what was written can't be read: %v", err)
		}
	})
}
