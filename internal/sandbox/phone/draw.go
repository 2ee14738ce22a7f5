package phone

import (
	"fmt"
	"slices"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
)

// Drawing is what one client makes of one message.
type Drawing struct {
	Content
	Drawn bool
	// RowsTappable reports whether rows of a list can be chosen.
	RowsTappable bool
	// Warnings say what a person would miss; Notes say how sure the render table is. Never nil.
	Warnings, Notes []string
}

// Draw says what the client of platform shows for a message: raw is the decrypted protobuf with its wrappers,
// stanza the node that carried it (nil for a message that was never on the wire to this phone), group whether
// it stands in a group. The content is read even where nothing is drawn.
func Draw(raw *waE2E.Message, stanza *waBinary.Node, platform Platform, group bool) Drawing {
	p := &pen{envelope: unwrap(raw), biz: readBiz(stanza), platform: platform, group: group}
	p.Drawn, p.Warnings, p.Notes = true, []string{}, []string{}
	p.draw()
	p.Buttons, p.Sections, p.Cards = notNil(p.Buttons), notNil(p.Sections), notNil(p.Cards)
	if !p.Drawn {
		p.RowsTappable = false
		p.eachButton(func(b *Button) { b.Tappable = false })
	}
	return p.Drawing
}

// pen draws one message.
type pen struct {
	Drawing
	envelope
	biz
	platform Platform
	group    bool
}

func (p *pen) draw() {
	m := p.message
	p.Quoted = readQuote(contextInfo(m))
	switch {
	case m.GetButtonsMessage() != nil:
		p.drawLegacy(m.GetButtonsMessage())
	case m.GetInteractiveMessage() != nil:
		p.drawInteractive(m.GetInteractiveMessage())
	case m.GetListMessage() != nil:
		p.drawList(m.GetListMessage())
	case m.GetTemplateMessage() != nil:
		p.drawTemplate(m.GetTemplateMessage())
	default:
		p.drawPlain()
	}
}

// hide says that nothing is drawn, and why.
func (p *pen) hide(format string, args ...any) {
	p.Drawn = false
	p.warn(format, args...)
}

func (p *pen) warn(format string, args ...any) { p.Warnings = add(p.Warnings, format, args) }
func (p *pen) note(format string, args ...any) { p.Notes = add(p.Notes, format, args) }

func add(list []string, format string, args []any) []string {
	text := fmt.Sprintf(format, args...)
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// judge looks the recipe up, says what a person would miss, and reports whether taps work.
func (p *pen) judge(r Recipe) (tappable bool) {
	rule := renderTable().rule(r)
	v := rule.verdict(p.platform, p.group)
	place, because := p.place(), ""
	if w := rule.why(p.platform); w != "" {
		because = ": " + w
	}
	if rule.Confidence != "" {
		because += fmt.Sprintf(" (table of %s, confidence %s)", renderTable().Dated, rule.Confidence)
	}
	switch v {
	case Expected:
		p.note("%s: not measured on %s, expected to work%s", rule.Label, place, because)
	case Unmeasured:
		p.warn("%s: nobody has measured this on %s%s", rule.Label, place, because)
	case Uncertain:
		p.warn("%s: reports from %s differ%s", rule.Label, place, because)
	case Disabled:
		p.warn("%s: %s draws this but its buttons can't be pressed%s", rule.Label, place, because)
	case Nothing:
		p.hide("%s: %s does not draw this%s", rule.Label, place, because)
	}
	return v != Disabled && v != Nothing
}

func (p *pen) place() string {
	name := map[Platform]string{Android: "Android", IOS: "iOS", Web: "WhatsApp Web"}[p.platform]
	if p.group {
		return name + " (group)"
	}
	return name
}

// judgeNodes applies what the stanza itself says; why is the reason to draw nothing, or "".
func (p *pen) judgeNodes(why string) (tappable bool) {
	if why != "" {
		p.hide("%s", why)
	}
	for _, r := range p.remarks() {
		p.warn("%s", r)
	}
	if !p.bot {
		return true
	}
	if p.platform == Android {
		p.warn("the bot node adds an \"AI\" badge")
	}
	return p.judge(RecipeBot)
}

func (p *pen) eachButton(do func(*Button)) {
	for i := range p.Buttons {
		do(&p.Buttons[i])
	}
	for c := range p.Cards {
		for i := range p.Cards[c].Buttons {
			do(&p.Cards[c].Buttons[i])
		}
	}
}
