package gateway

import (
	"fmt"

	"tapgate/internal/backend"
	"tapgate/internal/fault"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// refused returns how a row ends that WhatsApp said no to. This is the one table of what its codes
// mean to the caller of Send:
//
//	401 402 403 406 463 475  forbidden    it is about the recipient: blocked, not allowed, restricted
//	404 410                  forbidden    the recipient or the group is not there
//	400 405 473 479          unsupported  it is about the form of the message: another recipe may pass
//	413                      too large
//	429                      busy         too many messages
//	other                    unavailable  not known; the same message gets the same answer
//
// The stable code is "whatsapp_" and the number in all cases. None is an internal error: WhatsApp
// has answered.
func refused(r *backend.Refusal) result {
	kind, next := fault.Unavailable, ""
	switch r.Code {
	case 401, 402, 403, 406, 463, 475, 404, 410:
		kind = fault.Forbidden
	case 400, 405, 473, 479:
		kind, next = fault.Unsupported, "Send it in another form, for instance with another recipe or as plain text."
	case 413:
		kind = fault.TooLarge
	case 429:
		kind, next = fault.Busy, "Send more slowly."
	}
	reason := r.Reason
	if reason == "" {
		reason = fmt.Sprintf("WhatsApp refused the message with code %d.", r.Code)
	}
	out := result{Outcome: store.Outcome{Status: message.Failed, Code: fmt.Sprintf("whatsapp_%d", r.Code), Reason: reason}}
	out.err = &fault.Error{Kind: kind, Code: out.Code, Message: reason, Next: next, Cause: r}
	return out
}

// The codes of messages that failed without a refusal.
const (
	codeExpired  = "expired"
	codeUnpaired = "unpaired"
	codeUnknown  = "unknown_outcome"
	codeMedia    = "media_lost"
	codeBroken   = "unsendable"
)

// because adds to a sentence why the channel is not connected, if it is not.
func (a *actor) because(sentence string) string {
	if w := a.view.Load().explained(); w.reason != "" {
		sentence += " " + w.reason
	}
	return sentence
}

// failed returns how a row ends that WhatsApp has not answered.
func failed(code, reason string) result {
	kind := fault.Unavailable
	if code == codeUnpaired {
		kind = fault.Unpaired
	}
	return result{
		Outcome: store.Outcome{Status: message.Failed, Code: code, Reason: reason},
		err:     &fault.Error{Kind: kind, Code: code, Message: reason},
	}
}

// failedBefore returns how a row ended of which only code and reason are left.
func failedBefore(code, reason string) result {
	var number int
	if _, err := fmt.Sscanf(code, "whatsapp_%d", &number); err == nil {
		return refused(&backend.Refusal{Code: number, Reason: reason})
	}
	return failed(code, reason)
}
