package whapi

import (
	"regexp"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/message"
)

// Send is a request to send a message.
type Send struct {
	To      id.Chat
	Content message.Content
	// Typing is how long "typing" is shown before the message leaves. 0 to 60 s.
	Typing time.Duration
	// Quote is the message that is cited, Edit the one whose content is replaced; zero for none.
	Quote, Edit id.Message
	// Warnings says what official apps would cut short or may not draw.
	Warnings []string
}

// toPattern is what the dialect accepts as the address of a message.
const toPattern = `^[\d-]{9,31}(@[\w\.]{1,})?$`

var toForm = regexp.MustCompile(toPattern)

// to reads the address.
func (o object) to() id.Chat {
	s := o.needText("to")
	if o.in.knows("/to") {
		return id.Chat{}
	}
	if !toForm.MatchString(s) {
		o.in.fail("/to", `must match pattern "%s"`, toPattern)
		return id.Chat{}
	}
	chat, err := id.ParseChat(s)
	switch {
	case err != nil:
		o.in.fail("/to", "must name a chat: digits alone, or followed by @s.whatsapp.net, @g.us, @lid or @newsletter")
	case chat.Server == id.Broadcast:
		o.in.refuse("/to", "is a broadcast list, which is not supported")
	}
	return chat
}

// refuse records fields of the dialect that change what is sent and that are not served yet.
func (o object) refuse(names ...string) {
	for _, name := range names {
		if o.has(name) {
			o.in.refuse(o.at(name), "is not supported yet")
		}
	}
}

// send checks what was read and returns it if nothing is wrong.
func (in *body) send(s Send) (Send, error) {
	if s.Content != nil {
		in.check(message.Validate(s.Content))
	}
	if err := in.err(); err != nil {
		return Send{}, err
	}
	s.Warnings = message.Warnings(s.Content)
	return s, nil
}
