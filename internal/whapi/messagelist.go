package whapi

import (
	"net/url"
	"strings"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// MessageQuery is which messages are asked for.
type MessageQuery struct {
	Paging
	Author id.User // "" for anybody
	FromMe *bool   // nil for both
}

// DecodeMessageQuery reads the query of a list of messages: that of every list, author (the digits of
// a number) and from_me. Normal_types changes nothing, since system messages are not kept.
func DecodeMessageQuery(query url.Values) (MessageQuery, error) {
	var wrong fault.Problems
	var q MessageQuery
	p, err := DecodePaging(query)
	if err != nil {
		wrong.Join("", fault.Of(err).Problems)
	}
	q.Paging = p
	q.Author = id.User(strings.TrimSuffix(query.Get("author"), "@"+string(id.Private)))
	if q.Author != "" && (!q.Author.Valid() || len(q.Author) < 7) {
		wrong.Add("/query/author", `must match pattern "^([\d]{7,15})?$"`)
	}
	for _, name := range []string{"from_me", "normal_types"} {
		given := query.Get(name)
		yes := given == "true"
		switch {
		case given == "":
		case !yes && given != "false":
			wrong.Add("/query/"+name, "must be boolean")
		case name == "from_me":
			q.FromMe = &yes
		}
	}
	return q, wrong.Err()
}

// EncodeMessages tells a part of the list of messages; total counts all that the query lets through.
func EncodeMessages(list []message.Message, total int, p Paging) ([]byte, error) {
	out := struct {
		Messages []messageJSON `json:"messages"`
		Count    int           `json:"count"`
		Total    int           `json:"total"`
		Offset   int           `json:"offset"`
		// First and Last are the places of the first and the last message among all; absent in a part
		// without messages.
		First *int `json:"first,omitempty"`
		Last  *int `json:"last,omitempty"`
	}{Messages: make([]messageJSON, len(list)), Count: len(list), Total: total, Offset: p.Offset}
	for i, m := range list {
		out.Messages[i] = encodeMessage(m)
	}
	if n := len(list); n > 0 {
		last := p.Offset + n - 1
		out.First, out.Last = &out.Offset, &last
	}
	return encode(out)
}
