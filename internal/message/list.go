package message

import "fmt"

// RowPrefix stands before the id of a row on the wire and in webhooks. Programs written for the
// dialect compare ids with it.
const RowPrefix = "ListV3:"

// List is the action of a message that opens a list of rows.
type List struct {
	// Label is the text of the button that opens the list.
	Label    string
	Sections []Section
}

// Section is a headed group of rows.
type Section struct {
	Title string
	Rows  []Row
}

// Row is one choice of a list.
type Row struct {
	// ID is the caller's name for it, without the prefix that the wire carries.
	ID          string
	Title       string
	Description string
}

func (List) action() {}

// Rows counts the rows of all sections.
func (l List) Rows() int {
	n := 0
	for _, s := range l.Sections {
		n += len(s.Rows)
	}
	return n
}

func (k *checker) list(path string, l List) {
	k.required(path+"/label", l.Label, MaxShortText)
	k.count(path+"/sections", len(l.Sections), MaxSections)
	if n := l.Rows(); n > MaxRows {
		k.Add(path+"/sections", "must NOT have more than %d rows in all (given: %d)", MaxRows, n)
	}
	seen := map[string]string{}
	for i, s := range l.Sections {
		at := fmt.Sprintf("%s/sections/%d", path, i)
		if len(l.Sections) > 1 {
			k.required(at+"/title", s.Title, MaxShortText)
		} else {
			k.optional(at+"/title", s.Title, MaxShortText)
		}
		if len(s.Rows) == 0 {
			k.Add(at+"/rows", "must NOT have fewer than 1 items")
		}
		for j, r := range s.Rows {
			row := fmt.Sprintf("%s/rows/%d", at, j)
			k.row(row, r)
			k.unique(seen, row+"/id", r.ID)
		}
	}
}

func (k *checker) row(path string, r Row) {
	k.required(path+"/title", r.Title, MaxShortText)
	k.required(path+"/id", r.ID, MaxID)
	k.optional(path+"/description", r.Description, MaxShortText)
}
