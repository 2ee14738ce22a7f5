package wire

import (
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/message"
)

// buildCarousel carries cards in the form that was seen drawn on Web and Android: without a version
// or a type of cards, and with empty parameters in each card.
func buildCarousel(c message.Content, _ *fresh) *waE2E.Message {
	in := c.(message.Carousel)
	carousel := &waE2E.InteractiveMessage_CarouselMessage{}
	for _, card := range in.Cards {
		carousel.Cards = append(carousel.Cards, buildCard(card))
	}
	return &waE2E.Message{InteractiveMessage: &waE2E.InteractiveMessage{
		Header:             &waE2E.InteractiveMessage_Header{HasMediaAttachment: proto.Bool(false)},
		Body:               &waE2E.InteractiveMessage_Body{Text: proto.String(in.Body)},
		InteractiveMessage: &waE2E.InteractiveMessage_CarouselMessage_{CarouselMessage: carousel},
	}}
}

func buildCard(card message.Card) *waE2E.InteractiveMessage {
	return &waE2E.InteractiveMessage{
		Header: flowHeader("", &card.Media),
		Body:   &waE2E.InteractiveMessage_Body{Text: proto.String(card.Text)},
		Footer: &waE2E.InteractiveMessage_Footer{Text: proto.String("")},
		InteractiveMessage: &waE2E.InteractiveMessage_NativeFlowMessage_{
			NativeFlowMessage: &waE2E.InteractiveMessage_NativeFlowMessage{
				Buttons: flowButtons(card.Buttons), MessageParamsJSON: proto.String("{}"),
			},
		},
	}
}

// readCarousel reads a carousel. One without cards is the body alone.
func readCarousel(m *waE2E.InteractiveMessage) message.Content {
	cards := m.GetCarouselMessage().GetCards()
	if len(cards) == 0 {
		return bodyOnly(m.GetBody().GetText(), "interactiveMessage")
	}
	c := message.Carousel{Body: clean(m.GetBody().GetText())}
	for _, raw := range cards {
		card := message.Card{Text: clean(raw.GetBody().GetText())}
		if p := flowMedia(raw.GetHeader()); p != nil {
			card.Media = received(p)
		}
		card.Buttons = readFlowButtons(raw.GetNativeFlowMessage().GetButtons())
		c.Cards = append(c.Cards, card)
	}
	return c
}
