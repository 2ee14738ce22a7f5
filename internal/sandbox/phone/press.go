package phone

import "errors"

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

// ErrNoMessage says that the phone holds no message of that id.
var ErrNoMessage = errors.New("this phone holds no message with that id")
