package whapi

import (
	"time"

	"tapgate/internal/message"
)

// DecodeText reads the body of POST /messages/text. Any error is a fault.
func DecodeText(b Body) (Send, error) {
	o, err := b.open(MaxRequest)
	if err != nil {
		return Send{}, err
	}
	s := o.letter()
	s.Content = message.Text{Body: o.needText("body")}
	if seconds, ok := o.number("typing_time", 0, 60); ok {
		s.Typing = time.Duration(seconds * float64(time.Second))
	}
	o.refuse("mentions")
	return o.in.send(s)
}

type textJSON struct {
	Body string `json:"body"`
}
