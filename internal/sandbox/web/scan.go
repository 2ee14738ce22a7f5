package web

import (
	"net/http"
	"strings"
)

// scan lets the phone of a business number scan a login QR, or type in a pairing code.
func (s *Server) scan(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Phone, QR, Code string
	}
	if err := readJSON(r, bodyLimit, &in); err != nil {
		return err
	}
	var wrong faults
	number := wrong.number("phone", in.Phone)
	switch {
	case in.QR == "" && in.Code == "":
		wrong.add("qr (the text of a login QR) or code (a pairing code) is missing")
	case in.QR != "" && in.Code != "":
		wrong.add("qr and code exclude each other")
	}
	if err := wrong.err(); err != nil {
		return err
	}
	ctx, cancel := within(r)
	defer cancel()
	var err error
	if in.QR != "" {
		err = s.Book.Scan(ctx, number, in.QR)
	} else {
		err = s.Book.EnterCode(ctx, number, strings.TrimSpace(in.Code))
	}
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, map[string]any{"phone": number, "paired": true})
	return nil
}
