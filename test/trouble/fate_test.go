package trouble_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"tapgate/internal/channel"
	"tapgate/test/process"
)

// fate is the trouble of a channel.
type fate struct {
	name string
	// faults bring it about. Those of again come again and again.
	faults []fault
	again  bool
	// slow faults are noticed after half a minute or later.
	slow bool
	// state is where the channel stands then, "" when it comes back soon; why is the name of its fault, ""
	// where it may be over before it is told.
	state, why string
	// heals says that it comes back by itself after a minute.
	heals bool
}

type fault map[string]any

var fates = []fate{
	{name: "cut", again: true, faults: []fault{{"fault": "drop_connection"}}},
	{name: "ack lost", again: true, faults: []fault{{"fault": "cut_before_ack"}}},
	{name: "message lost", again: true, faults: []fault{{"fault": "cut_before_process"}}},
	{name: "stream error", again: true, faults: []fault{{"fault": "stream_error", "code": 516}}},
	{name: "server restarts", again: true, faults: []fault{{"fault": "fail_login", "code": 503, "count": 1}, {"fault": "stream_error", "code": 503}}},
	{name: "silent", slow: true, faults: []fault{{"fault": "mute_pings", "count": 3}}},
	{name: "replaced", state: "waiting", why: "replaced", heals: true, faults: []fault{{"fault": "replace_stream"}}},
	{name: "refused", state: "waiting", why: "login_409", heals: true, faults: []fault{{"fault": "fail_login", "code": 409, "count": 1}, {"fault": "stream_error", "code": 503}}},
	{name: "asked for a token", state: "waiting", why: "login_413", heals: true, faults: []fault{{"fault": "fail_login", "code": 413, "count": 1}, {"fault": "stream_error", "code": 503}}},
	{name: "banned", state: "banned", why: "login_402_101", faults: []fault{{"fault": "fail_login", "code": 402, "count": 1}, {"fault": "stream_error", "code": 503}}},
	{name: "banned for a moment", why: "login_402_101", faults: []fault{{"fault": "ban", "seconds": 2}, {"fault": "stream_error", "code": 503}}},
	{name: "outdated", state: "outdated", why: "login_405", faults: []fault{{"fault": "fail_login", "code": 405, "count": 1}, {"fault": "stream_error", "code": 503}}},
	{name: "unlinked", state: "unpaired", why: "login_401", faults: []fault{{"fault": "unlink"}}},
	{name: "locked", state: "unpaired", why: "login_403", faults: []fault{{"fault": "fail_login", "code": 403, "count": 1}, {"fault": "stream_error", "code": 503}}},
}

// suffer brings the fate about, and sends meanwhile as a program does that knows nothing of it.
func (s *shop) suffer(over <-chan struct{}) {
	pause(over, time.Duration(s.random.Int64N(int64(2**pace))))
	for first := true; first || s.fate.again; first = false {
		for _, f := range s.fate.faults {
			hit := fault{"phone": s.number}
			for k, v := range f {
				hit[k] = v
			}
			if err := s.operator.Call(s.t.Context(), "POST", s.sandbox("/faults"), hit, "", nil); err != nil {
				s.t.Errorf("%s: %s: %v", s, f["fault"], err)
			}
			s.hits++
		}
		s.attempt()
		if !pause(over, time.Duration(s.random.Int64N(int64(4**pace)))) {
			return
		}
	}
	for pause(over, time.Duration(s.random.Int64N(int64(4**pace)))) {
		s.attempt()
	}
}

// soon is how long a program waits that has other things to do than to wait for an ack.
const soon = 500 * time.Millisecond

// attempt sends without a claim to be served, but to an honest answer. What is not answered soon it
// asks for again later.
func (s *shop) attempt() {
	ctx, cancel := context.WithTimeout(s.t.Context(), soon)
	defer cancel()
	s.sends++
	_, _, err := s.repeat(ctx, s.sends)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		s.open = append(s.open, s.sends)
	default:
		s.refuse(err)
	}
}

// settle asks for what was not answered.
func (s *shop) settle() {
	for _, n := range s.open {
		if _, _, err := s.repeat(s.t.Context(), n); err != nil {
			s.refuse(err)
		}
	}
}

// refuse counts an answer that only a channel may give that was unlinked.
func (s *shop) refuse(err error) {
	s.refusals++
	no := (*process.Refused)(nil)
	if s.fate.state != "unpaired" || !errors.As(err, &no) || no.Status != http.StatusUnauthorized {
		s.t.Errorf("%s: a send was answered with %v", s, err)
	}
}

// diagnosed waits until the channel has told what it has, and stands where that leads; and helps it where
// only a person can.
func (s *shop) diagnosed() {
	f := s.fate
	if f.slow && *patient {
		f.why = channel.Silent
	}
	if f.why != "" {
		process.Eventually(s.t, fmt.Sprintf("the webhook of %s was told %s", s, f.why), func() bool { return slices.Contains(s.faults(), f.why) })
	}
	switch {
	case f.state == "", f.heals && *patient:
		s.becomes("connected", "")
	case !f.heals: // else a minute may be over, or not
		s.becomes(f.state, f.why)
	}
	if f.state == "unpaired" {
		s.pair()
	}
}
