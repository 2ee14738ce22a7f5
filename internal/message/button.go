package message

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"
)

// ButtonKind says what a press does.
type ButtonKind string

// The kinds of buttons. Only a quick reply sends something back.
const (
	QuickReply ButtonKind = "quick_reply"
	URL        ButtonKind = "url"
	Call       ButtonKind = "call"
	Copy       ButtonKind = "copy"
)

// ButtonPrefix stands before the id of a button on the wire and in webhooks. Programs written for
// the dialect compare ids with it.
const ButtonPrefix = "ButtonsV3:"

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

func (k *checker) buttons(path string, list Buttons) {
	seen := map[string]string{}
	k.count(path, len(list), MaxButtons)
	for i, b := range list {
		at := fmt.Sprintf("%s/%d", path, i)
		k.button(at, b)
		k.unique(seen, at+"/id", b.ID)
	}
}

func (k *checker) button(path string, b Button) {
	k.required(path+"/title", b.Title, MaxButtonTitle)
	k.required(path+"/id", b.ID, MaxID)
	switch b.Kind {
	case QuickReply:
	case URL:
		k.link(path+"/url", b.URL)
		if b.MerchantURL != "" {
			k.link(path+"/merchant_url", b.MerchantURL)
		}
	case Call:
		k.phone(path+"/phone_number", b.PhoneNumber)
	case Copy:
		k.filled(path+"/copy_code", b.CopyCode)
	default:
		k.Add(path+"/type", "must be equal to one of the allowed values: %s, %s, %s, %s", QuickReply, URL, Call, Copy)
	}
	k.optional(path+"/url", b.URL, MaxURL)
	k.optional(path+"/merchant_url", b.MerchantURL, MaxURL)
	k.optional(path+"/phone_number", b.PhoneNumber, MaxID)
	k.optional(path+"/copy_code", b.CopyCode, MaxCopyCode)
}

// link checks the target of a button: an app opens nothing but absolute links to the web.
func (k *checker) link(path, s string) {
	u, err := url.Parse(s)
	web := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
	if !web || strings.ContainsFunc(s, unicode.IsSpace) {
		k.Add(path, "must be an absolute http or https URL with a host")
	}
}

// phone checks a number to dial.
func (k *checker) phone(path, s string) {
	digits := strings.TrimPrefix(s, "+")
	if len(digits) < 7 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" {
		k.Add(path, "must be 7 to 15 digits, optionally after a + (spaces, hyphens and brackets are not removed for you)")
	}
}
