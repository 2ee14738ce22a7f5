package phone

import "go.mau.fi/whatsmeow/proto/waE2E"

// Carousels have been seen drawn with two to ten cards.
const minCards, maxCards = 2, 10

func (p *pen) drawCarousel(m *waE2E.InteractiveMessage_CarouselMessage) {
	p.Kind = KindCarousel
	first := ""
	for i, card := range m.GetCards() {
		if buttons := card.GetNativeFlowMessage().GetButtons(); first == "" && len(buttons) > 0 {
			first = buttons[0].GetName()
		}
		p.Cards = append(p.Cards, p.card(i, card))
	}
	if len(p.Cards) == 0 {
		p.hide("a carousel without cards")
	}
	if len(p.Cards) > maxCards {
		p.warn("the carousel has %d cards; more than %d have not been seen drawn", len(p.Cards), maxCards)
	}
	if n := len(p.Cards); n > 0 && n < minCards {
		p.note("a carousel of one card: one report advises to send buttons with media instead")
	}
	if p.Quoted != nil {
		p.note("a carousel that quotes a message has not been measured")
	}
	if p.platform == Android {
		p.note("what Android answers to a press on a card has not been captured: here it is the answer of native flow buttons")
	}
	if p.nodes == 0 && p.platform == Android {
		p.note("one report saw a carousel without a biz node on Android; all others saw nothing")
	}
	tappable := p.judgeNodes(p.forFlow(first)) && p.judge(p.carouselRecipe())
	p.eachButton(func(b *Button) {
		b.Tappable = tappable && knownButton(b.Kind)
	})
}

func (p *pen) carouselRecipe() Recipe {
	switch {
	case p.viewOnce || p.viewOnceV2:
		return RecipeCarouselOnce
	case p.documentWithCaption:
		return RecipeFlowWrapped
	}
	return RecipeCarousel
}

func (p *pen) card(i int, m *waE2E.InteractiveMessage) Card {
	media := headerMedia(m.GetHeader())
	if media == nil || media.Kind == KindDocument { // cards show images and videos
		p.judge(RecipeCardNoMedia)
	}
	p.thumbnailNeeded(media)
	buttons := m.GetNativeFlowMessage().GetButtons()
	if len(buttons) == 0 {
		p.warn("card %d has no buttons", i+1)
	}
	return Card{
		Header:  m.GetHeader().GetTitle(),
		Body:    m.GetBody().GetText(),
		Footer:  m.GetFooter().GetText(),
		Media:   media,
		Buttons: p.readFlow(buttons),
	}
}

func knownButton(kind string) bool {
	switch kind {
	case ButtonQuickReply, ButtonURL, ButtonCall, ButtonCopy:
		return true
	}
	return false
}
