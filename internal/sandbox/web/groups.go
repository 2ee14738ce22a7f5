package web

import (
	"net/http"
	"strings"

	"tapgate/internal/sandbox/phone"
)

func (s *Server) listGroups(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, http.StatusOK, append([]phone.Group{}, s.Book.Groups()...))
	return nil
}

// createGroup makes a group. Its owner is the business number when none is named.
func (s *Server) createGroup(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Subject, Owner string
		Members        []string
	}
	if err := readJSON(r, bodyLimit, &in); err != nil {
		return err
	}
	var wrong faults
	if in.Subject = strings.TrimSpace(in.Subject); in.Subject == "" {
		wrong.add("subject is missing")
	}
	if len(in.Subject) > nameLimit {
		wrong.add("subject is longer than %d bytes", nameLimit)
	}
	if in.Owner == "" {
		in.Owner = s.Business
	}
	owner := wrong.number("owner", in.Owner)
	if len(in.Members) == 0 {
		wrong.add("members is missing")
	}
	for i, m := range in.Members {
		in.Members[i] = wrong.number("members", m)
	}
	if err := wrong.err(); err != nil {
		return err
	}
	ctx, cancel := within(r)
	defer cancel()
	chat, err := s.Book.CreateGroup(ctx, in.Subject, owner, in.Members...)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, phone.Group{Chat: chat, Subject: in.Subject, Members: in.Members})
	return nil
}
