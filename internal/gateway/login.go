package gateway

import (
	"context"
	"errors"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
)

// codeWait is how long Login waits for a code to show.
const codeWait = 10 * time.Second

// Login is a code to pair with.
type Login struct {
	// QR is the text to show as a QR code.
	QR string
	// ExpiresAt is until when it can be scanned.
	ExpiresAt time.Time
}

// Login returns the QR code to pair the channel with. It starts the pairing when none is under
// way, also when the codes of the last one ran out, and waits for a code, for 10 s at most: the
// zero Login says that there is none yet. The error is of kind Conflict when the channel is paired,
// Unavailable when no pairing is possible.
func (g *Gateway) Login(ctx context.Context, ch id.Channel) (Login, error) {
	a, err := g.actor(ch)
	if err != nil {
		return Login{}, err
	}
	v, err := a.showCode(ctx)
	if errors.Is(err, errNoCode) {
		return Login{}, nil
	}
	if err != nil {
		return Login{}, err
	}
	return v.qr, nil
}

// LoginCode returns a code that pairs the channel with the number when it is typed into the phone.
// The errors are those of Login; an impossible number is of kind Invalid.
func (g *Gateway) LoginCode(ctx context.Context, ch id.Channel, number id.User) (string, error) {
	if !number.Valid() {
		var p fault.Problems
		p.Add("/PhoneNumber", "must be 1 to 20 digits")
		return "", p.Err()
	}
	a, err := g.actor(ch)
	if err != nil {
		return "", err
	}
	v, err := a.showCode(ctx) // asking for a code needs a pairing that has got that far
	if err != nil {
		return "", err
	}
	return v.session.PairCode(ctx, number)
}

// errNoCode says that no code was shown in time.
var errNoCode = errors.New("no code was shown in time")

// showCode sees to it that a pairing is under way, and returns a view with a QR code.
func (a *actor) showCode(ctx context.Context) (*view, error) {
	if a.view.Load().channel.Paired() {
		return nil, fault.New(fault.Conflict, "Channel already authenticated")
	}
	if err := a.launch(dead); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "Pairing could not be started")
	}
	late := time.NewTimer(codeWait)
	defer late.Stop()
	for {
		v := a.view.Load()
		switch {
		case v.channel.Paired():
			return nil, fault.New(fault.Conflict, "Channel already authenticated")
		case v.session != nil && a.Now().Before(v.qr.ExpiresAt):
			return v, nil
		case v.state.Terminal():
			return nil, &fault.Error{Kind: fault.Unavailable, Code: v.why.fault, Message: "Pairing is not possible", Next: v.why.reason}
		}
		select {
		case <-v.changed:
		case <-late.C:
			return nil, noCode(v.why)
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-a.soft.Done():
			return nil, errNotRunning()
		}
	}
}

func noCode(w why) error {
	return &fault.Error{
		Kind: fault.Unavailable, Code: w.fault, Message: "There is no code to pair with yet", Next: w.reason,
		RetryAfter: 5 * time.Second, Cause: errNoCode,
	}
}

// Logout ends the pairing of a channel, at WhatsApp too if it can be reached. What still waits to
// be sent fails with code "unpaired". The error is of kind Conflict when the channel is not paired.
func (g *Gateway) Logout(ctx context.Context, ch id.Channel) error {
	a, err := g.actor(ch)
	if err != nil {
		return err
	}
	a.control.Lock()
	defer a.control.Unlock()
	v := a.view.Load()
	if !v.channel.Paired() {
		return fault.New(fault.Conflict, "Channel already logged out")
	}
	if v.session == nil {
		// Without a session the keys would stay behind, and WhatsApp would go on delivering to them.
		return fault.New(fault.Unavailable, "The session of this channel is not open yet")
	}
	if err := v.session.Unpair(ctx); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The channel could not be logged out")
	}
	a.change(func(v *view) error {
		a.forget(context.WithoutCancel(ctx), v, backend.StateChange{State: channel.Unpaired})
		return nil
	})
	a.closeSession()
	return nil
}
