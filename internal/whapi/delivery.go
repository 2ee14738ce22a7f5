package whapi

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
)

// Delivery is one event on its way to one webhook. The dialect has nothing of the kind.
type Delivery struct {
	ID           int64
	Webhook      string
	URL          string // "" when it goes to the webhook
	State        string
	Event        id.Event
	Type, Method string
	Attempts     int
	NextAt       time.Time // zero when it has ended, or is due at once
	CreatedAt    time.Time
	DoneAt       time.Time // zero while it is open
	// Replays and ReplayedBy are deliveries of the same event; 0 for none.
	Replays, ReplayedBy int64
}

type deliveryJSON struct {
	ID         int64  `json:"id"`
	Webhook    string `json:"webhook"`
	URL        string `json:"url,omitempty"`
	State      string `json:"state"`
	EventID    string `json:"event_id"`
	Type       string `json:"type"`
	Event      string `json:"event"`
	Attempts   int    `json:"attempts"`
	At         stamp  `json:"at"`
	NextAt     *stamp `json:"next_at,omitempty"`
	DoneAt     *stamp `json:"done_at,omitempty"`
	Replays    int64  `json:"replays,omitempty"`
	ReplayedBy int64  `json:"replayed_by,omitempty"`
}

func encodeDelivery(d Delivery) deliveryJSON {
	return deliveryJSON{
		ID: d.ID, Webhook: d.Webhook, URL: d.URL, State: d.State, EventID: string(d.Event), Type: d.Type, Event: d.Method,
		Attempts: d.Attempts, At: stamp(d.CreatedAt), NextAt: stampOf(d.NextAt), DoneAt: stampOf(d.DoneAt),
		Replays: d.Replays, ReplayedBy: d.ReplayedBy,
	}
}

// EncodeDeliveries tells a page of deliveries, and where to go on; 0 at the end.
func EncodeDeliveries(list []Delivery, next int64) ([]byte, error) {
	out := make([]deliveryJSON, len(list))
	for i, d := range list {
		out[i] = encodeDelivery(d)
	}
	return encode(struct {
		Deliveries []deliveryJSON `json:"deliveries"`
		Next       int64          `json:"next,omitempty"`
	}{out, next})
}

type answeredJSON struct {
	attemptJSON
	Answer string `json:"answer,omitempty"`
	// Encoding says that the answer is no text and stands in base64.
	Encoding string `json:"answer_encoding,omitempty"`
}

// EncodeDelivery tells one delivery with its requests and what they tell.
func EncodeDelivery(d Delivery, attempts []Attempt, body []byte) ([]byte, error) {
	list := make([]answeredJSON, len(attempts))
	for i, a := range attempts {
		list[i].attemptJSON = attemptJSON{stamp(a.At), millis(a.Took), a.Status, a.Failure}
		if list[i].Answer = string(a.Answer); !utf8.Valid(a.Answer) {
			list[i].Answer, list[i].Encoding = base64.StdEncoding.EncodeToString(a.Answer), "base64"
		}
	}
	return encode(struct {
		Delivery deliveryJSON    `json:"delivery"`
		Attempts []answeredJSON  `json:"attempts"`
		Body     json.RawMessage `json:"body"`
	}{encodeDelivery(d), list, body})
}

// DeliveryQuery asks for deliveries, newest first.
type DeliveryQuery struct {
	Webhook, State string // "" means all
	Before         int64  // 0 means no bound
	Limit          int
}

func deliveryStates() []string { return []string{"open", "delivered", "dead", "expired", "cancelled"} }

// DecodeDeliveryQuery reads the query of a list of deliveries: webhook, state, before and limit.
func DecodeDeliveryQuery(query url.Values) (DeliveryQuery, error) {
	var wrong fault.Problems
	q := DeliveryQuery{Webhook: query.Get("webhook"), State: query.Get("state")}
	q.Before = wholeNumber(&wrong, query, "before", 1, 1<<62, 0)
	q.Limit = int(wholeNumber(&wrong, query, "limit", 1, maxPage, defaultPage))
	if q.State != "" && !slices.Contains(deliveryStates(), q.State) {
		wrong.Add("/query/state", "must be equal to one of the allowed values: %s", strings.Join(deliveryStates(), ", "))
	}
	return q, wrong.Err()
}

// wholeNumber reads a number of a query.
func wholeNumber(wrong *fault.Problems, query url.Values, name string, least, most, absent int64) int64 {
	given := query.Get(name)
	if given == "" {
		return absent
	}
	n, err := strconv.ParseInt(given, 10, 64)
	switch {
	case err != nil:
		wrong.Add("/query/"+name, "must be integer")
	case n < least:
		wrong.Add("/query/"+name, "must be >= %d", least)
	case n > most:
		wrong.Add("/query/"+name, "must be <= %d", most)
	}
	return n
}

// Replay asks which deliveries to make again: those with the IDs, or those that fit the rest.
type Replay struct {
	IDs            []int64
	Webhook, State string
	From, To       time.Time
	After          int64
	URL            string
	Mode           channel.Mode
}

// DecodeReplay reads the body of a request to make deliveries again. What is to be repeated has to be
// said: ids, state, or time_from.
func DecodeReplay(b Body) (Replay, error) {
	o, err := b.open(MaxRequest)
	if err != nil {
		return Replay{}, err
	}
	r := Replay{IDs: o.ids(), Webhook: o.text("webhook"), State: o.text("state"), URL: o.text("url"), Mode: channel.Mode(o.text("mode"))}
	if seconds, ok := o.number("time_from", 0, maxSeconds); ok {
		r.From = time.UnixMicro(int64(seconds * 1e6)).UTC()
	}
	if seconds, ok := o.number("time_to", 0, maxSeconds); ok {
		r.To = time.UnixMicro(int64(seconds * 1e6)).UTC()
	}
	if after, ok := o.number("after", 0, 1<<53); ok {
		r.After = int64(after)
	}
	switch {
	case r.URL != "":
		o.link(r.URL)
	case r.Mode != "":
		o.in.fail(o.at("mode"), "must stand beside url")
	}
	if r.Mode != "" {
		o.oneOf("mode", string(r.Mode), []string{string(channel.ModeBody), string(channel.ModePath), string(channel.ModeMethod)})
	}
	ended := deliveryStates()[1:]
	if r.State != "" {
		o.oneOf("state", r.State, ended)
	}
	filters := r.Webhook != "" || r.State != "" || !r.From.IsZero() || !r.To.IsZero()
	switch {
	case len(r.IDs) > 0 && filters:
		o.in.fail(o.at("ids"), "must NOT stand beside webhook, state, time_from or time_to")
	case len(r.IDs) == 0 && r.State == "" && r.From.IsZero():
		o.in.fail("", "must have one of the properties ids, state, time_from")
	}
	if err := o.in.err(); err != nil {
		return Replay{}, err
	}
	return r, nil
}

// ids reads an array of whole numbers, up to 100.
func (o object) ids() (list []int64) {
	for _, raw := range o.list("ids") {
		n, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
		if err != nil || n < 1 {
			o.in.fail(o.at("ids"), "must be whole numbers above 0")
			return nil
		}
		list = append(list, n)
	}
	return list
}

// EncodeReplay tells how many deliveries were made again, and where to go on; 0 at the end.
func EncodeReplay(made int, next int64) ([]byte, error) {
	return encode(struct {
		Replayed int   `json:"replayed"`
		Next     int64 `json:"next,omitempty"`
	}{made, next})
}
