package web

import "net/http"

func (s *Server) listWebhooks(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, http.StatusOK, s.Inbox.Requests())
	return nil
}

func (s *Server) clearWebhooks(w http.ResponseWriter, _ *http.Request) error {
	s.Inbox.Clear()
	writeJSON(w, http.StatusOK, []Request{})
	return nil
}
