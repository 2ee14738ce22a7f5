package message

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tapgate/internal/fault"
)

// EachMedia returns c with do applied to each of its media, such as bringing it into the media
// store. path is the JSON pointer of the media in a request's body; a fault of do that speaks of /media
// and the fields beside it is made to speak of those at path. What is wrong with one file keeps it from
// none of the others, and all of it is told; any other error ends the walk.
func EachMedia(c Content, do func(path string, m Media) (Media, error)) (Content, error) {
	var w walk
	each := func(path string, m Media) Media {
		if w.failed != nil {
			return m
		}
		got, err := do(path, m)
		w.note(path, err)
		return got
	}
	switch c := c.(type) {
	case Media:
		return each("/media", c), w.err()
	case Interactive:
		if c.Media != nil {
			m := each("/media", *c.Media)
			c.Media = &m
		}
		return c, w.err()
	case Carousel:
		c.Cards = slices.Clone(c.Cards)
		for i := range c.Cards {
			c.Cards[i].Media = each(fmt.Sprintf("/cards/%d/media/media", i), c.Cards[i].Media)
		}
		return c, w.err()
	}
	return c, nil
}

// WithProblems returns what EachMedia returned, and what else is wrong with the same message.
func WithProblems(err error, more []fault.Problem) error {
	var all fault.Problems
	f := (*fault.Error)(nil)
	switch {
	case len(more) == 0 || err != nil && (!errors.As(err, &f) || !aboutFile(f.Kind)):
		return err
	case err != nil && len(f.Problems) == 0:
		all.Add("", "%s", strings.TrimSuffix(f.Message+": "+f.Next, ": "))
	case err != nil:
		all.Join("", f.Problems)
	}
	all.Join("", more)
	return all.Err()
}

// walk gathers what is wrong with the files of one message.
type walk struct {
	wrong  []wrongFile
	failed error // what is nobody's mistake, and ended the walk
}

type wrongFile struct {
	path string
	*fault.Error
}

func (w *walk) note(path string, err error) {
	f := (*fault.Error)(nil)
	switch {
	case err == nil:
	case errors.As(err, &f) && aboutFile(f.Kind):
		w.wrong = append(w.wrong, wrongFile{path, f})
	default:
		w.failed = err
	}
}

// aboutFile reports whether a fault says that the file itself, or where it was looked for, is wrong.
func aboutFile(k fault.Kind) bool {
	return k == fault.Invalid || k == fault.NotFound || k == fault.TooLarge || k == fault.Unsupported
}

func (w *walk) err() error {
	switch {
	case w.failed != nil:
		return w.failed
	case len(w.wrong) == 0:
		return nil
	case len(w.wrong) == 1:
		return w.wrong[0].alone()
	}
	var all fault.Problems
	out := *w.wrong[0].Error
	for _, x := range w.wrong {
		all.Join("", x.problems())
		if x.Kind != out.Kind {
			out.Kind, out.Message = fault.Invalid, "Wrong request parameters"
		}
		if x.Message != out.Message {
			out.Message = "Wrong request parameters"
		}
	}
	out.Problems, out.Next, out.Code = all.List(), "", ""
	return &out
}

// base is where the fields beside the media stand.
func (x wrongFile) base() string { return strings.TrimSuffix(x.path, "/media") }

// alone is the fault of the only file that is wrong: as it came, but for the paths.
func (x wrongFile) alone() error {
	if x.base() == "" {
		return x.Error
	}
	moved := *x.Error
	moved.Problems = nil
	for _, p := range x.Problems {
		p.Path = x.base() + p.Path
		moved.Problems = append(moved.Problems, p)
	}
	if len(x.Problems) == 0 {
		moved.Next = strings.TrimSuffix("it is about "+x.path+"; "+x.Next, "; ")
	}
	return &moved
}

// problems is the fault as problems of the request, among those of others.
func (x wrongFile) problems() []fault.Problem {
	if len(x.Problems) == 0 {
		return []fault.Problem{{Path: x.path, Text: strings.TrimSuffix(x.Message+": "+x.Next, ": ")}}
	}
	list := slices.Clone(x.Problems)
	for i := range list {
		list[i].Path = x.base() + list[i].Path
	}
	return list
}
