package whapi

import "tapgate/internal/message"

// listAction reads the list of an action.
func (o object) listAction() message.List {
	part, ok := o.needPart("list")
	if !ok {
		return message.List{}
	}
	l := message.List{Label: part.needText("label")}
	part.need("sections")
	for _, s := range part.objects("sections") {
		l.Sections = append(l.Sections, s.section())
	}
	return l
}

func (o object) section() message.Section {
	if o.in.knows(o.path) {
		return message.Section{}
	}
	s := message.Section{Title: o.text("title")}
	o.need("rows")
	for _, r := range o.objects("rows") {
		s.Rows = append(s.Rows, r.row())
	}
	return s
}

func (o object) row() message.Row {
	if o.in.knows(o.path) {
		return message.Row{}
	}
	return message.Row{ID: o.needText("id"), Title: o.needText("title"), Description: o.text("description")}
}

type listJSON struct {
	Sections []sectionJSON `json:"sections"`
	Label    string        `json:"label"`
}

type sectionJSON struct {
	Title string    `json:"title,omitempty"`
	Rows  []rowJSON `json:"rows"`
}

type rowJSON struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
}

// encodeSections tells the rows with their ids behind a prefix.
func encodeSections(l message.List, prefix string) []sectionJSON {
	out := []sectionJSON{}
	for _, s := range l.Sections {
		section := sectionJSON{Title: s.Title, Rows: []rowJSON{}}
		for _, r := range s.Rows {
			section.Rows = append(section.Rows, rowJSON{ID: prefix + r.ID, Title: r.Title, Description: r.Description})
		}
		out = append(out, section)
	}
	return out
}

// quotedListJSON is how the dialect cites a list: the header is its title, the body its description.
type quotedListJSON struct {
	Title       string        `json:"title,omitempty"`
	Description string        `json:"description"`
	Label       string        `json:"label"`
	Footer      string        `json:"footer,omitempty"`
	Sections    []sectionJSON `json:"sections"`
}

func encodeQuotedList(i message.Interactive, l message.List) quotedListJSON {
	return quotedListJSON{
		Title: i.Header, Description: i.Body, Label: l.Label, Footer: i.Footer,
		Sections: encodeSections(l, message.RowPrefix),
	}
}
