package whapi

import (
	"fmt"
	"strings"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/message"
)

// Timeline is what became of a message. The dialect has nothing of the kind.
type Timeline struct {
	Message message.Message
	// Code and Reason tell why it failed; "" otherwise.
	Code, Reason string
	Steps        []Step
	Told         []Told
}

// Step is one thing that happened to a message; what does not apply to its kind is zero.
type Step struct {
	Kind   string
	At     time.Time
	Took   time.Duration
	Number int // of an attempt
	Result string
	Reason string
	Viewer id.User
	Reply  *message.Message
}

// Told is one webhook delivery that is about the message or about a reply to it.
type Told struct {
	Message      id.Message
	Event        id.Event
	Type, Method string
	Delivery     int64
	Webhook      string
	State        string
	CreatedAt    time.Time
	Attempts     []Attempt
}

// Attempt is one request of a delivery.
type Attempt struct {
	At      time.Time
	Took    time.Duration
	Status  int // 0 when there was no answer
	Failure string
	// Answer is the beginning of the answer's body; a timeline does without.
	Answer []byte
}

type timelineJSON struct {
	Message  messageJSON  `json:"message"`
	Failure  *failureJSON `json:"failure,omitempty"`
	Steps    []stepJSON   `json:"steps"`
	Webhooks []toldJSON   `json:"webhooks"`
}

type failureJSON struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

type stepJSON struct {
	Step   string       `json:"step"`
	At     stamp        `json:"at"`
	TookMS *float64     `json:"took_ms,omitempty"`
	Number int          `json:"number,omitempty"`
	Result string       `json:"result,omitempty"`
	Reason string       `json:"reason,omitempty"`
	By     string       `json:"by,omitempty"`
	Reply  *messageJSON `json:"reply,omitempty"`
}

type toldJSON struct {
	DeliveryID int64         `json:"delivery_id"`
	EventID    string        `json:"event_id"`
	MessageID  string        `json:"message_id"`
	Type       string        `json:"type"`
	Event      string        `json:"event"`
	Webhook    string        `json:"webhook"`
	State      string        `json:"state"`
	At         stamp         `json:"at"`
	Attempts   []attemptJSON `json:"attempts"`
}

type attemptJSON struct {
	At      stamp   `json:"at"`
	TookMS  float64 `json:"took_ms"`
	Status  int     `json:"status,omitempty"`
	Failure string  `json:"failure,omitempty"`
}

// stamp is a time in our own answers: seconds since 1970, as in the dialect, to the microsecond.
type stamp time.Time

// MarshalJSON implements json.Marshaler.
func (s stamp) MarshalJSON() ([]byte, error) {
	us := time.Time(s).UnixMicro()
	text := fmt.Sprintf("%d.%06d", us/1e6, us%1e6)
	return []byte(strings.TrimSuffix(strings.TrimRight(text, "0"), ".")), nil
}

// EncodeTimeline tells what became of a message.
func EncodeTimeline(l Timeline) ([]byte, error) {
	out := timelineJSON{
		Message: encodeMessage(l.Message), Steps: make([]stepJSON, len(l.Steps)), Webhooks: make([]toldJSON, len(l.Told)),
	}
	if l.Code != "" {
		out.Failure = &failureJSON{l.Code, l.Reason}
	}
	for i, s := range l.Steps {
		out.Steps[i] = encodeStep(s)
	}
	for i, d := range l.Told {
		out.Webhooks[i] = encodeTold(d)
	}
	return encode(out)
}

func encodeStep(s Step) stepJSON {
	out := stepJSON{
		Step: s.Kind, At: stamp(s.At), Number: s.Number, Result: s.Result, Reason: s.Reason, By: string(s.Viewer),
	}
	if s.Took > 0 {
		ms := millis(s.Took)
		out.TookMS = &ms
	}
	if s.Reply != nil {
		reply := encodeMessage(*s.Reply)
		out.Reply = &reply
	}
	return out
}

func encodeTold(d Told) toldJSON {
	out := toldJSON{
		DeliveryID: d.Delivery, EventID: string(d.Event), MessageID: d.Message.String(), Type: d.Type, Event: d.Method,
		Webhook: d.Webhook, State: d.State, At: stamp(d.CreatedAt), Attempts: make([]attemptJSON, len(d.Attempts)),
	}
	for i, a := range d.Attempts {
		out.Attempts[i] = attemptJSON{stamp(a.At), millis(a.Took), a.Status, a.Failure}
	}
	return out
}

// millis is a duration in milliseconds, to the microsecond.
func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
