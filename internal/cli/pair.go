package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/mdp/qrterminal/v3"
)

// pairing is embedded in the commands that pair a channel.
type pairing struct {
	Phone   string        `help:"Pair by a code that is typed into the phone of this number, in place of a QR code." placeholder:"NUMBER"`
	Timeout time.Duration `help:"Give up after this time." default:"10m"`
}

type channelPair struct {
	oneChannel
	pairing
}

// Run pairs the channel.
func (p *channelPair) Run(c *console) error {
	path, err := p.path(c.ctx)
	if err != nil {
		return err
	}
	return p.run(c, &p.operator, path)
}

// pairLook is how often it is looked whether a phone has scanned.
const pairLook = time.Second

// progress is a line of JSON about a pairing.
type progress struct {
	Event  string `json:"event"` // qr, code, state, connected
	QR     string `json:"rowdata,omitempty"`
	Expire int    `json:"expire,omitempty"`
	Code   string `json:"code,omitempty"`
	State  string `json:"state,omitempty"`
	Fault  string `json:"fault,omitempty"`
	Reason string `json:"reason,omitempty"`
	Number string `json:"number,omitempty"`
}

// pairer pairs one channel and tells how it gets on.
type pairer struct {
	*console
	*operator
	path, phone string
	shown       string // the QR text or the pairing code that was shown last
	state       string // and the state
	reason      string
}

// run shows a code whenever there is a new one, until the channel is connected.
func (p *pairing) run(c *console, o *operator, path string) error {
	ctx, cancel := context.WithTimeout(c.ctx, p.Timeout)
	defer cancel()
	w := pairer{console: c, operator: o, path: path, phone: p.Phone}
	for {
		done, err := w.step(ctx)
		if ctx.Err() != nil && c.ctx.Err() == nil {
			return fmt.Errorf("not paired within %s; the channel is %s", p.Timeout, dash(w.state))
		}
		if done || err != nil {
			return err
		}
		t := time.NewTimer(pairLook)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
		}
	}
}

// step looks once how things stand.
func (w *pairer) step(ctx context.Context) (done bool, err error) {
	var ch channelInfo
	if err := w.remote().get(ctx, w.path, &ch); err != nil {
		return false, err
	}
	if ch.State == "connected" {
		return true, w.say(progress{Event: "connected", Number: ch.Number}, "Paired with %s and connected.\n", ch.Number)
	}
	if err := w.moved(ch); err != nil {
		return false, err
	}
	if ch.Number != "" {
		if ch.State == "banned" || ch.State == "outdated" {
			return false, fmt.Errorf("the channel is %s: %s", ch.State, ch.Reason)
		}
		return false, nil // scanned, on its way
	}
	if w.phone != "" {
		err = w.code(ctx, ch)
	} else {
		err = w.qr(ctx)
	}
	no := (*refused)(nil)
	if errors.As(err, &no) && (no.status == http.StatusConflict || no.status == http.StatusServiceUnavailable) {
		return false, nil // paired meanwhile, or no code yet
	}
	return false, err
}

// moved tells of another state.
func (w *pairer) moved(ch channelInfo) error {
	if ch.State == w.state && ch.Reason == w.reason {
		return nil
	}
	first := w.state == ""
	if w.state, w.reason = ch.State, ch.Reason; first {
		return nil // it is where it was left, and no news
	}
	text := ch.State
	if ch.Reason != "" {
		text += ": " + ch.Reason
	}
	return w.say(progress{Event: "state", State: ch.State, Fault: ch.Fault, Reason: ch.Reason, Number: ch.Number}, "... %s\n", text)
}

func (w *pairer) qr(ctx context.Context) error {
	var code struct {
		RowData string
		Expire  int
	}
	if err := w.remote().get(ctx, w.path+"/login", &code); err != nil || code.RowData == "" || code.RowData == w.shown {
		return err
	}
	w.shown = code.RowData
	err := w.say(progress{Event: "qr", QR: code.RowData, Expire: code.Expire},
		"Scan this with the phone whose number shall send (Linked devices, Link a device). It is good for %d seconds.\n\n", code.Expire)
	if err == nil && !w.JSON {
		qrterminal.GenerateHalfBlock(code.RowData, qrterminal.L, w.stdout)
	}
	return err
}

// code asks for a pairing code, once for each time that the channel begins to pair.
func (w *pairer) code(ctx context.Context, ch channelInfo) error {
	if w.shown != "" && ch.State == "pairing" {
		return nil
	}
	var got struct{ Code string }
	err := w.remote().do(ctx, http.MethodPost, w.path+"/login/code", map[string]string{"phone": w.phone}, &got)
	if err != nil {
		return err
	}
	w.shown = got.Code
	return w.say(progress{Event: "code", Code: got.Code}, "Type this code into the phone of %s (Linked devices, Link with phone number instead):\n\n    %s\n\n", w.phone, got.Code)
}

// say tells programs by a line of JSON, people by a text.
func (w *pairer) say(p progress, format string, args ...any) error {
	if w.JSON {
		return w.line(p)
	}
	_, err := fmt.Fprintf(w.stdout, format, args...)
	return err
}
