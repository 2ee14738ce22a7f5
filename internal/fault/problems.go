package fault

import "fmt"

// Problems gathers what is wrong with a request, so that the user hears all of it at once.
// The zero value is ready to use.
type Problems struct{ list []Problem }

// Add records that the field at path is wrong.
func (p *Problems) Add(path, format string, args ...any) {
	p.list = append(p.list, Problem{Path: path, Text: fmt.Sprintf(format, args...)})
}

// Join records the problems of a part below prefix.
func (p *Problems) Join(prefix string, list []Problem) {
	for _, q := range list {
		p.list = append(p.list, Problem{Path: prefix + q.Path, Text: q.Text})
	}
}

// List returns what was recorded.
func (p *Problems) List() []Problem { return p.list }

// Err returns a fault of kind Invalid with all problems, or nil when there are none.
func (p *Problems) Err() error {
	if len(p.list) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Message: "Wrong request parameters", Problems: p.list}
}
