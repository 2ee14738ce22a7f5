package fault

import "fmt"

// most bounds the problems that are told of one request: a request of a megabyte may hold a
// hundred thousand mistakes.
const most = 100

// Problems gathers what is wrong with a request, so that the user hears all of it at once.
// The zero value is ready to use.
type Problems struct {
	list []Problem
	more int // not recorded: the list is full
}

// Add records that the field at path is wrong.
func (p *Problems) Add(path, format string, args ...any) {
	if len(p.list) == most {
		p.more++
		return
	}
	p.list = append(p.list, Problem{Path: path, Text: fmt.Sprintf(format, args...)})
}

// Join records the problems of a part below prefix.
func (p *Problems) Join(prefix string, list []Problem) {
	for _, q := range list {
		p.Add(prefix+q.Path, "%s", q.Text)
	}
}

// List returns what was recorded. After a hundred problems it only says that there are more.
func (p *Problems) List() []Problem {
	if p.more == 0 {
		return p.list
	}
	return append(p.list[:most:most], Problem{Text: fmt.Sprintf("has %d more problems", p.more)})
}

// Err returns a fault of kind Invalid with all problems, or nil when there are none.
func (p *Problems) Err() error {
	if len(p.list) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Message: "Wrong request parameters", Problems: p.List()}
}
