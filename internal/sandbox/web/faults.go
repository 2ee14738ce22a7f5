package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/types"
)

// faultRequest switches one fault on, or off. Each fault reads the fields that it names in takes.
type faultRequest struct {
	Fault string
	// Phone is whom it hits, digits only; "" means anybody.
	Phone string
	// Device is the number of a linked device; nil means all of the phone's.
	Device *int
	// Code is an error code of WhatsApp, such as 401 or 479.
	Code int
	// Status is an HTTP status.
	Status int
	// Count is how many occasions it lasts, 1 when it is not given; 0 switches the fault off.
	Count *int
	// Seconds is how long it lasts, 1 when it is not given.
	Seconds *float64
}

// faultKind is a row of the table of faults.
type faultKind struct {
	Fault string `json:"fault"`
	// Does says in one sentence what happens.
	Does string `json:"does"`
	// Takes names the fields it reads; those in needs must be there.
	Takes []string `json:"takes"`

	needs string
	apply func(*Server, *http.Request, faultRequest) error
}

// faultTable is what can be switched on, in the order of a message's way.
func faultTable() []faultKind {
	return []faultKind{
		{"drop_connection", "Cuts the connection of a device, of all devices of a phone, or of everybody; clients reconnect by themselves.",
			[]string{"phone", "device"}, "", (*Server).dropConnection},
		{"unlink", "Unlinks the devices of a phone, as its owner does under Linked devices.",
			[]string{"phone"}, "phone", func(s *Server, _ *http.Request, f faultRequest) error {
				return s.eachLinked(f, s.Network.Unlink)
			}},
		{"replace_stream", "Ends the connections of a phone's linked devices as another program does that uses their keys.",
			[]string{"phone"}, "phone", func(s *Server, _ *http.Request, f faultRequest) error {
				return s.eachLinked(f, func(d types.JID) error { s.Network.Faults().Replace(d); return nil })
			}},
		{"stream_error", "Ends the connections of a phone's linked devices with an error code, such as 503 or 516.",
			[]string{"phone", "code"}, "code", func(s *Server, _ *http.Request, f faultRequest) error {
				return s.eachLinked(f, func(d types.JID) error { s.Network.Faults().StreamError(d, f.Code); return nil })
			}},
		{"cut_before_process", "Cuts the sender's connection instead of processing its next messages: they are lost on the way.",
			[]string{"phone", "count"}, "", func(s *Server, _ *http.Request, f faultRequest) error {
				s.Network.Faults().CutBeforeProcess(f.Phone, *f.Count)
				return nil
			}},
		{"cut_before_ack", "Processes the sender's next messages and cuts its connection in place of the ack: it can't know that they arrived.",
			[]string{"phone", "count"}, "", func(s *Server, _ *http.Request, f faultRequest) error {
				s.Network.Faults().CutBeforeAck(f.Phone, *f.Count)
				return nil
			}},
		{"fail_login", "Refuses the next logins: 401 logged out, 402 banned for an hour, 403 banned, 405 outdated, 503 unavailable.",
			[]string{"phone", "code", "count"}, "code", func(s *Server, _ *http.Request, f faultRequest) error {
				s.Network.Faults().FailLogin(f.Phone, f.Code, *f.Count)
				return nil
			}},
		{"ban", "Bans a phone for some seconds from its next login on: logins are refused until it is over.",
			[]string{"phone", "seconds"}, "phone", func(s *Server, _ *http.Request, f faultRequest) error {
				s.Network.Faults().Ban(f.Phone, time.Duration(*f.Seconds*float64(time.Second)))
				return nil
			}},
		{"ask_passkey", "Makes the next pairings with a phone ask for its passkey in place of linking the device.",
			[]string{"phone", "count"}, "", func(s *Server, _ *http.Request, f faultRequest) error {
				s.Network.Faults().AskPasskey(f.Phone, *f.Count)
				return nil
			}},
		{"nack", "Refuses the sender's next messages with an ack error, such as 405, 463, 473 or 479.",
			[]string{"phone", "code", "count"}, "code", func(s *Server, _ *http.Request, f faultRequest) error {
				s.Network.Faults().Nack(f.Phone, f.Code, *f.Count)
				return nil
			}},
		{"nack_retries", "Refuses the next answers to retry receipts with an ack error, whoever sends them.",
			[]string{"code", "count"}, "code", func(s *Server, _ *http.Request, f faultRequest) error {
				s.Network.Faults().NackRetries(f.Code, *f.Count)
				return nil
			}},
		{"wipe_sessions", "Makes a customer's phone forget all its Signal sessions, as a reinstalled app: what is sent to it needs a retry receipt.",
			[]string{"phone"}, "phone", (*Server).wipeSessions},
		{"drain_prekeys", "Uses up the one-time keys of a phone's devices.",
			[]string{"phone"}, "phone", func(s *Server, _ *http.Request, f faultRequest) error {
				s.Network.Faults().DrainPreKeys(f.Phone)
				return nil
			}},
		{"mute_pings", "Leaves the next keepalives unanswered, as a connection that died without a word.",
			[]string{"phone", "count"}, "", func(s *Server, _ *http.Request, f faultRequest) error {
				s.Network.Faults().MutePings(f.Phone, *f.Count)
				return nil
			}},
		{"restart_listener", "Drops all connections to the emulated network and refuses new ones for some seconds.",
			[]string{"seconds"}, "", func(s *Server, _ *http.Request, f faultRequest) error {
				s.Network.Faults().RefuseConnections(time.Duration(*f.Seconds * float64(time.Second)))
				return nil
			}},
		{"webhook_fail", "Makes the webhook inbox answer the next requests with an HTTP status, 500 when none is given; it keeps them all the same.",
			[]string{"status", "count"}, "", func(s *Server, _ *http.Request, f faultRequest) error {
				s.Inbox.Fail(f.Status, *f.Count)
				return nil
			}},
	}
}

func (s *Server) listFaults(w http.ResponseWriter, _ *http.Request) error {
	writeJSON(w, http.StatusOK, faultTable())
	return nil
}

func (s *Server) switchFault(w http.ResponseWriter, r *http.Request) error {
	var in faultRequest
	if err := readJSON(r, bodyLimit, &in); err != nil {
		return err
	}
	kind, err := in.check()
	if err != nil {
		return err
	}
	if err := kind.apply(s, r, in); err != nil {
		return err
	}
	s.Log.InfoContext(r.Context(), "fault switched", "fault", in.Fault, "count", *in.Count)
	writeJSON(w, http.StatusOK, map[string]any{"fault": in.Fault, "on": *in.Count > 0})
	return nil
}

// check fills what is not given and names all that is wrong.
func (f *faultRequest) check() (faultKind, error) {
	var wrong faults
	table := faultTable()
	at := slices.IndexFunc(table, func(k faultKind) bool { return k.Fault == f.Fault })
	if at < 0 {
		names := make([]string, len(table))
		for i, k := range table {
			names[i] = k.Fault
		}
		wrong.add("fault %q is not known; there are %s", f.Fault, strings.Join(names, ", "))
		return faultKind{}, wrong.err()
	}
	kind := table[at]
	if kind.needs == "phone" || f.Phone != "" {
		f.Phone = wrong.number("phone", f.Phone)
	}
	if kind.needs == "code" && (f.Code < 400 || f.Code > 599) {
		wrong.add("code must be 400 to 599")
	}
	f.Count = orOne(&wrong, "count", f.Count, 100_000)
	f.Seconds = orOne(&wrong, "seconds", f.Seconds, 600) // ten minutes: longer than any client waits
	if f.Device != nil && (*f.Device < 0 || *f.Device > 99 || f.Phone == "") {
		wrong.add("device must be 0 to 99, beside a phone")
	}
	if f.Status == 0 {
		f.Status = http.StatusInternalServerError
	}
	if f.Status < 300 || f.Status > 599 {
		wrong.add("status must be 300 to 599")
	}
	return kind, wrong.err()
}

// orOne returns n, or 1 when there is none; it must be 0 to limit.
func orOne[N int | float64](wrong *faults, field string, n *N, limit N) *N {
	if n == nil {
		one := N(1)
		return &one
	}
	if *n < 0 || *n > limit {
		wrong.add("%s must be 0 to %v", field, limit)
	}
	return n
}

func (s *Server) dropConnection(_ *http.Request, f faultRequest) error {
	switch {
	case f.Phone == "":
		s.Network.Faults().Drop(types.EmptyJID)
	case f.Device != nil:
		s.Network.Faults().Drop(types.NewADJID(f.Phone, 0, uint8(*f.Device)))
	default:
		for _, device := range s.Network.Devices(f.Phone) {
			s.Network.Faults().Drop(device)
		}
	}
	return nil
}

// eachLinked does something to each linked device of a phone; there has to be one.
func (s *Server) eachLinked(f faultRequest, do func(types.JID) error) error {
	linked := slices.DeleteFunc(s.Network.Devices(f.Phone), func(d types.JID) bool { return d.Device == 0 })
	if len(linked) == 0 {
		return notFound("there is no linked device of this phone")
	}
	for _, d := range linked {
		if err := do(d); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) wipeSessions(r *http.Request, f faultRequest) error {
	p, ok := s.Book.Phone(f.Phone)
	if !ok {
		return notFound("there is no customer with this phone")
	}
	ctx, cancel := within(r)
	defer cancel()
	return p.Wipe(ctx)
}
