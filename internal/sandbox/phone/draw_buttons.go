package phone

import (
	"encoding/json"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
)

// Names of native flow buttons on the wire.
const (
	flowReply  = "quick_reply"
	flowURL    = "cta_url"
	flowCall   = "cta_call"
	flowCopy   = "cta_copy"
	flowSelect = "single_select"
)

// phoneButtons is how many legacy buttons Android and iOS show.
const phoneButtons = 3

func (p *pen) drawLegacy(m *waE2E.ButtonsMessage) {
	p.Kind, p.Body, p.Footer = KindButtons, m.GetContentText(), m.GetFooterText()
	p.legacyHeader(m)
	for _, b := range m.GetButtons() {
		p.Buttons = append(p.Buttons, Button{Kind: ButtonQuickReply, Title: b.GetButtonText().GetDisplayText(), ID: b.GetButtonID()})
		if b.GetType() == waE2E.ButtonsMessage_Button_NATIVE_FLOW {
			p.warn("a legacy button of type NATIVE_FLOW: nobody has measured these")
		}
	}
	if p.Body == "" {
		p.warn("the body is empty: legacy buttons need a body")
	}
	if len(p.Buttons) > phoneButtons && p.platform != Web {
		p.warn("phones show the first %d of %d buttons", phoneButtons, len(p.Buttons))
		p.Buttons = p.Buttons[:phoneButtons]
	}
	tappable := p.judgeNodes(p.forFlow("")) && p.judge(p.legacyRecipe())
	if p.documentWithCaption && !p.fullMetadata() {
		tappable = p.judge(RecipePartial) && tappable
	}
	p.thumbnailNeeded(p.Media)
	for i := range p.Buttons {
		p.Buttons[i].Tappable = tappable
	}
}

func (p *pen) legacyRecipe() Recipe {
	switch {
	case p.viewOnce || p.viewOnceV2:
		return RecipeReplyViewOnce
	case !p.documentWithCaption:
		return RecipeReplyBare
	case p.Media == nil:
		return RecipeReply
	case p.Media.Kind == KindImage:
		return RecipeReplyImage
	}
	return RecipeReplyMedia
}

func (p *pen) legacyHeader(m *waE2E.ButtonsMessage) {
	var want waE2E.ButtonsMessage_HeaderType
	switch h := m.GetHeader().(type) {
	case nil:
		want = waE2E.ButtonsMessage_EMPTY
	case *waE2E.ButtonsMessage_Text:
		p.Header, want = h.Text, waE2E.ButtonsMessage_TEXT
		p.note("a text header on legacy buttons has not been measured")
	case *waE2E.ButtonsMessage_ImageMessage:
		p.Media, want = imageMedia(h.ImageMessage), waE2E.ButtonsMessage_IMAGE
	case *waE2E.ButtonsMessage_VideoMessage:
		p.Media, want = videoMedia(h.VideoMessage), waE2E.ButtonsMessage_VIDEO
	case *waE2E.ButtonsMessage_DocumentMessage:
		p.Media, want = documentMedia(h.DocumentMessage), waE2E.ButtonsMessage_DOCUMENT
	case *waE2E.ButtonsMessage_LocationMessage:
		p.Location, want = readLocation(h.LocationMessage), waE2E.ButtonsMessage_LOCATION
	}
	if got := m.GetHeaderType(); got != want {
		p.warn("the header type is %s, but the header that is there is %s", got, want)
	}
}

func (p *pen) drawInteractive(m *waE2E.InteractiveMessage) {
	p.interactiveText(m)
	switch {
	case m.GetCarouselMessage() != nil:
		p.drawCarousel(m.GetCarouselMessage())
	case m.GetNativeFlowMessage() != nil:
		p.drawFlow(m.GetNativeFlowMessage())
	default:
		p.Kind = KindUnknown
		p.hide("an interactive message without buttons or cards: this phone does not know its kind")
	}
}

func (p *pen) interactiveText(m *waE2E.InteractiveMessage) {
	h := m.GetHeader()
	p.Header, p.Body, p.Footer, p.Media = h.GetTitle(), m.GetBody().GetText(), m.GetFooter().GetText(), headerMedia(h)
	p.Location = readLocation(h.GetLocationMessage())
	if p.Media == nil {
		return
	}
	if p.Header != "" {
		p.warn("the header text %q is not shown beside media", p.Header)
		p.Header = ""
	}
	if !h.GetHasMediaAttachment() {
		p.warn("the header holds media, but says hasMediaAttachment=false")
	}
	p.thumbnailNeeded(p.Media)
}

func (p *pen) drawFlow(m *waE2E.InteractiveMessage_NativeFlowMessage) {
	p.Kind = KindButtons
	buttons := m.GetButtons()
	if len(buttons) == 0 {
		p.hide("a native flow without buttons")
		return
	}
	first := buttons[0].GetName()
	if first == flowSelect {
		p.drawFlowList(m)
		return
	}
	p.Buttons = p.readFlow(buttons)
	tappable := p.judgeNodes(p.forFlow(first)) && p.judgeFlow(m, kindsOf(p.Buttons))
	for i := range p.Buttons {
		b := &p.Buttons[i]
		b.Tappable = tappable && p.judgeButton(b.Kind, kindsOf(p.Buttons))
	}
}

// judgeFlow judges the message as a whole: its wrapper, version and header.
func (p *pen) judgeFlow(m *waE2E.InteractiveMessage_NativeFlowMessage, kinds map[string]bool) bool {
	tappable := true
	if m.GetMessageVersion() == 3 {
		tappable = p.judge(RecipeVersion3)
	}
	switch {
	case p.viewOnce || p.viewOnceV2:
		return p.judge(RecipeFlowViewOnce) && tappable
	case p.documentWithCaption:
		return p.judge(RecipeFlowWrapped) && tappable
	case p.Media != nil:
		tappable = p.judge(RecipeFlowMedia) && tappable
	}
	if kinds[ButtonQuickReply] && len(kinds) > 1 && renderTable().rule(RecipeMixed).verdict(p.platform, p.group) == Nothing {
		return p.judge(RecipeMixed)
	}
	return tappable
}

// judgeButton judges one button: in a mixture it is the replies that suffer.
func (p *pen) judgeButton(kind string, kinds map[string]bool) bool {
	if kind == ButtonQuickReply && len(kinds) > 1 {
		return p.judge(RecipeMixed)
	}
	switch kind {
	case ButtonQuickReply:
		return p.judge(RecipeFlowReply)
	case ButtonURL:
		return p.judge(RecipeURL)
	case ButtonCall:
		return p.judge(RecipeCall)
	case ButtonCopy:
		return p.judge(RecipeCopy)
	}
	p.judge(RecipeFlowOther)
	return false
}

func kindsOf(buttons []Button) map[string]bool {
	kinds := map[string]bool{}
	for _, b := range buttons {
		kinds[b.Kind] = true
	}
	return kinds
}

// flowParams are the parameters of a native flow button that a client uses.
type flowParams struct {
	DisplayText string `json:"display_text"`
	ID          string `json:"id"`
	URL         string `json:"url"`
	PhoneNumber string `json:"phone_number"`
	CopyCode    string `json:"copy_code"`
}

func (p *pen) readFlow(buttons []*waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton) []Button {
	out := make([]Button, 0, len(buttons))
	for i, b := range buttons {
		var params flowParams
		if err := json.Unmarshal([]byte(b.GetButtonParamsJSON()), &params); err != nil {
			p.hide("the parameters of button %d are not JSON: the message can't be loaded", i+1)
		}
		out = append(out, p.flowButton(b.GetName(), params))
	}
	return out
}

func (p *pen) flowButton(name string, params flowParams) Button {
	b := Button{Title: params.DisplayText, ID: params.ID}
	missing := ""
	switch name {
	case flowReply:
		b.Kind = ButtonQuickReply
		missing = emptyKey("id", params.ID)
	case flowURL:
		b.Kind, b.URL = ButtonURL, params.URL
		missing = emptyKey("url", params.URL)
	case flowCall:
		b.Kind, b.PhoneNumber = ButtonCall, params.PhoneNumber
		missing = emptyKey("phone_number", params.PhoneNumber)
	case flowCopy:
		b.Kind, b.CopyCode = ButtonCopy, params.CopyCode
		missing = emptyKey("copy_code", params.CopyCode)
	default:
		b.Kind = name
	}
	if missing != "" {
		p.warn("the %s button %q has no %s: it does nothing", name, b.Title, missing)
	}
	if strings.TrimSpace(b.Title) == "" {
		p.warn("a %s button has no display_text", name)
	}
	return b
}

func emptyKey(key, value string) string {
	if value == "" {
		return key
	}
	return ""
}
