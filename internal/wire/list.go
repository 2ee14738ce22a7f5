package wire

import (
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/message"
)

// buildList carries a list as a bare ListMessage.
func buildList(c message.Content, _ *fresh) *waE2E.Message {
	i := c.(message.Interactive)
	l := i.Action.(message.List)
	m := &waE2E.ListMessage{
		Title:       optional(i.Header),
		Description: proto.String(i.Body),
		FooterText:  optional(i.Footer),
		ButtonText:  proto.String(l.Label),
		ListType:    waE2E.ListMessage_SINGLE_SELECT.Enum(),
	}
	for _, s := range l.Sections {
		section := &waE2E.ListMessage_Section{Title: optional(s.Title)}
		for _, r := range s.Rows {
			section.Rows = append(section.Rows, &waE2E.ListMessage_Row{
				RowID:       proto.String(message.RowPrefix + r.ID),
				Title:       proto.String(r.Title),
				Description: optional(r.Description),
			})
		}
		m.Sections = append(m.Sections, section)
	}
	return &waE2E.Message{ListMessage: m}
}

// buildWrappedList puts the list into documentWithCaption, where the client library does not see it
// and adds no second biz node.
func buildWrappedList(c message.Content, f *fresh) *waE2E.Message { return wrap(buildList(c, f)) }

// buildFlowList carries a list as a native flow with one button single_select.
func buildFlowList(c message.Content, f *fresh) *waE2E.Message {
	i := c.(message.Interactive)
	l := i.Action.(message.List)
	p := flowParams{Title: loose(l.Label)}
	for _, s := range l.Sections {
		section := flowSection{Title: loose(s.Title)}
		for _, r := range s.Rows {
			section.Rows = append(section.Rows, flowRow{
				Title:       loose(r.Title),
				Description: loose(r.Description),
				ID:          loose(message.RowPrefix + r.ID),
			})
		}
		p.Sections = append(p.Sections, section)
	}
	buttons := []*waE2E.InteractiveMessage_NativeFlowMessage_NativeFlowButton{nativeFlowButton(flowSelect, p)}
	return buildFlow(i, buttons, f)
}

// readList reads a ListMessage. One without sections is the body alone, unless it is a catalog.
func readList(m *waE2E.ListMessage) message.Content {
	if len(m.GetSections()) == 0 {
		if m.GetProductListInfo() != nil {
			return message.Unknown{What: "listMessage"}
		}
		return bodyOnly(m.GetDescription(), "listMessage")
	}
	l := message.List{Label: clean(m.GetButtonText())}
	for _, s := range m.GetSections() {
		section := message.Section{Title: clean(s.GetTitle())}
		for _, r := range s.GetRows() {
			section.Rows = append(section.Rows, message.Row{
				ID:          rowID(r.GetRowID()),
				Title:       clean(r.GetTitle()),
				Description: clean(r.GetDescription()),
			})
		}
		l.Sections = append(l.Sections, section)
	}
	return message.Interactive{
		Header: clean(m.GetTitle()),
		Body:   clean(m.GetDescription()),
		Footer: clean(m.GetFooterText()),
		Action: l,
	}
}

func readFlowList(params string) message.List {
	p := readParams(params)
	l := message.List{Label: string(p.Title)}
	for _, s := range p.Sections {
		section := message.Section{Title: string(s.Title)}
		for _, r := range s.Rows {
			section.Rows = append(section.Rows, message.Row{
				ID: rowID(string(r.ID)), Title: string(r.Title), Description: string(r.Description),
			})
		}
		l.Sections = append(l.Sections, section)
	}
	return l
}

// rowID turns the id on the wire into the one that the caller gave.
func rowID(wire string) string { return strings.TrimPrefix(clean(wire), message.RowPrefix) }
