package message

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Warnings says what official apps would cut short or may not draw. None of it keeps a message
// from being sent: the examples of the dialect's own help page cause some.
func Warnings(c Content) []string {
	var w warnings
	switch c := c.(type) {
	case Interactive:
		w.interactive(c)
	case Carousel:
		w.carousel(c)
	}
	return w
}

func (w *warnings) interactive(i Interactive) {
	w.shown("/header/text", i.Header, ShownHeader)
	w.shown("/footer/text", i.Footer, ShownFooter)
	if i.Media != nil && i.Header != "" {
		w.add("/header/text is not shown: the media stands in its place")
	}
	if i.Media != nil && i.Media.Caption != "" {
		w.add("/caption is not shown: the text under the media is the body")
	}
	switch a := i.Action.(type) {
	case Buttons:
		w.shown("/body/text", i.Body, ShownInteractive)
		w.buttons("/action/buttons", a)
	case List:
		w.shown("/body/text", i.Body, ShownListBody)
		w.rows("/action/list", a)
	}
}

// carousel warns of what a carousel of several cards is known to do; a single card leaves as a
// message with buttons.
func (w *warnings) carousel(c Carousel) {
	if one, ok := c.Single(); ok {
		w.shown("/cards/0/text", one.Body, ShownInteractive)
		w.buttons("/cards/0/buttons", c.Cards[0].Buttons)
		return
	}
	w.add("/cards is drawn by Android and WhatsApp Web; on iOS the buttons of a carousel can't be tapped")
	w.shown("/body/text", c.Body, ShownInteractive)
	var all Buttons
	first := map[string]string{} // where an id was seen first
	for i, card := range c.Cards {
		at := fmt.Sprintf("/cards/%d", i)
		w.shown(at+"/text", card.Text, ShownCardText)
		if n := strings.Count(card.Text, "\n"); n > ShownCardBreaks {
			w.add("%s/text has %d line breaks; apps show about %d", at, n, ShownCardBreaks)
		}
		w.buttons(at+"/buttons", card.Buttons)
		w.repeated(first, at+"/buttons", card.Buttons)
		all = append(all, card.Buttons...)
	}
	if all.Mixed() {
		w.add("/cards mixes quick replies with other kinds of buttons; not every app draws that")
	}
}

// repeated warns of the id of a quick reply that another card has too: some apps say which button was
// tapped, and not on which card.
func (w *warnings) repeated(first map[string]string, path string, list Buttons) {
	for i, b := range list {
		at := fmt.Sprintf("%s/%d/id", path, i)
		if b.Kind != QuickReply {
			continue
		}
		if earlier, taken := first[b.ID]; taken {
			w.add("%s is that of %s too; not every app tells which of them was tapped", at, earlier)
			continue
		}
		first[b.ID] = at
	}
}

type warnings []string

func (w *warnings) add(format string, args ...any) { *w = append(*w, fmt.Sprintf(format, args...)) }

// shown warns of a text that apps cut after so many characters.
func (w *warnings) shown(path, s string, most int) {
	if n := utf8.RuneCountInString(s); n > most {
		w.add("%s has %d characters; apps show about %d", path, n, most)
	}
}

func (w *warnings) buttons(path string, list Buttons) {
	if list.Mixed() {
		w.add("%s mixes quick replies with other kinds; WhatsApp Web may not draw the message and iOS disables the replies", path)
	}
	for i, b := range list {
		at := fmt.Sprintf("%s/%d", path, i)
		w.shown(at+"/title", b.Title, ShownButtonTitle)
		w.unused(b.Kind != URL && b.URL != "", at+"/url", b.Kind)
		w.unused(b.Kind != URL && b.MerchantURL != "", at+"/merchant_url", b.Kind)
		w.unused(b.Kind != Call && b.PhoneNumber != "", at+"/phone_number", b.Kind)
		w.unused(b.Kind != Copy && b.CopyCode != "", at+"/copy_code", b.Kind)
		if b.Kind == Call && len(b.PhoneNumber) > 0 && b.PhoneNumber[0] == '0' {
			w.add("%s/phone_number begins with 0; it is dialled as an international number", at)
		}
	}
}

// unused warns of a field that has no effect on a button of this kind.
func (w *warnings) unused(is bool, path string, kind ButtonKind) {
	if is {
		w.add("%s has no effect on a button of type %s", path, kind)
	}
}

func (w *warnings) rows(path string, l List) {
	w.add("%s is drawn in private chats; in a group a list leaves in a form that only Android draws", path)
	w.shown(path+"/label", l.Label, ShownLabel)
	if n := l.Rows(); n > ShownRows {
		w.add("%s has %d rows in all; apps are sure to show %d", path, n, ShownRows)
	}
	for i, s := range l.Sections {
		at := fmt.Sprintf("%s/sections/%d", path, i)
		w.shown(at+"/title", s.Title, ShownSectionTitle)
		for j, r := range s.Rows {
			row := fmt.Sprintf("%s/rows/%d", at, j)
			w.shown(row+"/title", r.Title, ShownRowTitle)
			w.shown(row+"/description", r.Description, ShownRowDescription)
		}
	}
}
