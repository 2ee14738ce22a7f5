package sqlite

import (
	"context"
	"database/sql"
	"math"

	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// List implements store.Messages.
func (s *Store) List(ctx context.Context, ch id.Channel, q store.Query) (list []message.Message, total int, err error) {
	where, args := whereMessages(ch, q)
	order := ` order by at desc, num desc limit ? offset ?`
	if q.OldestFirst {
		order = ` order by at, num limit ? offset ?`
	}
	err = s.read(ctx, func(t *tx) error {
		if err := t.one(into(&total), `select count(*)`+where, args...); err != nil {
			return err
		}
		return t.each(func(rows *sql.Rows) error {
			var row []byte
			var at int64
			var status message.Status
			if err := rows.Scan(&row, &at, &status); err != nil {
				return err
			}
			m, err := store.DecodeMessage(row)
			m.At, m.Status = instant(at), status
			list = append(list, m)
			return err
		}, `select row, at, status`+where+order, append(args, q.Count, q.Offset)...)
	})
	return list, total, err
}

// whereMessages is the condition of a query. Its text is one of a few, so that statements are prepared
// once; what bounds nothing is left out, so that each finds its index.
func whereMessages(ch id.Channel, q store.Query) (text string, args []any) {
	text, args = ` from message where listed and channel = ?`, []any{string(ch)}
	and := func(condition string, values ...any) {
		text, args = text+" and "+condition, append(args, values...)
	}
	if !q.Chat.IsZero() {
		and("chat = ?", q.Chat.String())
	}
	to := int64(math.MaxInt64)
	if !q.To.IsZero() {
		to = micros(q.To)
	}
	and("at between ? and ?", micros(q.From), to)
	if q.Direction != "" {
		and("from_me = ?", q.Direction == store.Outgoing)
	}
	if q.Author != "" {
		and("author = ?", string(q.Author))
	}
	return text, args
}
