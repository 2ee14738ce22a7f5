package api

import (
	"net/http"
	"regexp"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/store"
	"tapgate/internal/whapi"
)

func (s *Server) messageRoutes() []Route {
	return []Route{
		{http.MethodGet, "/messages/list", s.listMessages},
		{http.MethodGet, "/messages/list/{ChatID}", s.listChat},
		{http.MethodGet, "/messages/{MessageID}", s.readMessage},
		{http.MethodGet, "/tapgate/messages/{MessageID}/timeline", s.readTimeline},
	}
}

// message reads the path parameter MessageID.
func (c call) message() (id.Message, error) {
	text, err := c.param("MessageID")
	if err != nil {
		return id.Message{}, err
	}
	which, err := id.ParseMessage(text)
	if err != nil {
		return id.Message{}, fault.Wrap(fault.NotFound, err, "Specified message not found")
	}
	return which, nil
}

func (s *Server) readMessage(c call) (answer, error) {
	which, err := c.message()
	if err != nil {
		return answer{}, err
	}
	m, err := s.Gateway.Message(c.Context(), c.channel, which)
	if err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeMessage(m))
}

func (s *Server) listMessages(c call) (answer, error) { return s.list(c, id.Chat{}, nil) }

// chatPattern is the dialect's: a chat is named with its suffix.
var chatPattern = regexp.MustCompile(`^[\d-]{7,31}@[\w.]+$`)

func (s *Server) listChat(c call) (answer, error) {
	text, err := c.param("ChatID")
	if err != nil {
		return answer{}, err
	}
	var wrong fault.Problems
	chat, err := id.ParseChat(text)
	if err != nil || !chatPattern.MatchString(text) {
		wrong.Add("/params/ChatID", "must be the id of a chat, such as 61371989950@s.whatsapp.net")
	}
	return s.list(c, chat, &wrong)
}

// list answers with messages of a chat, or of all. What is wrong with the path is told with what is
// wrong with the query.
func (s *Server) list(c call, chat id.Chat, wrong *fault.Problems) (answer, error) {
	q, err := whapi.DecodeMessageQuery(c.URL.Query())
	if wrong == nil {
		wrong = &fault.Problems{}
	}
	if err != nil {
		wrong.Join("", fault.Of(err).Problems)
	}
	if err := wrong.Err(); err != nil {
		return answer{}, err
	}
	messages, total, err := s.Gateway.Messages(c.Context(), c.channel, store.Query{
		Chat: chat, From: q.From, To: q.To, Author: q.Author, Direction: direction(q.FromMe),
		Offset: q.Offset, Count: q.Count, OldestFirst: q.OldestFirst,
	})
	if err != nil {
		return answer{}, err
	}
	return asJSON(whapi.EncodeMessages(messages, total, q.Paging))
}

func direction(fromMe *bool) store.Direction {
	switch {
	case fromMe == nil:
		return ""
	case *fromMe:
		return store.Outgoing
	}
	return store.Incoming
}
