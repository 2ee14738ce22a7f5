// Package fault holds the errors that a user of the gateway may see. A fault has a kind, which
// decides the HTTP status, a message for the user, and a cause, which only operators see.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind classifies a fault. The values are stable: they stand in logs and metrics.
type Kind string

// The kinds. Internal is the kind of every error that is not a fault.
const (
	Invalid       Kind = "invalid"        // the request is wrong; Problems says where
	Unpaired      Kind = "unpaired"       // the channel has no WhatsApp session
	Forbidden     Kind = "forbidden"      // WhatsApp or the group does not allow it
	NotFound      Kind = "not_found"      // no such channel, message, contact
	NotAllowed    Kind = "not_allowed"    // this method is not served at this path
	Conflict      Kind = "conflict"       // the state is already what the request wants, or excludes it
	TooLarge      Kind = "too_large"      // over a limit of size
	Unsupported   Kind = "unsupported"    // a media type or message kind that can't be handled
	Unprocessable Kind = "unprocessable"  // understood, and can't be done as it is asked for
	NotAcceptable Kind = "not_acceptable" // asks for a kind of answer or channel that there is not
	Busy          Kind = "busy"           // a queue is full, or too many requests; RetryAfter says when
	Unavailable   Kind = "unavailable"    // something we need is away for now
	Internal      Kind = "internal"       // our own failure
)

// Problem is one thing wrong with a request.
type Problem struct {
	// Path is the JSON pointer of the field, such as /action/buttons/0/title; "" is the whole.
	Path string
	// Text says what is wrong with it, the limit, and what was given.
	Text string
}

// String returns the pointer and the text as one sentence part.
func (p Problem) String() string {
	if p.Path == "" {
		return p.Text
	}
	return p.Path + " " + p.Text
}

// Error is a fault.
type Error struct {
	Kind Kind
	// Code is a stable name of this very fault, such as "whatsapp_479"; "" where Kind says it all.
	Code string
	// Message is a short sentence for the user.
	Message string
	// Problems lists everything wrong with the request, all at once.
	Problems []Problem
	// Next tells the user what to do about it; "" when Message says it.
	Next string
	// RetryAfter is when to try again; 0 means not known.
	RetryAfter time.Duration
	// Cause is for operators; it never reaches a user.
	Cause error
}

// New returns a fault with a message for the user.
func New(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns a fault whose cause is err.
func Wrap(k Kind, err error, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...), Cause: err}
}

// Error returns message, problems and cause: the operator's view.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	if d := e.Details(); d != "" {
		b.WriteString(": " + d)
	}
	if e.Cause != nil {
		b.WriteString(": " + e.Cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Details returns the problems and the next step as one text for the user.
func (e *Error) Details() string {
	parts := make([]string, 0, len(e.Problems)+1)
	for _, p := range e.Problems {
		parts = append(parts, p.String())
	}
	if e.Next != "" {
		parts = append(parts, e.Next)
	}
	return strings.Join(parts, "; ")
}

// Of returns err as a fault. An error that is none becomes one of kind Internal with a message
// that gives nothing away.
func Of(err error) *Error {
	if f := (*Error)(nil); errors.As(err, &f) {
		return f
	}
	return &Error{Kind: Internal, Message: "Internal Error", Cause: err}
}

// Is reports whether err is a fault of kind k.
func Is(err error, k Kind) bool {
	f := (*Error)(nil)
	return errors.As(err, &f) && f.Kind == k
}
