package phone

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Press is a finger on a button or a row.
type Press struct {
	// MessageID is the id of the message, as Message.ID shows it.
	MessageID string `json:"message_id"`
	// Button is the index of the button, from 0, in the message or in the card.
	Button *int `json:"button,omitempty"`
	// Row is the id of a row of a list, with or without the prefix "ListV3:".
	Row string `json:"row,omitempty"`
	// Card is the index of the card of a carousel, from 0.
	Card *int `json:"card,omitempty"`
	// Platform is the client that is used for this press; "" means the phone's own.
	Platform Platform `json:"platform,omitempty"`
}

// Refused says that a person with this client could not do that, and why.
type Refused struct{ Reason string }

func (r *Refused) Error() string { return r.Reason }

func refuse(format string, args ...any) error { return &Refused{Reason: fmt.Sprintf(format, args...)} }

// ErrNoMessage says that the phone holds no message of that id.
var ErrNoMessage = errors.New("this phone holds no message with that id")

// rowPrefix stands before the ids of rows on the wire; a Press may leave it out.
const rowPrefix = "ListV3:"

// choice is what a press hit: a button, or a row of a list.
type choice struct {
	card   int // -1 outside a carousel
	index  int // of the button, -1 for a row
	button Button
	row    *Row
}

// choose finds what the press hits in a drawing. It returns *Refused where a person could not press that.
func choose(d Drawing, press Press) (choice, error) {
	if !d.Drawn {
		return choice{}, refuse("not drawn: %s", strings.Join(d.Warnings, "; "))
	}
	if press.Row != "" {
		return chooseRow(d, press.Row)
	}
	if press.Button == nil {
		return choice{}, refuse("say which button or row")
	}
	c := choice{card: -1, index: *press.Button}
	buttons := d.Buttons
	if press.Card != nil {
		c.card = *press.Card
		if c.card < 0 || c.card >= len(d.Cards) {
			return choice{}, refuse("there is no card %d: the message has %d", c.card, len(d.Cards))
		}
		buttons = d.Cards[c.card].Buttons
	} else if len(d.Cards) > 0 {
		return choice{}, refuse("say which card: the message is a carousel")
	}
	if c.index < 0 || c.index >= len(buttons) {
		return choice{}, refuse("there is no button %d: %d are drawn", c.index, len(buttons))
	}
	c.button = buttons[c.index]
	if !c.button.Tappable {
		return choice{}, refuse("not tappable: %s", strings.Join(d.Warnings, "; "))
	}
	return c, nil
}

func chooseRow(d Drawing, row string) (choice, error) {
	if len(d.Sections) == 0 {
		return choice{}, refuse("the message is not a list")
	}
	for _, want := range []string{row, rowPrefix + row} {
		for _, s := range d.Sections {
			i := slices.IndexFunc(s.Rows, func(r Row) bool { return r.ID == want })
			if i < 0 {
				continue
			}
			if !d.RowsTappable {
				return choice{}, refuse("not tappable: %s", strings.Join(d.Warnings, "; "))
			}
			return choice{card: -1, index: -1, row: &s.Rows[i]}, nil
		}
	}
	return choice{}, refuse("there is no row %q in the list", row)
}

// Tap presses a button or a row the way the client of the platform does. It returns the id of the answer, or
// "" where nothing leaves the phone (url, call and copy). It returns ErrNoMessage, or *Refused where that client
// does not let a person do it.
func (p *Phone) Tap(ctx context.Context, press Press) (messageID string, err error) {
	platform := press.Platform
	if platform == "" {
		platform = p.Platform()
	}
	if !platform.Valid() {
		return "", refuse("%q is no platform: want android, ios or web", platform)
	}
	r, ok := p.record(press.MessageID)
	if !ok {
		return "", ErrNoMessage
	}
	if r.FromMe {
		return "", refuse("this is an own message")
	}
	if r.Deleted {
		return "", refuse("the message was deleted")
	}
	c, err := choose(Draw(r.raw, r.node, platform, r.group()), press)
	if err != nil {
		return "", err
	}
	mark := pressed{Card: c.card, Button: c.index, ID: c.id()}
	if err := p.press(press.MessageID, mark, c.once()); err != nil {
		return "", err
	}
	if !c.leaves() {
		p.book.announce(Change{Customer: p.number, MessageID: press.MessageID, What: "tap"})
		return "", nil
	}
	messageID, err = p.sendAnswer(ctx, platform, r, c)
	if err != nil {
		p.release(press.MessageID, mark)
		return "", err
	}
	p.book.announce(Change{Customer: p.number, MessageID: press.MessageID, What: "tap"})
	return messageID, nil
}

func (c choice) leaves() bool { return c.row != nil || c.button.Kind == ButtonQuickReply }

// once reports whether the same button can be pressed only one time; a list can be opened again.
func (c choice) once() bool { return c.row == nil && c.button.Kind == ButtonQuickReply }

func (c choice) id() string {
	switch {
	case c.row != nil:
		return c.row.ID
	case c.button.ID != "":
		return c.button.ID
	}
	return c.button.Title
}
