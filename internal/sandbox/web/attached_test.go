package web_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/id"
)

// photo is a JPEG of a sun over hills, so that it can be seen which side is up.
func photo(width, height int, sky color.RGBA) []byte {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{sky.R, sky.G, sky.B - uint8(80*y/height), 255}
			dx, dy := x-width*2/3, y-height/3
			if dx*dx+dy*dy < height*height/50 {
				c = color.RGBA{255, 222, 120, 255}
			}
			if y > height*3/4-(x*(width-x))/(width*3) {
				c = color.RGBA{48, 120, 80, 255}
			}
			img.Set(x, y, c)
		}
	}
	var out bytes.Buffer
	_ = jpeg.Encode(&out, img, nil)
	return out.Bytes()
}

func blue() color.RGBA { return color.RGBA{110, 170, 230, 255} }
func rose() color.RGBA { return color.RGBA{230, 140, 150, 255} }

func pdf() []byte {
	return []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
}

// picture uploads a JPEG and names it as a business does.
func (w *world) picture(width, height int, sky color.RGBA) *waE2E.ImageMessage {
	w.t.Helper()
	up := must(w.business.cli.Upload(w.context(), photo(width, height, sky), whatsmeow.MediaImage))(w.t)
	return &waE2E.ImageMessage{
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256,
		FileLength: &up.FileLength, Mimetype: proto.String("image/jpeg"), JPEGThumbnail: photo(width/8, height/8, sky),
		Width: proto.Uint32(uint32(width)), Height: proto.Uint32(uint32(height)),
	}
}

func (w *world) film() *waE2E.VideoMessage {
	w.t.Helper()
	up := must(w.business.cli.Upload(w.context(), film(), whatsmeow.MediaVideo))(w.t)
	return &waE2E.VideoMessage{
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256,
		FileLength: &up.FileLength, Mimetype: proto.String("video/mp4"), JPEGThumbnail: photo(160, 96, rose()), Seconds: proto.Uint32(filmSeconds),
		Width: proto.Uint32(16 * filmWide), Height: proto.Uint32(16 * filmHigh),
	}
}

func (w *world) paper(name string) *waE2E.DocumentMessage {
	w.t.Helper()
	up := must(w.business.cli.Upload(w.context(), pdf(), whatsmeow.MediaDocument))(w.t)
	return &waE2E.DocumentMessage{
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256,
		FileLength: &up.FileLength, Mimetype: proto.String("application/pdf"), FileName: proto.String(name),
	}
}

// under puts buttons below a picture, a film or a paper.
func under(media any, text string, titles ...string) *waE2E.Message {
	m := quickReply("", text, "", titles...)
	b := m.GetDocumentWithCaptionMessage().GetMessage().GetButtonsMessage()
	switch media := media.(type) {
	case *waE2E.ImageMessage:
		b.HeaderType, b.Header = waE2E.ButtonsMessage_IMAGE.Enum(), &waE2E.ButtonsMessage_ImageMessage{ImageMessage: media}
	case *waE2E.VideoMessage:
		b.HeaderType, b.Header = waE2E.ButtonsMessage_VIDEO.Enum(), &waE2E.ButtonsMessage_VideoMessage{VideoMessage: media}
	case *waE2E.DocumentMessage:
		b.HeaderType, b.Header = waE2E.ButtonsMessage_DOCUMENT.Enum(), &waE2E.ButtonsMessage_DocumentMessage{DocumentMessage: media}
	}
	return m
}

// cards is a carousel; a card shows its picture or film, its text and one quick reply.
func cards(text string, media ...any) *waE2E.Message {
	strip := &waE2E.InteractiveMessage_CarouselMessage{}
	for i, m := range media {
		words := fmt.Sprintf("Card %d", i+1)
		if i == 1 {
			words += ": with a longer text, so that the cards would differ in height"
		}
		card := nativeFlow(words, "quick_reply", map[string]string{
			"display_text": fmt.Sprintf("Take %d", i+1), "id": fmt.Sprintf("ButtonsV3:take%d", i+1),
		}).InteractiveMessage
		card.Header = &waE2E.InteractiveMessage_Header{HasMediaAttachment: proto.Bool(true)}
		switch m := m.(type) {
		case *waE2E.ImageMessage:
			card.Header.Media = &waE2E.InteractiveMessage_Header_ImageMessage{ImageMessage: m}
		case *waE2E.VideoMessage:
			card.Header.Media = &waE2E.InteractiveMessage_Header_VideoMessage{VideoMessage: m}
		}
		strip.Cards = append(strip.Cards, card)
	}
	return &waE2E.Message{InteractiveMessage: &waE2E.InteractiveMessage{
		Header:             &waE2E.InteractiveMessage_Header{HasMediaAttachment: proto.Bool(false)},
		Body:               &waE2E.InteractiveMessage_Body{Text: proto.String(text)},
		InteractiveMessage: &waE2E.InteractiveMessage_CarouselMessage_{CarouselMessage: strip},
	}}
}

// edit replaces the message that the phone holds under an id.
func (w *world) edit(messageID string, m *waE2E.Message, nodes ...waBinary.Node) {
	w.t.Helper()
	to := types.NewJID(jonathan, types.DefaultUserServer)
	w.send(w.business.cli.BuildEdit(to, must(id.ParseMessage(messageID))(w.t).Stanza, m), nodes...)
}
