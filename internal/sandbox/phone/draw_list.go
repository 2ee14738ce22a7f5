package phone

import (
	"encoding/json"

	"go.mau.fi/whatsmeow/proto/waE2E"
)

func (p *pen) drawList(m *waE2E.ListMessage) {
	p.Kind = KindList
	p.Header, p.Body, p.Footer, p.Label = m.GetTitle(), m.GetDescription(), m.GetFooterText(), m.GetButtonText()
	for _, s := range m.GetSections() {
		section := Section{Title: s.GetTitle(), Rows: []Row{}}
		for _, r := range s.GetRows() {
			section.Rows = append(section.Rows, Row{ID: r.GetRowID(), Title: r.GetTitle(), Description: r.GetDescription()})
		}
		p.Sections = append(p.Sections, section)
	}
	p.checkRows()
	p.RowsTappable = p.judgeNodes(p.forList())
	if t := m.GetListType(); t != waE2E.ListMessage_SINGLE_SELECT {
		p.hide("the list has type %s: clients expect a catalog, not rows to pick from; it has to be SINGLE_SELECT", t)
	}
	if p.viewOnce || p.viewOnceV2 {
		if p.platform == Web {
			p.hide("WhatsApp Web does not draw view-once messages")
		} else {
			p.warn("a list in a view-once wrapper: nobody has measured this")
		}
	}
	p.RowsTappable = p.judge(RecipeList) && p.RowsTappable
}

// checkRows says which rows can't be picked: a list needs at least one row in each section, a title on
// every row, and row ids that differ.
func (p *pen) checkRows() {
	seen := map[string]bool{}
	for i, s := range p.Sections {
		if len(s.Rows) == 0 {
			p.warn("section %d has no rows", i+1)
		}
		for _, r := range s.Rows {
			if r.Title == "" {
				p.warn("the row %q has no title", r.ID)
			}
			if seen[r.ID] {
				p.warn("the row id %q is used twice", r.ID)
			}
			seen[r.ID] = true
		}
	}
	if len(seen) == 0 {
		p.hide("a list without rows")
	}
	if p.Label == "" {
		p.warn("the list has no label: there is nothing to open it with")
	}
}

// drawFlowList draws the list form of native flow.
func (p *pen) drawFlowList(m *waE2E.InteractiveMessage_NativeFlowMessage) {
	p.Kind = KindList
	var params struct {
		Title    string `json:"title"`
		Sections []struct {
			Title string `json:"title"`
			Rows  []Row  `json:"rows"`
		} `json:"sections"`
	}
	if err := json.Unmarshal([]byte(m.GetButtons()[0].GetButtonParamsJSON()), &params); err != nil {
		p.hide("the parameters of the list are not JSON: the message can't be loaded")
	}
	p.Label = params.Title
	for _, s := range params.Sections {
		p.Sections = append(p.Sections, Section{Title: s.Title, Rows: append([]Row{}, s.Rows...)})
	}
	if len(m.GetButtons()) > 1 {
		p.warn("other buttons stand beside the list: nobody has measured this")
	}
	p.checkRows()
	nodes := p.judgeNodes(p.forFlow(flowSelect))
	whole := p.judgeFlow(m, map[string]bool{})
	p.RowsTappable = p.judge(RecipeFlowList) && nodes && whole
}
