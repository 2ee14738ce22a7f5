package store

import (
	"fmt"

	"tapgate/internal/id"
	"tapgate/internal/message"
)

// messageRow is the stored form of a message. At and Status are not in it: they go on changing, so
// implementations keep them in columns of their own.
type messageRow struct {
	versioned
	ID       idRow       `json:"id"`
	ChatName string      `json:"chat_name,omitempty"`
	From     string      `json:"from,omitempty"`
	FromName string      `json:"from_name,omitempty"`
	Source   string      `json:"source,omitempty"`
	Content  *contentRow `json:"content,omitempty"`
	Context  *contextRow `json:"context,omitempty"`
	Edits    *idRow      `json:"edits,omitempty"`
}

type contextRow struct {
	QuotedID     *idRow      `json:"quoted_id,omitempty"`
	QuotedAuthor string      `json:"quoted_author,omitempty"`
	Quoted       *contentRow `json:"quoted,omitempty"`
}

// idRow holds an id by its parts, because the text form may tell only a digest of the stanza id.
type idRow struct {
	Stanza      string `json:"stanza,omitempty"`
	Digest      []byte `json:"digest,omitempty"`
	User        string `json:"user,omitempty"`
	Server      string `json:"server,omitempty"`
	FromMe      bool   `json:"from_me,omitempty"`
	Participant string `json:"participant,omitempty"`
}

// EncodeMessage returns the form of m that implementations store: everything but At and Status,
// which need columns of their own because they go on changing. Text that is not UTF-8 is stored
// with U+FFFD in the place of each wrong byte. A content that this version cannot store is an
// error rather than lost.
func EncodeMessage(m message.Message) ([]byte, error) {
	row := messageRow{
		versioned: versioned{rowVersion},
		ID:        packID(m.ID),
		ChatName:  m.ChatName,
		From:      string(m.From),
		FromName:  m.FromName,
		Source:    string(m.Source),
	}
	var err error
	if row.Content, err = packContent(m.Content); err != nil {
		return nil, fmt.Errorf("store message: %w", err)
	}
	if c := m.Context; c != nil {
		row.Context = &contextRow{QuotedAuthor: string(c.QuotedAuthor)}
		if !c.QuotedID.IsZero() {
			quoted := packID(c.QuotedID)
			row.Context.QuotedID = &quoted
		}
		if row.Context.Quoted, err = packContent(c.Quoted); err != nil {
			return nil, fmt.Errorf("store quoted message: %w", err)
		}
	}
	if !m.Edits.IsZero() {
		edits := packID(m.Edits)
		row.Edits = &edits
	}
	return encodeRow(row)
}

// DecodeMessage reads what EncodeMessage wrote. Content of a kind that this version does not know
// becomes message.Unknown.
func DecodeMessage(b []byte) (message.Message, error) {
	var row messageRow
	if err := decodeRow(b, &row); err != nil {
		return message.Message{}, fmt.Errorf("read stored message: %w", err)
	}
	m := message.Message{
		ID:       row.ID.unpack(),
		ChatName: row.ChatName,
		From:     id.User(row.From),
		FromName: row.FromName,
		Source:   message.Source(row.Source),
		Content:  row.Content.unpack(),
	}
	if c := row.Context; c != nil {
		m.Context = &message.Context{QuotedAuthor: id.User(c.QuotedAuthor), Quoted: c.Quoted.unpack()}
		if c.QuotedID != nil {
			m.Context.QuotedID = c.QuotedID.unpack()
		}
	}
	if row.Edits != nil {
		m.Edits = row.Edits.unpack()
	}
	return m, nil
}

func packID(m id.Message) idRow {
	return idRow{
		Stanza:      m.Stanza,
		Digest:      []byte(m.Digest),
		User:        m.Chat.User,
		Server:      string(m.Chat.Server),
		FromMe:      m.FromMe,
		Participant: string(m.Participant),
	}
}

func (r idRow) unpack() id.Message {
	return id.Message{
		Stanza:      r.Stanza,
		Digest:      string(r.Digest),
		Chat:        id.Chat{User: r.User, Server: id.Server(r.Server)},
		FromMe:      r.FromMe,
		Participant: id.User(r.Participant),
	}
}
