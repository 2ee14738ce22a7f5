package web

import (
	"net/http"

	"tapgate/internal/sandbox/phone"
)

// tap presses a button, a row of a list, or a button of a card. The answer holds the id of the
// message that the press sent, or "" for a link, a call or a code: those send nothing.
func (s *Server) tap(w http.ResponseWriter, r *http.Request, p *phone.Phone) error {
	var in phone.Press
	if err := readJSON(r, bodyLimit, &in); err != nil {
		return err
	}
	if err := checkPress(in); err != nil {
		return err
	}
	ctx, cancel := within(r)
	defer cancel()
	id, err := p.Tap(ctx, in)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, map[string]string{"id": id})
	return nil
}

func checkPress(in phone.Press) error {
	var wrong faults
	if in.MessageID == "" {
		wrong.add("message_id is missing")
	}
	switch {
	case in.Button == nil && in.Row == "":
		wrong.add("button (an index from 0) or row (an id) is missing")
	case in.Button != nil && in.Row != "":
		wrong.add("button and row can't both be pressed")
	case in.Button != nil && *in.Button < 0:
		wrong.add("button is an index from 0")
	}
	if in.Card != nil && *in.Card < 0 {
		wrong.add("card is an index from 0")
	}
	if in.Card != nil && in.Button == nil {
		wrong.add("card needs the button on it")
	}
	if in.Platform != "" && !in.Platform.Valid() {
		wrong.add(`platform must be "android", "ios" or "web"`)
	}
	return wrong.err()
}
