package phone

import "go.mau.fi/whatsmeow/proto/waE2E"

func (p *pen) drawTemplate(m *waE2E.TemplateMessage) {
	if inner := m.GetInteractiveMessageTemplate(); inner != nil {
		p.drawInteractive(inner)
		if !p.judge(RecipeFlowTemplate) {
			p.eachButton(func(b *Button) { b.Tappable = false })
		}
		return
	}
	t := m.GetHydratedTemplate()
	if t == nil {
		t = m.GetHydratedFourRowTemplate()
	}
	p.Kind = KindButtons
	if t == nil {
		p.hide("a template that is not hydrated: nothing to draw")
		return
	}
	p.Header, p.Body, p.Footer = t.GetHydratedTitleText(), t.GetHydratedContentText(), t.GetHydratedFooterText()
	p.Media = firstMedia(imageMedia(t.GetImageMessage()), videoMedia(t.GetVideoMessage()), documentMedia(t.GetDocumentMessage()))
	p.Location = readLocation(t.GetLocationMessage())
	tappable := p.judgeNodes("") && p.judge(RecipeTemplate)
	for _, b := range t.GetHydratedButtons() {
		button := templateButton(b)
		button.Tappable = tappable
		p.Buttons = append(p.Buttons, button)
	}
}

func templateButton(b *waE2E.HydratedTemplateButton) Button {
	switch {
	case b.GetUrlButton() != nil:
		return Button{Kind: ButtonURL, Title: b.GetUrlButton().GetDisplayText(), URL: b.GetUrlButton().GetURL()}
	case b.GetCallButton() != nil:
		return Button{Kind: ButtonCall, Title: b.GetCallButton().GetDisplayText(), PhoneNumber: b.GetCallButton().GetPhoneNumber()}
	}
	return Button{Kind: ButtonQuickReply, Title: b.GetQuickReplyButton().GetDisplayText(), ID: b.GetQuickReplyButton().GetID()}
}
