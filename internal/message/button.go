package message

// ButtonKind says what a press does.
type ButtonKind string

// The kinds of buttons. Only a quick reply sends something back.
const (
	QuickReply ButtonKind = "quick_reply"
	URL        ButtonKind = "url"
	Call       ButtonKind = "call"
	Copy       ButtonKind = "copy"
)

// Buttons is the action of a message with one to MaxButtons buttons.
type Buttons []Button

// Button is one button.
type Button struct {
	Kind  ButtonKind
	Title string
	// ID is the caller's name for it, without the prefix that the wire carries.
	ID string
	// URL is what a URL button opens.
	URL string
	// MerchantURL is shown as the target of a URL button; "" means URL.
	MerchantURL string
	// PhoneNumber is what a Call button dials: digits, optionally with a leading +.
	PhoneNumber string
	// CopyCode is the text that a Copy button puts on the clipboard.
	CopyCode string
}

func (Buttons) action() {}

// AllQuickReplies reports whether every button is a quick reply.
func (b Buttons) AllQuickReplies() bool {
	for _, x := range b {
		if x.Kind != QuickReply {
			return false
		}
	}
	return true
}

// Mixed reports whether quick replies stand beside buttons of other kinds, which WhatsApp Web
// and iOS may refuse to draw.
func (b Buttons) Mixed() bool {
	var replies, others bool
	for _, x := range b {
		if x.Kind == QuickReply {
			replies = true
		} else {
			others = true
		}
	}
	return replies && others
}
