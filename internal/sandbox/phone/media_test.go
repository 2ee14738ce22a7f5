package phone_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/sandbox/phone"
)

// attached is a file on the media host of the network, as a business names it in a message.
type attached struct {
	data []byte
	mime string
	up   whatsmeow.UploadResponse
}

func (b *business) upload(t testing.TB, kind whatsmeow.MediaType, mime string, data []byte) attached {
	t.Helper()
	return attached{data, mime, must(b.cli.Upload(context20s(t), data, kind))(t)}
}

func (a attached) image() *waE2E.ImageMessage {
	return &waE2E.ImageMessage{
		URL: &a.up.URL, DirectPath: &a.up.DirectPath, MediaKey: a.up.MediaKey, FileEncSHA256: a.up.FileEncSHA256, FileSHA256: a.up.FileSHA256,
		FileLength: &a.up.FileLength, Mimetype: &a.mime, JPEGThumbnail: photo(16, 12), Width: proto.Uint32(64), Height: proto.Uint32(48),
	}
}

func (a attached) video() *waE2E.VideoMessage {
	return &waE2E.VideoMessage{
		URL: &a.up.URL, DirectPath: &a.up.DirectPath, MediaKey: a.up.MediaKey, FileEncSHA256: a.up.FileEncSHA256, FileSHA256: a.up.FileSHA256,
		FileLength: &a.up.FileLength, Mimetype: &a.mime, JPEGThumbnail: photo(16, 12), Width: proto.Uint32(64), Height: proto.Uint32(48), Seconds: proto.Uint32(5),
	}
}

func (a attached) document(name string) *waE2E.DocumentMessage {
	return &waE2E.DocumentMessage{
		URL: &a.up.URL, DirectPath: &a.up.DirectPath, MediaKey: a.up.MediaKey, FileEncSHA256: a.up.FileEncSHA256, FileSHA256: a.up.FileSHA256,
		FileLength: &a.up.FileLength, Mimetype: &a.mime, FileName: &name,
	}
}

// photo is a JPEG whose pixels differ.
func photo(width, height int) []byte {
	var out bytes.Buffer
	_ = jpeg.Encode(&out, gradient(width, height), nil)
	return out.Bytes()
}

func screenshot(width, height int) []byte {
	var out bytes.Buffer
	_ = png.Encode(&out, gradient(width, height))
	return out.Bytes()
}

func gradient(width, height int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, color.RGBA{uint8(4 * x), uint8(5 * y), 120, 255})
		}
	}
	return img
}

// clip is an MP4 file of two boxes: what it is, and no frames.
func clip() []byte {
	box := func(kind string, content ...byte) []byte {
		return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(content))), kind...), content...)
	}
	return append(box("ftyp", append([]byte("isom"), 0, 0, 2, 0)...), box("mdat", bytes.Repeat([]byte{7}, 3000)...)...)
}

func pdf() []byte {
	return []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
}

// checkMedia compares what the phone shows of an attachment, and the bytes that it decrypts, with the file.
func checkMedia(t *testing.T, shown *phone.Media, kind string, want attached, mime string, data []byte, err error) {
	t.Helper()
	sum := sha256.Sum256(want.data)
	if shown == nil {
		t.Fatal("no media is shown")
	}
	if shown.Kind != kind || shown.MimeType != want.mime || shown.Size != uint64(len(want.data)) || shown.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("shown as %s %s, %d bytes, %s", shown.Kind, shown.MimeType, shown.Size, shown.SHA256)
	}
	if err != nil || mime != want.mime || !bytes.Equal(data, want.data) {
		t.Errorf("fetched %q, %d bytes, %v; want %q, %d bytes", mime, len(data), err, want.mime, len(want.data))
	}
}

// Buttons under an image, a video or a document, in the legacy form and as native flow.
func TestMediaHeaders(t *testing.T) {
	w := newWorld(t)
	picture := w.business.upload(t, whatsmeow.MediaImage, "image/png", screenshot(64, 48))
	film := w.business.upload(t, whatsmeow.MediaVideo, "video/mp4", clip())
	paper := w.business.upload(t, whatsmeow.MediaDocument, "application/pdf", pdf())
	legacy := func(kind waE2E.ButtonsMessage_HeaderType, set func(*waE2E.ButtonsMessage)) *waE2E.Message {
		m := legacyButtons("Point 1", "Point 2", "Point 3")
		m.HeaderType = kind.Enum()
		set(m)
		return withCaption(&waE2E.Message{ButtonsMessage: m})
	}
	flow := func(set func(*waE2E.InteractiveMessage_Header)) *waE2E.Message {
		m := nativeFlow(urlButton())
		m.Header = &waE2E.InteractiveMessage_Header{HasMediaAttachment: proto.Bool(true)}
		set(m.Header)
		return bare(m)
	}
	for _, tc := range []struct {
		name, kind string
		file       attached
		raw        *waE2E.Message
		doubt      string // what Android warns of
	}{
		{"legacy image", phone.KindImage, picture, legacy(waE2E.ButtonsMessage_IMAGE, func(m *waE2E.ButtonsMessage) {
			m.Header = &waE2E.ButtonsMessage_ImageMessage{ImageMessage: picture.image()}
		}), ""},
		{"legacy video", phone.KindVideo, film, legacy(waE2E.ButtonsMessage_VIDEO, func(m *waE2E.ButtonsMessage) {
			m.Header = &waE2E.ButtonsMessage_VideoMessage{VideoMessage: film.video()}
		}), "nobody has measured this on Android"},
		{"legacy document", phone.KindDocument, paper, legacy(waE2E.ButtonsMessage_DOCUMENT, func(m *waE2E.ButtonsMessage) {
			m.Header = &waE2E.ButtonsMessage_DocumentMessage{DocumentMessage: paper.document("Menu.pdf")}
		}), "nobody has measured this on Android"},
		{"flow image", phone.KindImage, picture, flow(func(h *waE2E.InteractiveMessage_Header) {
			h.Media = &waE2E.InteractiveMessage_Header_ImageMessage{ImageMessage: picture.image()}
		}), ""},
		{"flow video", phone.KindVideo, film, flow(func(h *waE2E.InteractiveMessage_Header) {
			h.Media = &waE2E.InteractiveMessage_Header_VideoMessage{VideoMessage: film.video()}
		}), ""},
		{"flow document", phone.KindDocument, paper, flow(func(h *waE2E.InteractiveMessage_Header) {
			h.Media = &waE2E.InteractiveMessage_Header_DocumentMessage{DocumentMessage: paper.document("Menu.pdf")}
		}), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w.t = t
			sent := w.business.send(t, jid(jonathan), tc.raw, biz(flowNode("mixed")))
			shown := w.message(w.customer, sent)
			if !shown.Drawn || shown.Kind != phone.KindButtons || shown.Header != "" || shown.Body != "Body message" || !shown.Buttons[0].Tappable {
				t.Fatalf("shown %+v", shown)
			}
			if tc.doubt == "" && len(shown.Warnings) > 0 || tc.doubt != "" && !warned(shown, tc.doubt) {
				t.Errorf("warnings %q, want %q", shown.Warnings, tc.doubt)
			}
			mime, data, err := w.customer.Media(context20s(t), sent)
			checkMedia(t, shown.Media, tc.kind, tc.file, mime, data, err)
			if tc.kind == phone.KindDocument && shown.Media.FileName != "Menu.pdf" {
				t.Errorf("the document is called %q", shown.Media.FileName)
			}
		})
	}
	if refusals := w.net.Refusals(); len(refusals) != 0 {
		t.Errorf("the network refused %+v", refusals)
	}
}

// Each card of a carousel has a file of its own.
func TestMediaOfCards(t *testing.T) {
	w := newWorld(t)
	picture := w.business.upload(t, whatsmeow.MediaImage, "image/jpeg", photo(64, 48))
	film := w.business.upload(t, whatsmeow.MediaVideo, "video/mp4", clip())
	raw := carousel(true)
	cards := raw.GetCarouselMessage().GetCards()
	cards[0].Header.Media = &waE2E.InteractiveMessage_Header_ImageMessage{ImageMessage: picture.image()}
	cards[1].Header.Media = &waE2E.InteractiveMessage_Header_VideoMessage{VideoMessage: film.video()}
	sent := w.business.send(t, jid(jonathan), bare(raw), biz(flowNode("mixed")))
	shown := w.message(w.customer, sent)
	if !shown.Drawn || shown.Kind != phone.KindCarousel || len(shown.Cards) != 2 || len(shown.Warnings) > 0 || shown.Media != nil {
		t.Fatalf("shown %+v", shown)
	}
	for i, want := range []struct {
		kind string
		file attached
	}{{phone.KindImage, picture}, {phone.KindVideo, film}} {
		mime, data, err := w.customer.CardMedia(context20s(t), sent, i)
		checkMedia(t, shown.Cards[i].Media, want.kind, want.file, mime, data, err)
	}
	_, _, err := w.customer.CardMedia(context20s(t), sent, 2)
	refused(t, err, "no media")

	// A document is no picture: cards show images and videos.
	cards[1].Header.Media = &waE2E.InteractiveMessage_Header_DocumentMessage{DocumentMessage: film.document("x.pdf")}
	if d := phone.Draw(bare(raw), mixed(), phone.Web, false); len(d.Warnings) == 0 {
		t.Error("no warning about a card with a document")
	}
	raw.GetCarouselMessage().Cards = cards[:1]
	if d := phone.Draw(bare(raw), stanza(biz(flowNode("mixed")), waBinary.Node{Tag: "unrelated"}), phone.Web, false); len(d.Notes) == 0 {
		t.Error("no note about a carousel of one card")
	}
}

func warned(m phone.Message, of string) bool {
	for _, warning := range m.Warnings {
		if bytes.Contains([]byte(warning), []byte(of)) {
			return true
		}
	}
	return false
}
