// Package message says what can be said over WhatsApp: the kinds of content, their limits, and
// the message that carries them. It knows neither JSON nor protobuf nor a database.
package message

import (
	"time"

	"tapgate/internal/id"
)

// Content is what a message carries. It is a sealed sum: Text, Interactive, Carousel, Media,
// Reply, Change, Unknown.
type Content interface {
	// Kind is the name that programs see as the type of the message.
	Kind() Kind
	content()
}

// Kind names a kind of content.
type Kind string

// The kinds.
const (
	KindText        Kind = "text"
	KindInteractive Kind = "interactive"
	KindReply       Kind = "reply"
	KindUnknown     Kind = "unknown"
)

// Text is a plain text. WhatsApp's markup in it (*bold*, _italic_) is left to the reader's app.
type Text struct{ Body string }

// Interactive is a message that can be tapped: header, body and footer around one action.
type Interactive struct {
	// Header is shown bold above the body; "" leaves it out.
	Header string
	// Body is the main text.
	Body string
	// Footer is shown small and grey below; "" leaves it out.
	Footer string
	// Media is shown above the body, in place of the header; nil leaves it out.
	Media *Media
	// Action is what can be tapped: Buttons or List. It is never nil in a valid message.
	Action Action
}

// Action is what an interactive message lets its reader do. Sealed: Buttons, List.
type Action interface{ action() }

// Reply is a tap on a button or a row: the answer that comes back to us.
type Reply struct {
	// To is what was tapped.
	To ReplyKind
	// ID is the id of the button or row as it stood on the wire, prefix included.
	ID string
	// Title is what the button or row said.
	Title string
	// Description is the second line of the row, "" for buttons.
	Description string
	// Card and Button are the places, from 0, of the card and of the button in it; nil where there
	// are no cards, or the place is not known. An app that tells no ID may tell Button alone.
	Card, Button *int
}

// ReplyKind says what was tapped.
type ReplyKind string

// What can be tapped so that an answer comes back.
const (
	ButtonsReply ReplyKind = "buttons_reply"
	ListReply    ReplyKind = "list_reply"
)

// Unknown is content that the gateway cannot name yet. It is delivered rather than dropped.
type Unknown struct {
	// What names the content in WhatsApp's own words, such as "orderMessage".
	What string
}

// Kind implements Content.
func (Text) Kind() Kind { return KindText }

// Kind implements Content.
func (Interactive) Kind() Kind { return KindInteractive }

// Kind implements Content.
func (Reply) Kind() Kind { return KindReply }

// Kind implements Content.
func (Unknown) Kind() Kind { return KindUnknown }

func (Text) content()        {}
func (Interactive) content() {}
func (Reply) content()       {}
func (Unknown) content()     {}

// Message is one message of a chat, sent or received.
type Message struct {
	ID id.Message
	// ChatName is the name of the contact or group as the channel knows it; "" when it does not.
	ChatName string
	// From is who sent it. Empty when WhatsApp told only a hidden number.
	From id.User
	// FromName is the name the sender gave himself.
	FromName string
	Source   Source
	// At is WhatsApp's time of the message, in whole seconds, UTC.
	At      time.Time
	Status  Status // of outgoing messages; "" for received ones
	Content Content
	Context *Context // nil when the message cites nothing
	// Edits is the message whose content this one replaces; zero for none. Programs see the message
	// that was edited, not the edit.
	Edits id.Message
}

// Context is the message that another one cites.
type Context struct {
	// QuotedID is the cited message.
	QuotedID id.Message
	// QuotedAuthor is who wrote it.
	QuotedAuthor id.User
	// Quoted is the cited content as the sender's app repeated it, completed from what we sent.
	// WhatsApp Web repeats only the body, as Text. Nil when nothing is known of it.
	Quoted Content
}

// Source says where a message was written.
type Source string

// The sources.
const (
	SourceMobile  Source = "mobile"
	SourceWeb     Source = "web"
	SourceAPI     Source = "api"
	SourceSystem  Source = "system"
	SourceUnknown Source = "unknown"
)
