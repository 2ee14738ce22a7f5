package whapi

import (
	"time"

	"tapgate/internal/message"
)

// DecodeText reads the body of POST /messages/text. Any error is a fault.
func DecodeText(body []byte) (Send, error) {
	o, err := open(body)
	if err != nil {
		return Send{}, err
	}
	s := Send{To: o.to(), Content: message.Text{Body: o.needText("body")}}
	if seconds, ok := o.number("typing_time", 0, 60); ok {
		s.Typing = time.Duration(seconds * float64(time.Second))
	}
	o.refuse("quoted", "edit", "mentions")
	return o.in.send(s)
}

type textJSON struct {
	Body string `json:"body"`
}
