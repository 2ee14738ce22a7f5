package whapi_test

import (
	"testing"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/whapi"
)

// sent is a message of ours: stanza id 3EB0AABBCCDDEEFF001122 in the chat with 61371989950. Its id is
// base64 of the eleven bytes, a hyphen, and base64 of C0 00 and of the number, 0E 4A 0E 0B FE.
func sent(c message.Content) message.Message {
	return message.Message{
		ID:      id.Message{Stanza: "3EB0AABBCCDDEEFF001122", Chat: customer, FromMe: true},
		From:    "919984351847",
		Source:  message.SourceAPI,
		Status:  message.Pending,
		At:      time.Unix(1_712_995_245, 0).UTC(),
		Content: c,
	}
}

func TestEncodeSent(t *testing.T) {
	const head = `{"sent":true,"message":{"id":"`
	mid := sent(nil).ID.String()
	rest := func(kind, content string) string {
		return head + mid + `","from_me":true,"type":"` + kind + `","chat_id":"61371989950@s.whatsapp.net","timestamp":1712995245,` +
			`"source":"api","status":"pending",` + content + `,"from":"919984351847"}}`
	}
	shown := message.Media{As: message.Image, ID: "jpeg-00-00", MimeType: "image/jpeg", Size: 9, Width: 3, Height: 2}
	one, two := 1, 0
	tests := []struct {
		name string
		in   message.Content
		want string
	}{
		{"buttons under a picture", message.Interactive{Body: "b", Media: &shown, Action: message.Buttons{{Kind: message.QuickReply, Title: "t", ID: "i"}}},
			rest("interactive", `"interactive":{"body":{"text":"b"},"action":{"buttons":[{"type":"quick_reply","title":"t","id":"i"}]},"type":"button",`+
				`"id":"jpeg-00-00","mime_type":"image/jpeg","file_size":9,"width":3,"height":2}`)},
		{"carousel", message.Carousel{Body: "b", Cards: []message.Card{{ID: "c", Text: "t", Media: shown, Buttons: message.Buttons{{Kind: message.QuickReply, Title: "t", ID: "i"}}}}},
			rest("carousel", `"carousel":{"text":"b","body":{"text":"b"},"cards":[{"id":"c","media":{"id":"jpeg-00-00","mime_type":"image/jpeg","file_size":9,"width":3,"height":2},`+
				`"text":"t","buttons":[{"type":"quick_reply","title":"t","id":"i"}]}]}`)},
		{"tap on a card", message.Reply{To: message.ButtonsReply, ID: "ButtonsV3:i", Title: "t", Card: &one, Button: &two},
			rest("reply", `"reply":{"type":"buttons_reply","buttons_reply":{"id":"ButtonsV3:i","title":"t"},"card":1,"button":0}`)},
		{"text", message.Text{Body: "<b> & \"x\""}, rest("text", `"text":{"body":"<b> & \"x\""}`)},
		{"buttons", message.Interactive{Body: "b", Footer: "f", Action: message.Buttons{
			{Kind: message.URL, Title: "t", ID: "i", URL: "https://a.example/?a=1&b", MerchantURL: "https://b.example"},
			{Kind: message.Call, Title: "u", ID: "j", PhoneNumber: "+61371989950"},
			{Kind: message.Copy, Title: "v", ID: "k", CopyCode: "1"}}},
			rest("interactive", `"interactive":{"body":{"text":"b"},"footer":{"text":"f"},"action":{"buttons":[`+
				`{"type":"url","title":"t","id":"i","url":"https://a.example/?a=1&b","merchant_url":"https://b.example"},`+
				`{"type":"call","title":"u","id":"j","phone_number":"+61371989950"},`+
				`{"type":"copy","title":"v","id":"k","copy_code":"1"}]},"type":"button"}`)},
		{"list", message.Interactive{Header: "h", Body: "b", Action: message.List{Label: "l", Sections: []message.Section{{Title: "s",
			Rows: []message.Row{{ID: "1", Title: "r", Description: "d"}, {ID: "2", Title: "q"}}}}}},
			rest("interactive", `"interactive":{"header":{"text":"h"},"body":{"text":"b"},"action":{"list":{"sections":[{"title":"s","rows":[`+
				`{"id":"1","title":"r","description":"d"},{"id":"2","title":"q"}]}],"label":"l"}},"type":"list"}`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := whapi.EncodeSent(sent(tt.in))
			if err != nil || string(got) != tt.want {
				t.Errorf("%s, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}

// TestEncodeText compares with a published payload of a received text, its id apart.
func TestEncodeText(t *testing.T) {
	m := message.Message{
		ID:   id.Message{Stanza: "3A0123456789ABCDEF01", Chat: id.User("919984351847").Private()},
		From: "919984351847", FromName: "Gerald", Source: message.SourceMobile,
		At: time.Unix(1_712_995_245, 0), Content: message.Text{Body: "Hello world"},
	}
	want := `{"id":"` + m.ID.String() + `","from_me":false,"type":"text","chat_id":"919984351847@s.whatsapp.net","timestamp":1712995245,` +
		`"source":"mobile","text":{"body":"Hello world"},"from":"919984351847","from_name":"Gerald"}`
	if got, err := whapi.EncodeMessage(m); err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}

func TestEncodeUnknown(t *testing.T) {
	m := message.Message{ID: id.Message{Stanza: "3A0123456789ABCDEF01", Chat: customer}, At: time.Unix(1, 0), Content: message.Unknown{What: "orderMessage"}}
	want := `{"id":"` + m.ID.String() + `","from_me":false,"type":"unknown","subtype":"orderMessage","chat_id":"61371989950@s.whatsapp.net","timestamp":1,"source":"unknown"}`
	if got, err := whapi.EncodeMessage(m); err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}

func TestEncodeQuotes(t *testing.T) {
	quoted := id.Message{Stanza: "3EB0AABBCCDDEEFF001122", Chat: customer, FromMe: true}
	tests := []struct {
		name string
		in   message.Content
		want string
	}{
		{"nothing known", nil, ``},
		{"text", message.Text{Body: "b"}, `,"quoted_content":{"body":"b"},"quoted_type":"text"`},
		{"unknown", message.Unknown{What: "imageMessage"}, `,"quoted_type":"unknown"`},
		{"reply", message.Reply{To: message.ButtonsReply, ID: "ButtonsV3:a", Title: "A"},
			`,"quoted_content":{"type":"buttons_reply","buttons_reply":{"id":"ButtonsV3:a","title":"A"}},"quoted_type":"reply"`},
		{"buttons of all kinds", message.Interactive{Body: "b", Action: message.Buttons{
			{Kind: message.URL, Title: "t", ID: "i", URL: "https://a.example"},
			{Kind: message.Call, Title: "u", ID: "j", PhoneNumber: "61371989950"},
			{Kind: message.Copy, Title: "v", ID: "k", CopyCode: "1"}}},
			`,"quoted_content":{"body":"b","buttons":[{"type":"url","text":"t","id":"ButtonsV3:i","url":"https://a.example"},` +
				`{"type":"call","text":"u","id":"ButtonsV3:j","phone_number":"61371989950"},{"type":"copy","text":"v","id":"ButtonsV3:k","copy_code":"1"}]},"quoted_type":"hsm"`},
		{"carousel", message.Carousel{Body: "b", Cards: []message.Card{{ID: "c", Text: "t", Media: message.Media{As: message.Image, ID: "jpeg-00-00"},
			Buttons: message.Buttons{{Kind: message.QuickReply, Title: "u", ID: "j"}}}}},
			`,"quoted_content":{"body":"b","cards":[{"id":"c","text":"t","buttons":[{"type":"quick_reply","text":"u","id":"ButtonsV3:j"}]}]},"quoted_type":"carousel"`},
		{"picture", message.Media{As: message.Image, ID: "jpeg-00-00", MimeType: "image/jpeg", Caption: "c"},
			`,"quoted_content":{"id":"jpeg-00-00","mime_type":"image/jpeg","caption":"c"},"quoted_type":"image"`},
		{"interactive without action", message.Interactive{Body: "b"}, `,"quoted_content":{"body":"b"},"quoted_type":"text"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := message.Message{ID: id.Message{Stanza: "3A0123456789ABCDEF01", Chat: customer}, At: time.Unix(1, 0), Source: message.SourceWeb,
				Content: message.Text{Body: "x"}, Context: &message.Context{QuotedID: quoted, QuotedAuthor: "919984351847", Quoted: tt.in}}
			want := `{"id":"` + m.ID.String() + `","from_me":false,"type":"text","chat_id":"61371989950@s.whatsapp.net","timestamp":1,"source":"web",` +
				`"text":{"body":"x"},"context":{"quoted_id":"` + quoted.String() + `","quoted_author":"919984351847"` + tt.want + `}}`
			if got, err := whapi.EncodeMessage(m); err != nil || string(got) != want {
				t.Errorf("%s, %v\nwant %s", got, err, want)
			}
		})
	}
}
