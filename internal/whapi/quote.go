package whapi

import (
	"regexp"

	"tapgate/internal/id"
)

// idPattern is what the dialect accepts as the id of a message.
const idPattern = `^[A-Za-z0-9._]{4,30}-[A-Za-z0-9._]{4,30}(-[A-Za-z0-9._]{2,30})?(-[A-Za-z0-9._]{2,30})?$`

var idForm = regexp.MustCompile(idPattern)

// messageID reads the id of a message, zero when it is absent.
func (o object) messageID(name string) id.Message {
	text := o.text(name)
	if text == "" {
		return id.Message{}
	}
	if !idForm.MatchString(text) {
		o.in.fail(o.at(name), `must match pattern "%s"`, idPattern)
		return id.Message{}
	}
	m, err := id.ParseMessage(text)
	if err != nil {
		o.in.fail(o.at(name), "must name a message of this channel: specified message not found")
	}
	return m
}

// letter reads what every request that sends a message has.
func (o object) letter() Send {
	return Send{To: o.to(), Quote: o.messageID("quoted"), Edit: o.messageID("edit")}
}
