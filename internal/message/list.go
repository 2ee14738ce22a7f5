package message

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
