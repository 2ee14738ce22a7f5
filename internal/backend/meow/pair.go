package meow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
)

// How long a QR code can be scanned. WhatsApp hands out six at once, of which the first lives
// longer; it closes the connection when they are used up.
const (
	firstCodeLife = time.Minute
	nextCodeLife  = 20 * time.Second
	codesAtOnce   = 6
)

// loginPause is how long adopt waits for WhatsApp to ask for the login that follows a pairing.
const loginPause = 5 * time.Second

// pairing is what goes on while a session is not paired.
type pairing struct {
	// rotated takes the secret that replaces the one in the codes shown.
	rotated chan *events.RotateADVSecret
	// relogin takes a token when WhatsApp asks for a login with the new identity.
	relogin chan struct{}

	mu     sync.Mutex
	cancel context.CancelFunc // ends the showing of codes; nil when none are shown
}

func newPairing() pairing {
	return pairing{rotated: make(chan *events.RotateADVSecret, 1), relogin: make(chan struct{}, 1)}
}

// start returns the context in which codes may be shown, and ends an earlier one.
func (p *pairing) start(ctx context.Context) context.Context {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cancel != nil {
		p.cancel()
	}
	ctx, p.cancel = context.WithCancel(ctx)
	return ctx
}

func (p *pairing) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
}

func (p *pairing) showing() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cancel != nil
}

// pairingEvent takes an event of a pairing, and reports whether it was one.
func (s *session) pairingEvent(evt any) bool {
	switch e := evt.(type) {
	case *events.QR:
		ctx := s.pairing.start(s.ctx)
		s.spawn(func() { s.showCodes(ctx, e.Codes) })
	case *events.RotateADVSecret:
		select {
		case s.pairing.rotated <- e:
		default: // the one before is not shown yet; its codes are replaced once more by the next
		}
	case *events.PairSuccess:
		s.pairing.stop()
		s.mu.Lock()
		s.own = own{pn: e.ID.ToNonAD(), lid: e.LID.ToNonAD(), device: e.ID}
		s.mu.Unlock()
		s.spawn(func() { s.adopt(backend.Identity{Device: e.ID.String(), Number: id.User(e.ID.User)}) })
	case *events.ManualLoginReconnect:
		select {
		case s.pairing.relogin <- struct{}{}:
		default:
		}
	case *events.PairError:
		s.pairing.stop()
		s.log.Warn("pairing failed", "error", e.Error)
		s.trouble(channel.PairingError)
	case *events.QRScannedWithoutMultidevice:
		s.trouble(channel.PhoneTooOld)
	case *events.PairPasskeyRequest, *events.PairPasskeyError:
		// The codes shown are worth nothing any more: the library has replaced the secret in them.
		s.pairing.stop()
		s.spawn(s.client.Disconnect)
		s.trouble(channel.Passkey)
	default:
		return false
	}
	return true
}

// showCodes shows QR codes until the context ends or they run out.
func (s *session) showCodes(ctx context.Context, codes []string) {
	ranOut := show(ctx, codes, s.pairing.rotated, s.now, func(code string, until time.Time) {
		_ = s.guard(func() error {
			s.Sink.QR(s.ctx, code, until)
			return nil
		})
	})
	if ranOut {
		s.pairing.stop()
		s.client.Disconnect()
		s.trouble(channel.CodesRanOut)
	}
}

// show calls each with one code after the other and until when it can be scanned. It reports false
// when the context ended before the codes ran out.
func show(ctx context.Context, codes []string, rotated <-chan *events.RotateADVSecret, now func() time.Time, each func(string, time.Time)) bool {
	for len(codes) > 0 {
		life := nextCodeLife
		if len(codes) == codesAtOnce {
			life = firstCodeLife
		}
		each(codes[0], now().Add(life))
		t := time.NewTimer(life)
		select {
		case <-t.C:
			codes = codes[1:]
		case r := <-rotated:
			fresh := make([]string, len(codes))
			for i, c := range codes {
				fresh[i] = strings.Replace(c, r.OldSecret, r.NewSecret, 1)
			}
			codes = fresh
		case <-ctx.Done():
			t.Stop()
			return false
		}
		t.Stop()
	}
	return true
}

// adopt reports a new identity until it is durable, and only then logs in with it: what arrives
// on a session that nobody remembers would be acked and lost. When the process dies before, the
// phone lists a device that never logs in, and the channel is paired again.
func (s *session) adopt(who backend.Identity) {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := s.guard(func() error { return s.Sink.Paired(s.ctx, who) })
		if err == nil {
			break
		}
		s.log.Error("identity not stored", "error", err)
		if !s.sleep(wait) {
			return
		}
	}
	t := time.NewTimer(loginPause)
	defer t.Stop()
	select {
	case <-s.pairing.relogin:
	case <-t.C: // WhatsApp closed the connection instead of asking
	case <-s.ctx.Done():
		return
	}
	s.client.Disconnect()
	s.dial()
}

// PairCode implements backend.Session.
func (s *session) PairCode(ctx context.Context, number id.User) (string, error) {
	if s.identity().paired() {
		return "", fault.New(fault.Conflict, "The channel is paired already")
	}
	if !s.pairing.showing() {
		return "", fault.New(fault.Conflict, "The channel is not ready to be paired yet; wait for its QR code")
	}
	// The name must be a browser and system that WhatsApp knows; it answers 400 to others.
	code, err := s.client.PairPhone(ctx, string(number), true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	iq := (*whatsmeow.IQError)(nil)
	switch {
	case err == nil:
		return code, nil
	case errors.Is(err, whatsmeow.ErrPhoneNumberTooShort), errors.Is(err, whatsmeow.ErrPhoneNumberIsNotInternational):
		return "", fault.Wrap(fault.Invalid, err, "A pairing code needs the full phone number with its country code")
	case errors.As(err, &iq) && iq.Code == 429:
		return "", fault.Wrap(fault.Busy, err, "WhatsApp gives no more pairing codes for this number for a while")
	case errors.As(err, &iq) && iq.Code >= 400 && iq.Code < 500:
		return "", fault.Wrap(fault.Forbidden, err, "WhatsApp gives no pairing code for this number")
	}
	return "", fmt.Errorf("ask for a pairing code: %w", err)
}

// Unpair implements backend.Session. WhatsApp's answer matters little: the keys are deleted here,
// so that nobody can use the session again, and the phone shows the device until it is removed.
//
// The library's own Logout also takes the stores away from its goroutines while they use them;
// here they lose their context first, and keep their stores.
func (s *session) Unpair(ctx context.Context) error {
	if !s.identity().paired() {
		s.pairing.stop()
		s.client.Disconnect()
		return nil
	}
	if err := s.account.enter(ctx); err != nil {
		return err
	}
	defer s.account.leave()
	if s.connected() {
		if err := s.logOut(ctx); err != nil {
			s.log.Warn("not logged out at WhatsApp", "error", err)
		}
	}
	s.end()
	s.online.Store(false)
	s.disconnect()
	return s.deleteKeys()
}

// logOut tells WhatsApp that the device is no more.
func (s *session) logOut(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, ackPatience)
	defer cancel()
	_, err := s.internals().SendIQ(ctx, whatsmeow.DangerousInfoQuery{
		Namespace: "md", Type: "set", To: types.ServerJID, NoRetry: true,
		Content: []waBinary.Node{{Tag: "remove-companion-device", Attrs: waBinary.Attrs{
			"jid": s.identity().device, "reason": "user_initiated",
		}}},
	})
	return err
}
