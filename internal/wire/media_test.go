package wire_test

import (
	"bytes"
	"crypto/sha256"
	"reflect"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/message"
	"tapgate/internal/wire"
)

var (
	image = message.Media{
		As: message.Image, ID: "jpeg-0a", MimeType: "image/jpeg", Size: 4711, SHA256: sha256.Sum256([]byte("image")),
		Width: 640, Height: 480, Thumbnail: []byte("small"),
	}
	video = message.Media{
		As: message.Video, ID: "mp4-0b", MimeType: "video/mp4", Size: 815, SHA256: sha256.Sum256([]byte("video")),
		Width: 320, Height: 240, Seconds: 5, Thumbnail: []byte("frame"),
	}
	document = message.Media{
		As: message.Document, ID: "pdf-0c", MimeType: "application/pdf", FileName: "File_example.pdf", Size: 42,
		SHA256: sha256.Sum256([]byte("document")),
	}
	cards = message.Carousel{
		Body: "Look",
		Cards: []message.Card{
			{ID: "c1", Media: image, Text: "One", Buttons: message.Buttons{{Kind: message.URL, Title: "First", ID: "x", URL: "https://a.example/"}}},
			{ID: "c2", Media: video, Buttons: message.Buttons{{Kind: message.QuickReply, Title: "Second", ID: "y"}, {Kind: message.QuickReply, Title: "Third", ID: "z"}}},
		},
	}
)

// under puts a message with buttons under media.
func under(m message.Media, i message.Interactive) message.Interactive {
	i.Header, i.Media = "", &m
	return i
}

// TestR1Media: the header type says what the header is, and the media stands there complete but for
// what its upload yields. The text is the body's alone: no caption.
func TestR1Media(t *testing.T) {
	for _, tt := range []struct {
		media message.Media
		want  waE2E.ButtonsMessage_HeaderType
	}{{image, waE2E.ButtonsMessage_IMAGE}, {video, waE2E.ButtonsMessage_VIDEO}, {document, waE2E.ButtonsMessage_DOCUMENT}} {
		in := under(tt.media, quickReplies)
		in.Header, in.Media.Caption = "not shown", "not shown"
		e := encode(t, in, wire.Options{})
		m := e.Message.GetDocumentWithCaptionMessage().GetMessage().GetButtonsMessage()
		if m.GetHeaderType() != tt.want || m.GetText() != "" || m.GetContentText() != "Body message" {
			t.Errorf("%s: header type %s, text %q, body %q", tt.media.As, m.GetHeaderType(), m.GetText(), m.GetContentText())
		}
		if got := onlyNode(t, e); !fullBiz.MatchString(got) {
			t.Errorf("%s: biz node %s", tt.media.As, got)
		}
		if want := []wire.File{{ID: tt.media.ID, As: tt.media.As}}; !reflect.DeepEqual(e.Files, want) {
			t.Errorf("files %v, want %v", e.Files, want)
		}
	}
	m := encode(t, under(image, quickReplies), wire.Options{}).Message.GetDocumentWithCaptionMessage().GetMessage().GetButtonsMessage().GetImageMessage()
	want := &waE2E.ImageMessage{
		Mimetype: proto.String("image/jpeg"), FileSHA256: image.SHA256[:], FileLength: proto.Uint64(4711),
		Width: proto.Uint32(640), Height: proto.Uint32(480), JPEGThumbnail: []byte("small"),
	}
	if !proto.Equal(m, want) {
		t.Errorf("image %v\nwant %v", m, want)
	}
}

func TestR2Media(t *testing.T) {
	for _, media := range []message.Media{image, video, document} {
		in := under(media, callAndURL)
		in.Header = "not shown"
		h := encode(t, in, wire.Options{}).Message.GetInteractiveMessage().GetHeader()
		has := map[message.MediaKind]bool{message.Image: h.GetImageMessage() != nil, message.Video: h.GetVideoMessage() != nil, message.Document: h.GetDocumentMessage() != nil}
		if !h.GetHasMediaAttachment() || h.GetTitle() != "" || !has[media.As] {
			t.Errorf("%s: header %v", media.As, h)
		}
	}
}

// TestR4 checks a carousel field by field against the profile that Web drew with working taps:
// a header that says it has no media, no version, no type of cards, no context of any kind.
func TestR4(t *testing.T) {
	e := encode(t, cards, wire.Options{})
	if e.Message.MessageContextInfo != nil || e.Opaque {
		t.Errorf("context %v, opaque %v; want none", e.Message.MessageContextInfo, e.Opaque)
	}
	m := e.Message.GetInteractiveMessage()
	if m == nil || m.GetHeader().HasMediaAttachment == nil || m.GetHeader().GetHasMediaAttachment() || m.GetHeader().Title != nil || m.ContextInfo != nil || m.Footer != nil {
		t.Fatalf("interactive message %v", e.Message)
	}
	if m.GetBody().GetText() != "Look" {
		t.Errorf("body %v", m.GetBody())
	}
	carousel := m.GetCarouselMessage()
	if carousel.MessageVersion != nil || carousel.CarouselCardType != nil || len(carousel.GetCards()) != 2 {
		t.Fatalf("carousel %v", carousel)
	}
	one, two := carousel.GetCards()[0], carousel.GetCards()[1]
	if !one.GetHeader().GetHasMediaAttachment() || one.GetHeader().GetImageMessage().GetWidth() != 640 || one.GetBody().GetText() != "One" {
		t.Errorf("first card %v", one)
	}
	if !two.GetHeader().GetHasMediaAttachment() || two.GetHeader().GetVideoMessage().GetSeconds() != 5 || two.Body == nil {
		t.Errorf("second card %v", two)
	}
	for _, card := range carousel.GetCards() {
		flow := card.GetNativeFlowMessage()
		if flow.GetMessageParamsJSON() != "{}" || flow.MessageVersion != nil || card.Footer == nil || card.GetFooter().GetText() != "" {
			t.Errorf("card %v", card)
		}
	}
	wantButtons(t, one, []flowButton{{"cta_url", map[string]any{"display_text": "First", "id": "ButtonsV3:x", "url": "https://a.example/", "merchant_url": "https://a.example/"}}})
	wantButtons(t, two, []flowButton{
		{"quick_reply", map[string]any{"display_text": "Second", "id": "ButtonsV3:y"}},
		{"quick_reply", map[string]any{"display_text": "Third", "id": "ButtonsV3:z"}},
	})
	if got := onlyNode(t, e); got != minimalBiz {
		t.Errorf("biz node\n got %s\nwant %s", got, minimalBiz)
	}
	if want := []wire.File{{"jpeg-0a", message.Image}, {"mp4-0b", message.Video}}; !reflect.DeepEqual(e.Files, want) {
		t.Errorf("files %v, want %v", e.Files, want)
	}
}

// TestOneCard: apps draw carousels from two cards on, so a single one leaves as a message with media.
func TestOneCard(t *testing.T) {
	m := encode(t, message.Carousel{Body: "Look", Cards: cards.Cards[:1]}, wire.Options{}).Message.GetInteractiveMessage()
	if m.GetBody().GetText() != "Look\n\nOne" || m.GetHeader().GetImageMessage() == nil || m.GetCarouselMessage() != nil {
		t.Errorf("one card leaves as %v", m)
	}
}

// TestAttachments: what was uploaded stands where its file was meant to be, in every form that refers
// to files, also after the message waited in the outbox.
func TestAttachments(t *testing.T) {
	for name, e := range map[string]wire.Encoded{
		"r1i":  encode(t, under(image, quickReplies), wire.Options{}),
		"r1d":  encode(t, under(document, quickReplies), wire.Options{}),
		"r2m":  encode(t, under(video, callAndURL), wire.Options{}),
		"r4":   encode(t, cards, wire.Options{}),
		"edit": encode(t, under(image, quickReplies), wire.Options{Edit: &wire.Edit{Stanza: "3EB0AA", Chat: "61371989950@s.whatsapp.net"}}),
	} {
		kept := stored(t, e)
		list, err := wire.Attachments(kept)
		if err != nil || len(list) != len(e.Files) || len(list) == 0 {
			t.Fatalf("%s: %d attachments, %v; want %d", name, len(list), err, len(e.Files))
		}
		for i, a := range list {
			if a.File != e.Files[i] || len(a.SHA256) != 32 {
				t.Errorf("%s: attachment %+v, want %v", name, a, e.Files[i])
			}
			a.Set(wire.Upload{
				URL: "https://mmg.whatsapp.net/v/" + a.ID, DirectPath: "/v/" + a.ID, MediaKey: []byte("key of " + a.ID),
				FileEncSHA256: []byte("sealed"), FileSHA256: a.SHA256, FileLength: 99, At: at,
			})
		}
		kept.Files = nil
		done := stored(t, kept)
		for _, a := range e.Files {
			raw, err := proto.Marshal(done.Message)
			if err != nil || !bytes.Contains(raw, []byte("key of "+a.ID)) || !bytes.Contains(raw, []byte("/v/"+a.ID)) {
				t.Errorf("%s: %s did not get its upload: %v", name, a.ID, err)
			}
		}
		if list, err := wire.Attachments(done); err != nil || list != nil {
			t.Errorf("%s: %v, %v is left to upload", name, list, err)
		}
	}
	wrong := encode(t, cards, wire.Options{})
	wrong.Files = wrong.Files[:1]
	if _, err := wire.Attachments(wrong); err == nil {
		t.Error("two cards with one file are taken")
	}
}

func stored(t *testing.T, e wire.Encoded) wire.Encoded {
	t.Helper()
	b, err := wire.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := wire.Unmarshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// A program that does not know about files must not send a message whose files are missing.
func TestFilesAreOfAnotherVersion(t *testing.T) {
	for want, e := range map[string]wire.Encoded{
		`{"v":2,`: encode(t, under(image, quickReplies), wire.Options{}),
		`{"v":1,`: encode(t, quickReplies, wire.Options{}),
	} {
		if b, err := wire.Marshal(e); err != nil || !strings.HasPrefix(string(b), want) {
			t.Errorf("payload %.40s, %v; want it to begin with %s", b, err, want)
		}
	}
}

type attached struct {
	name string
	in   *waE2E.Message
	want message.Media
}

// attachedMessages are files as official apps send them.
func attachedMessages() []attached {
	key, sum, path := bytes.Repeat([]byte{7}, 32), sha256.Sum256([]byte("file")), proto.String("/v/t62/x?ccb=11-4")
	size := proto.Uint64(1438781)
	vid := &waE2E.VideoMessage{DirectPath: path, MediaKey: key, FileSHA256: sum[:], FileEncSHA256: key, FileLength: size,
		Mimetype: proto.String("video/mp4"), Caption: proto.String("see"), Width: proto.Uint32(3), Height: proto.Uint32(4), Seconds: proto.Uint32(5), JPEGThumbnail: []byte("f")}
	gif, short := proto.CloneOf(vid), proto.CloneOf(vid)
	gif.GifPlayback = proto.Bool(true)
	audio := &waE2E.AudioMessage{DirectPath: path, MediaKey: key, FileSHA256: sum[:], FileLength: size, Mimetype: proto.String("audio/ogg; codecs=opus"), Seconds: proto.Uint32(6)}
	voice := proto.CloneOf(audio)
	voice.PTT = proto.Bool(true)
	doc := &waE2E.DocumentMessage{DirectPath: path, MediaKey: key, FileSHA256: sum[:], FileLength: size, Mimetype: proto.String("application/pdf"),
		FileName: proto.String("File_example.pdf"), Title: proto.String("t"), Caption: proto.String("This is text with file")}
	moving := message.Media{MimeType: "video/mp4", Caption: "see", Size: 1438781, SHA256: sum, Width: 3, Height: 4, Seconds: 5, Thumbnail: []byte("f")}
	as := func(m message.Media, k message.MediaKind) message.Media { m.As = k; return m }
	sounding := message.Media{MimeType: "audio/ogg; codecs=opus", Size: 1438781, SHA256: sum, Seconds: 6}
	return []attached{
		{"image", &waE2E.Message{ImageMessage: &waE2E.ImageMessage{DirectPath: path, MediaKey: key, FileSHA256: sum[:], FileLength: size,
			Mimetype: proto.String("image/jpeg"), Caption: proto.String("see"), Width: proto.Uint32(3), Height: proto.Uint32(4), JPEGThumbnail: []byte("f")}},
			message.Media{As: message.Image, MimeType: "image/jpeg", Caption: "see", Size: 1438781, SHA256: sum, Width: 3, Height: 4, Thumbnail: []byte("f")}},
		{"view once video", &waE2E.Message{ViewOnceMessageV2: future(&waE2E.Message{VideoMessage: vid})}, as(moving, message.Video)},
		{"gif", &waE2E.Message{VideoMessage: gif}, as(moving, message.GIF)},
		{"short", &waE2E.Message{PtvMessage: short}, as(moving, message.Short)},
		{"audio", &waE2E.Message{AudioMessage: audio}, as(sounding, message.Audio)},
		{"voice", &waE2E.Message{AudioMessage: voice}, as(sounding, message.Voice)},
		{"document with a caption", &waE2E.Message{DocumentWithCaptionMessage: future(&waE2E.Message{DocumentMessage: doc})},
			message.Media{As: message.Document, MimeType: "application/pdf", FileName: "File_example.pdf", Caption: "This is text with file", Size: 1438781, SHA256: sum}},
		{"sticker", &waE2E.Message{StickerMessage: &waE2E.StickerMessage{DirectPath: path, MediaKey: key, FileSHA256: sum[:], FileLength: size, Mimetype: proto.String("image/webp"), Width: proto.Uint32(512), Height: proto.Uint32(512)}},
			message.Media{As: message.Sticker, MimeType: "image/webp", Size: 1438781, SHA256: sum, Width: 512, Height: 512}},
	}
}

// TestDecodeMedia: a file reads as what its sender says of it, with a note to fetch it by.
func TestDecodeMedia(t *testing.T) {
	for _, tt := range attachedMessages() {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := wire.Decode(tt.in).Content.(message.Media)
			if !ok {
				t.Fatalf("read %+v", wire.Decode(tt.in))
			}
			r, err := wire.ReadRemote(got.Remote)
			if err != nil || r.GetDirectPath() != "/v/t62/x?ccb=11-4" || len(r.GetMediaKey()) != 32 || r.GetFileLength() != 1438781 {
				t.Errorf("note %v, %v", r, err)
			}
			got.Remote = nil
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("read\n%+v\nwant\n%+v", got, tt.want)
			}
		})
	}
}

func TestReadRemoteRefuses(t *testing.T) {
	for _, b := range [][]byte{nil, {}, []byte("x"), {0x0a, 0x02, 'h', 'i'}} {
		if r, err := wire.ReadRemote(b); err == nil {
			t.Errorf("ReadRemote(%x) = %v, want an error", b, r)
		}
	}
}

// A tap on a message with pictures repeats it; its pictures are not stored again with each tap.
func TestQuotedMediaIsSlim(t *testing.T) {
	e := encode(t, under(image, quickReplies), wire.Options{})
	d := wire.Decode(&waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{
		SelectedButtonID: proto.String("ButtonsV3:randomId1"), ContextInfo: cites(e.Message)}})
	q, ok := d.Quote.Content.(message.Interactive)
	if !ok || q.Media == nil || q.Media.As != message.Image || q.Media.Thumbnail != nil || q.Media.Remote != nil || len(q.Action.(message.Buttons)) != 2 {
		t.Errorf("cited %+v, media %+v", d.Quote.Content, q.Media)
	}
}
