package backendtest

import (
	"errors"
	"regexp"
	"testing"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
)

func pairByQR(t *testing.T, g Stage) {
	b := g.Open(t)
	before := time.Now()
	l := Pair(t, b, g.Scan)
	if who := l.Sink.Identity(t); who.Number != g.Number || who.Device == "" {
		t.Errorf("paired as %+v, want the number %s and a device", who, g.Number)
	}
	// A code that a phone can't scan in time is of no use; the first one lives for a minute.
	if !l.Sink.until.After(before) || l.Sink.until.After(before.Add(2*time.Minute)) {
		t.Errorf("the QR code ends at %s, begun at %s", l.Sink.until, before)
	}
	if !l.Sink.saw(channel.Pairing) {
		t.Error("the state pairing was never told")
	}
	if _, err := l.PairCode(Context(t), g.Number); !fault.Is(err, fault.Conflict) {
		t.Errorf("a pairing code for a paired session: %v, want a conflict", err)
	}
}

func pairByCode(t *testing.T, g Stage) {
	l := Open(t, g.Open(t), "")
	if _, err := l.PairCode(Context(t), g.Number); !fault.Is(err, fault.Conflict) {
		t.Errorf("a pairing code before connecting: %v, want a conflict", err)
	}
	if err := l.Connect(Context(t)); err != nil {
		t.Fatal(err)
	}
	l.Sink.AwaitQR(t)
	if _, err := l.PairCode(Context(t), "123"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a pairing code for the number 123: %v, want it invalid", err)
	}
	code, err := l.PairCode(Context(t), g.Number)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^[0-9A-Z]{4}-[0-9A-Z]{4}$`).MatchString(code) {
		t.Errorf("pairing code %q, want four characters, a hyphen and four characters", code)
	}
	if err := g.EnterCode(Context(t), code); err != nil {
		t.Fatal(err)
	}
	l.Sink.AwaitState(t, channel.Connected)
	if who := l.Sink.Identity(t); who.Number != g.Number {
		t.Errorf("paired as %+v, want the number %s", who, g.Number)
	}
}

// A session that nobody remembers must not begin to receive.
func pairedOnlyOnceKnown(t *testing.T, g Stage) {
	l := Open(t, g.Open(t), "")
	attempts := 0
	l.Sink.OnPaired(func(backend.Identity) error {
		if l.Sink.saw(channel.Connected) {
			t.Error("connected before the identity was durable")
		}
		if attempts++; attempts == 1 {
			return errors.New("disk full")
		}
		return nil
	})
	if err := l.Connect(Context(t)); err != nil {
		t.Fatal(err)
	}
	if err := g.Scan(Context(t), l.Sink.AwaitQR(t)); err != nil {
		t.Fatal(err)
	}
	l.Sink.AwaitState(t, channel.Connected)
	l.Sink.Identity(t)
}

func unknownDevice(t *testing.T, g Stage) {
	b := g.Open(t)
	for _, device := range []string{"919984351847:99@s.whatsapp.net", "no device at all"} {
		s, err := b.Open(Context(t), backend.SessionOptions{Channel: "TEST-00001", Device: device, Sink: NewSink(), Ledger: NewLedger()})
		if !fault.Is(err, fault.Unpaired) {
			t.Errorf("open %q: %v, %v; want a fault of kind unpaired", device, s, err)
		}
	}
}

func unpair(t *testing.T, g Stage) {
	b := g.Open(t)
	l := Pair(t, b, g.Scan)
	who := l.Sink.Identity(t)
	if err := l.Unpair(Context(t)); err != nil {
		t.Fatal(err)
	}
	if err := l.Connect(Context(t)); !fault.Is(err, fault.Unpaired) {
		t.Errorf("connect after the pairing has ended: %v, want a fault of kind unpaired", err)
	}
	if _, err := l.Send(Context(t), l.Prepare(t, Text(g.Customer, "too late"))); !errors.Is(err, backend.ErrOffline) {
		t.Errorf("send after the pairing has ended: %v, want %v", err, backend.ErrOffline)
	}
	_, err := b.Open(Context(t), backend.SessionOptions{Channel: "TEST-00001", Device: who.Device, Sink: NewSink(), Ledger: NewLedger()})
	if !fault.Is(err, fault.Unpaired) {
		t.Errorf("open after the pairing has ended: %v, want a fault of kind unpaired", err)
	}
}
