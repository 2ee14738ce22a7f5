package whapi

import (
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/id"
)

// LoggedEvent is an event as it was told, with its place among all. The dialect has nothing of the kind.
type LoggedEvent struct {
	Cursor       int64
	ID           id.Event
	Type, Method string
	At           time.Time
	Body         []byte
}

// DecodeEventQuery reads the query of a list of events: after, a cursor, and limit.
func DecodeEventQuery(query url.Values) (after int64, limit int, err error) {
	var wrong fault.Problems
	after = wholeNumber(&wrong, query, "after", 0, 1<<62, 0)
	limit = int(wholeNumber(&wrong, query, "limit", 1, maxPage, defaultPage))
	return after, limit, wrong.Err()
}

type loggedEventJSON struct {
	Cursor string          `json:"cursor"`
	ID     string          `json:"id"`
	Type   string          `json:"type"`
	Event  string          `json:"event"`
	At     stamp           `json:"at"`
	Body   json.RawMessage `json:"body"`
}

// EncodeEvents tells events that stand behind a cursor, and the cursor to go on with. Missed says that
// some are kept no longer.
func EncodeEvents(list []LoggedEvent, after int64, missed bool) ([]byte, error) {
	out := make([]loggedEventJSON, len(list))
	for i, e := range list {
		out[i] = loggedEventJSON{strconv.FormatInt(e.Cursor, 10), string(e.ID), e.Type, e.Method, stamp(e.At), e.Body}
		after = e.Cursor
	}
	return encode(struct {
		Events []loggedEventJSON `json:"events"`
		Next   string            `json:"next"`
		Missed bool              `json:"missed"`
	}{out, strconv.FormatInt(after, 10), missed})
}
