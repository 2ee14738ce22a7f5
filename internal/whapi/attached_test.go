package whapi_test

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/whapi"
)

const oneReply = `{"buttons":[{"type":"quick_reply","title":"t","id":"i"}]}`

// TestDecodeMedia: each form in which programs name a file, and the fields beside it.
func TestDecodeMedia(t *testing.T) {
	hello := []byte("hello")
	tests := []struct {
		name, fields string
		want         message.MediaSource
	}{
		{"URL", `"media":"https://a.example/x.jpg","no_cache":true`, message.MediaSource{URL: "https://a.example/x.jpg", NoCache: true}},
		{"base64", `"media":"aGVsbG8=","mime_type":"image/png"`, message.MediaSource{Data: hello, MimeType: "image/png"}},
		{"base64 in lines", `"media":"aGVs\r\n bG8","no_encode":"true"`, message.MediaSource{Data: hello, NoEncode: true}},
		{"data URI", `"media":"data:image/png;base64,aGVsbG8="`, message.MediaSource{Data: hello, MimeType: "image/png"}},
		{"data URI with a name", `"media":"data:image/jpeg;name=x.jpg;base64,aGVsbG8="`, message.MediaSource{Data: hello, MimeType: "image/jpeg", FileName: "x.jpg"}},
		{"data URI with more beside it", `"media":"data:application/pdf;base64,aGVsbG8=","mime_type":"application/pdf","filename":"a.pdf"`,
			message.MediaSource{Data: hello, MimeType: "application/pdf", FileName: "a.pdf"}},
		{"media id", `"media":"jpeg-0102030405060708090a0b-c00000"`, message.MediaSource{ID: "jpeg-0102030405060708090a0b-c00000"}},
		{"measures", `"media":"https://a.example/x","width":640,"height":"480","preview":"aGVsbG8="`,
			message.MediaSource{URL: "https://a.example/x", Width: 640, Height: 480, Preview: hello}},
		{"preview as data URI", `"media":"https://a.example/x","preview":"data:image/jpeg;base64,aGVsbG8="`,
			message.MediaSource{URL: "https://a.example/x", Preview: hello}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := whapi.DecodeInteractive(whapi.JSON(with(oneReply, ","+tt.fields)))
			if err != nil {
				t.Fatal(err)
			}
			if m := got.Content.(message.Interactive).Media; m == nil || !reflect.DeepEqual(*m.Source, tt.want) {
				t.Errorf("interactive: %+v\nwant %+v", m, tt.want)
			}
			got, err = whapi.DecodeCarousel(whapi.JSON(`{"to":"61371989950","cards":[{"id":"c","text":"t","media":{` + tt.fields + `},` + oneReply[1:len(oneReply)-1] + `}]}`))
			if err != nil {
				t.Fatal(err)
			}
			if m := got.Content.(message.Carousel).Cards[0].Media; !reflect.DeepEqual(*m.Source, tt.want) {
				t.Errorf("carousel: %+v\nwant %+v", m.Source, tt.want)
			}
		})
	}
}

// TestCaptionIsBody: a caption without a body is what stands under the picture.
func TestCaptionIsBody(t *testing.T) {
	got, err := whapi.DecodeInteractive(whapi.JSON(`{"to":"61371989950","media":"aGVsbG8=","caption":"Look","action":` + oneReply + `}`))
	if err != nil {
		t.Fatal(err)
	}
	if i := got.Content.(message.Interactive); i.Body != "Look" || i.Media.Caption != "" || len(got.Warnings) > 0 {
		t.Errorf("read %+v, warnings %q", i, got.Warnings)
	}
	got, err = whapi.DecodeInteractive(whapi.JSON(with(oneReply, `,"media":"aGVsbG8=","caption":"Look"`)))
	if err != nil {
		t.Fatal(err)
	}
	if i := got.Content.(message.Interactive); i.Body != "b" || i.Media.Caption != "Look" || !strings.Contains(strings.Join(got.Warnings, "\n"), "/caption") {
		t.Errorf("read %+v, warnings %q", i, got.Warnings)
	}
}

// TestDecodeQuoteAndEdit: both name a message by the id that was answered when it was sent.
func TestDecodeQuoteAndEdit(t *testing.T) {
	quoted, edited := sent(nil).ID, id.Message{Stanza: "3EB0998877665544332211", Chat: customer, FromMe: true}
	fields := `"to":"61371989950","quoted":"` + quoted.String() + `","edit":"` + edited.String() + `"`
	for name, read := range map[string]func() (whapi.Send, error){
		"text": func() (whapi.Send, error) { return whapi.DecodeText(whapi.JSON(`{` + fields + `,"body":"b"}`)) },
		"interactive": func() (whapi.Send, error) {
			return whapi.DecodeInteractive(whapi.JSON(`{` + fields + `,"body":{"text":"b"},"action":` + oneReply + `}`))
		},
		"carousel": func() (whapi.Send, error) {
			return whapi.DecodeCarousel(whapi.JSON(`{` + fields + `,"cards":[{"id":"c","text":"t","media":{"media":"aGVsbG8="},` + oneReply[1:len(oneReply)-1] + `}]}`))
		},
	} {
		got, err := read()
		if err != nil || got.Quote.String() != quoted.String() || got.Edit.String() != edited.String() {
			t.Errorf("%s: cites %s, edits %s, %v", name, got.Quote, got.Edit, err)
		}
	}
}

func TestDecodeCarouselRefuses(t *testing.T) {
	one := oneReply[1 : len(oneReply)-1]
	cards := func(list string) string { return `{"to":"61371989950","body":{"text":"b"},"cards":[` + list + `]}` }
	tests := []struct {
		name, in string
		want     []string
	}{
		{"nothing", `{}`, []string{"/body must have required property 'to'", "/body must have required property 'cards'"}},
		{"no cards", cards(``), []string{"/body/cards must NOT have fewer than 1 items"}},
		{"cards as object", `{"to":"61371989950","cards":{}}`, []string{"/body/cards must be array"}},
		{"eleven cards", cards(strings.Repeat(`,{"id":"c","text":"t","media":{"media":"aGk="},"buttons":[{"type":"copy","title":"t","id":"i","copy_code":"1"}]}`, 11)[1:]), nil},
		{"an empty card", cards(`{}`), []string{
			"/body/cards/0 must have required property 'id'", "/body/cards/0 must have required property 'media'", "/body/cards/0 must have required property 'buttons'"}},
		{"media as string", cards(`{"id":"c","text":"t","media":"https://a.example/x.jpg",` + one + `}`), []string{
			`/body/cards/0/media must be object: {"media":"<URL, base64 or media id>"}`}},
		{"media without media", cards(`{"id":"c","text":"t","media":{"url":"https://a.example/x.jpg"},` + one + `}`), []string{
			"/body/cards/0/media must have required property 'media'"}},
		{"media of nonsense", cards(`{"id":"c","text":"t","media":{"media":"file:///etc/passwd"},` + one + `}`), []string{
			"/body/cards/0/media/media must be a URL (http or https), a data URI, base64 or a media id"}},
		{"parts of other messages", cards(`{"id":"c","header":{"text":"h"},"body":{"text":"t"},"footer":{"text":"f"},"action":` + oneReply + `,"media":{"media":"aGk="}}`), []string{
			`/body/cards/0/header is not read: the picture or video of a card is "media":{"media":"<URL, base64 or media id>"}`,
			`/body/cards/0/body is not read: the text of a card is "text"`,
			`/body/cards/0/footer is not read: a card has media, text and buttons`,
			`/body/cards/0/action is not read: the buttons of a card stand in it as "buttons"`,
			"/body/cards/0 must have required property 'buttons'"}},
		{"header and footer", `{"to":"61371989950","header":{"text":"h"},"footer":{"text":"f"},"cards":[{"id":"c","text":"t","media":{"media":"aGk="},` + one + `}]}`, []string{
			"/body/header must NOT be there: a carousel has a body and cards", "/body/footer must NOT be there: a carousel has a body and cards"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := whapi.DecodeCarousel(whapi.JSON(tt.in))
			if tt.want == nil {
				if err == nil || !strings.Contains(err.Error(), "/cards must NOT have more than 10 items (given: 11)") {
					t.Errorf("error %v", err)
				}
				return
			}
			wantFault(t, err, 400, tt.want...)
		})
	}
}

// TestForm: a form says with its parts what JSON says with its fields.
func TestForm(t *testing.T) {
	f := whapi.Form{
		Texts: map[string]string{
			"to": "61371989950", "type": "button", "body": `{"text":"b"}`, "action": oneReply, "caption": "", "no_encode": "true", "width": "640",
		},
		File: &whapi.Part{MimeType: "image/jpeg", FileName: "p.jpg"},
	}
	got, err := whapi.DecodeInteractive(f)
	want := message.Interactive{Body: "b", Action: message.Buttons{{Kind: message.QuickReply, Title: "t", ID: "i"}},
		Media: &message.Media{Source: &message.MediaSource{MimeType: "image/jpeg", FileName: "p.jpg", NoEncode: true, Width: 640}}}
	if err != nil || got.To != customer || !reflect.DeepEqual(got.Content, want) {
		t.Errorf("read %+v, %v\nwant %+v", got.Content, err, want)
	}
	text, err := whapi.DecodeText(whapi.Form{Texts: map[string]string{"to": "61371989950", "body": `{"text":"b"}`, "typing_time": "2"}})
	if err != nil || text.Content != (message.Text{Body: `{"text":"b"}`}) || text.Typing != 2*time.Second {
		t.Errorf("read %+v, %v", text, err)
	}
	f.Texts["action"], f.Texts["media"] = "quick", "https://a.example/x.jpg"
	_, err = whapi.DecodeInteractive(f)
	if err == nil || !strings.Contains(err.Error(), "/action must be one JSON object") || !strings.Contains(err.Error(), "/media must NOT be there twice") {
		t.Errorf("error %v", err)
	}
}

// TestEncodeMediaMessages compares with the published payload of a received document, as far as the
// gateway knows what is in it (it counts no pages), its id apart.
func TestEncodeMediaMessages(t *testing.T) {
	sum, err := base64.StdEncoding.DecodeString("TdxdgX8lBzV6/SYW96F/BEh19ob0eFAn4wKAWhWpUyk=")
	if err != nil {
		t.Fatal(err)
	}
	document := message.Media{
		As: message.Document, ID: "pdf-b487668896662779cbdb29a3c29c0a9a-804713c25d2b57", MimeType: "application/pdf", Size: 1438781,
		SHA256: [32]byte(sum), FileName: "File_example.pdf", Caption: "This is text with file", Thumbnail: []byte("hello"),
		Link: "https://gate.example/files/MANTIS/pdf.pdf?e=1&s=x",
	}
	m := message.Message{
		ID: id.Message{Stanza: "B487668896662779CBDB29A3C29C0A9A", Chat: id.User("919984351847").Private()}, From: "919984351847",
		FromName: "Gerald", Source: message.SourceMobile, At: time.Unix(1_713_201_784, 0), Content: document,
	}
	want := `{"id":"` + m.ID.String() + `","from_me":false,"type":"document","chat_id":"919984351847@s.whatsapp.net","timestamp":1713201784,"source":"mobile",` +
		`"document":{"id":"pdf-b487668896662779cbdb29a3c29c0a9a-804713c25d2b57","mime_type":"application/pdf","file_size":1438781,` +
		`"sha256":"TdxdgX8lBzV6/SYW96F/BEh19ob0eFAn4wKAWhWpUyk=","file_name":"File_example.pdf","link":"https://gate.example/files/MANTIS/pdf.pdf?e=1&s=x",` +
		`"caption":"This is text with file","filename":"File_example.pdf","preview":"data:image/jpeg;base64,aGVsbG8="},"from":"919984351847","from_name":"Gerald"}`
	if got, err := whapi.EncodeMessage(m); err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
	for _, kind := range []message.MediaKind{message.Image, message.Video, message.GIF, message.Short, message.Audio, message.Voice, message.Sticker} {
		m.Content = message.Media{As: kind, ID: "x-00-00", Width: 3, Height: 2, Seconds: 1}
		raw, err := whapi.EncodeMessage(m)
		var got map[string]json.RawMessage
		if err != nil || json.Unmarshal(raw, &got) != nil {
			t.Fatalf("%s, %v", raw, err)
		}
		if want := `{"id":"x-00-00","width":3,"height":2,"seconds":1}`; string(got["type"]) != `"`+string(kind)+`"` || string(got[string(kind)]) != want {
			t.Errorf("%s: %s", kind, raw)
		}
	}
}
