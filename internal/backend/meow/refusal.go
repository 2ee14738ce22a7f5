package meow

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.mau.fi/whatsmeow"

	"tapgate/internal/backend"
)

// staleGroup is the error of an ack to a message whose sender remembers the group in an older form
// of addressing. It is temporary: see refreshGroup.
const staleGroup = 421

// explain says what the error of an ack means and what to do about it; "" for codes that are not a
// final no. WhatsApp documents none of them: they are what clients of the protocol have seen.
func explain(code int) string {
	switch code {
	case 400:
		return "WhatsApp could not read the message. Please report its kind and recipe."
	case 401:
		return "WhatsApp does not allow this number to send the message. The recipient may have blocked it."
	case 403:
		return "WhatsApp forbids the message. Check that this number is in the group and may write there."
	case 404:
		return "The recipient is not on WhatsApp, or the group does not exist. Check the number."
	case 405:
		return "WhatsApp does not allow this kind of buttons or list from this client. Try another recipe."
	case 406:
		return "WhatsApp does not accept the message for this recipient. Check the account on its phone."
	case 410:
		return "The recipient or the group is gone. Remove it from your list."
	case 413:
		return "The message is too large for WhatsApp. Shorten it."
	case 463:
		return "WhatsApp does not let this number start new chats at present. Wait, or let the recipient write first."
	case 473:
		return "WhatsApp rejects this form of buttons or list. Try another recipe."
	case 475:
		return "This number has started as many new chats as WhatsApp allows for now. Wait, or let the recipient write first."
	case 479:
		return "WhatsApp found the form of the message malformed. Try another recipe."
	case staleGroup, 408, 429:
		return ""
	}
	if code >= 400 && code < 500 {
		return fmt.Sprintf("WhatsApp refused the message with code %d, whose meaning is not known.", code)
	}
	return ""
}

// refusal turns the library's error of a send into ours: a *backend.Refusal when the same message
// will get the same answer, otherwise an error that leaves the outcome open.
//
// A recipient without an account and a group that does not exist or is not ours are found out
// before anything is sent; they count as refusals, with the code an ack would have.
func refusal(err error) error {
	code, ok := ackCode(err)
	switch {
	case ok:
	case strings.HasPrefix(err.Error(), noLID), errors.Is(err, whatsmeow.ErrGroupNotFound):
		code = 404
	case errors.Is(err, whatsmeow.ErrNotInGroup):
		code = 403
	}
	if reason := explain(code); reason != "" {
		return &backend.Refusal{Code: code, Reason: reason}
	}
	return fmt.Errorf("send: %w", err)
}

// noLID begins the text of the error for a number that WhatsApp has no account for. The library
// has no value for it.
const noLID = "no LID found for "

// ackCode returns the error code of an ack. The library has a value for such errors, and the code
// in the text after it.
func ackCode(err error) (int, bool) {
	if !errors.Is(err, whatsmeow.ErrServerReturnedError) {
		return 0, false
	}
	_, text, _ := strings.Cut(err.Error(), whatsmeow.ErrServerReturnedError.Error()+" ")
	code, err := strconv.Atoi(text)
	return code, err == nil
}
