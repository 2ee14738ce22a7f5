package sandbox

import (
	"database/sql"
	"encoding/json"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// aboutMutation is the id under which clients change their about text.
const aboutMutation = "9152604461510864"

// mutate answers the one request in GraphQL that this network knows: a new about text.
func (c *conn) mutate(q *query) *waBinary.Node {
	if attr(&q.child, "query_id") != aboutMutation {
		return c.unknownQuery(q)
	}
	var in struct {
		Variables struct {
			Input struct {
				Text *string `json:"text"`
			} `json:"input"`
		} `json:"variables"`
	}
	if json.Unmarshal(contentBytes(q.child), &in) != nil || in.Variables.Input.Text == nil {
		return q.fail(errBadRequest)
	}
	return c.answer(q, func(ch *change) *waBinary.Node {
		a := c.device.account
		a.about = *in.Variables.Input.Text
		ch.write(`INSERT OR REPLACE INTO about (phone, text) VALUES (?, ?)`, a.Phone, a.about)
		return q.result(element("result", nil, []byte(`{"data":{"xwa2_update_text_status":{"result":"SUCCESS"}}}`)))
	})
}

func (r *restorer) about(rows *sql.Rows) error {
	var phone, text string
	if err := rows.Scan(&phone, &text); err != nil {
		return err
	}
	return r.in(phone, func(a *account) { a.about = text })
}
