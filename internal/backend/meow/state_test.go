package meow_test

import (
	"errors"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types"

	"tapgate/internal/backend"
	"tapgate/internal/backend/backendtest"
	"tapgate/internal/backend/meow"
	"tapgate/internal/channel"
	"tapgate/internal/fault"
)

// The failures of a login, as WhatsApp tells them by their code.
func TestFailedLogin(t *testing.T) {
	for code, want := range map[int]channel.State{
		401: channel.Unpaired,
		402: channel.Banned,
		405: channel.Outdated,
		503: channel.Connected, // passes by itself
	} {
		t.Run(string(want), func(t *testing.T) {
			w := newWorld(t)
			b := w.open(t)
			line := backendtest.Pair(t, b, w.scan)
			if err := line.Close(); err != nil {
				t.Fatal(err)
			}
			w.net.Faults().FailLogin(business, code, 1)
			line = line.Reopen(t, b)
			before := w.now()
			if err := line.Connect(backendtest.Context(t)); err != nil {
				t.Fatal(err)
			}
			got := line.Sink.AwaitState(t, want)
			if (got.Reason == "") != (want == channel.Connected) {
				t.Errorf("the reason for %s is %q", want, got.Reason)
			}
			if banned := want == channel.Banned; banned != got.Until.After(before) {
				t.Errorf("%s until %s", want, got.Until)
			}
		})
	}
}

// A temporary ban is over by itself: what waits then leaves, though nobody asks.
func TestBanIsOver(t *testing.T) {
	w := newWorld(t)
	b := w.open(t)
	line := backendtest.Pair(t, b, w.scan)
	settled(t, w)
	w.net.Faults().Ban(business, 2*time.Second)
	devices := w.net.Devices(business)
	w.net.Faults().StreamError(devices[len(devices)-1], 503)
	got := line.Sink.AwaitState(t, channel.Banned)
	if left := got.Until.Sub(w.now()); left <= 0 || left > 3*time.Second || got.Fault != "login_402_101" {
		t.Errorf("banned for %s with fault %s", left, got.Fault)
	}
	line.Sink.AwaitState(t, channel.Connected)
}

func TestUnlinkedByThePhone(t *testing.T) {
	w := newWorld(t)
	b := w.open(t)
	line := backendtest.Pair(t, b, w.scan)
	settled(t, w)
	devices := w.net.Devices(business)
	if err := w.net.Unlink(devices[len(devices)-1]); err != nil {
		t.Fatal(err)
	}
	if got := line.Sink.AwaitState(t, channel.Unpaired); got.Reason == "" {
		t.Error("no reason is given")
	}
	if err := line.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := b.Open(backendtest.Context(t), backend.SessionOptions{Channel: "TEST-00001", Device: line.Device, Sink: line.Sink, Ledger: line.Ledger})
	if !fault.Is(err, fault.Unpaired) {
		t.Errorf("open the unlinked device: %v, want a fault of kind unpaired", err)
	}
}

// settled waits until the phone's settings were fetched: the library can't bear to be unlinked before.
func settled(t *testing.T, w *world) {
	t.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for ctx := backendtest.Context(t); !w.book.Settled(business); <-look.C {
		if ctx.Err() != nil {
			t.Fatal("the settings of the phone were not fetched")
		}
	}
}

// A server that is away is waited for.
func TestServerIsAway(t *testing.T) {
	w := newWorld(t)
	b := w.open(t)
	line := backendtest.Pair(t, b, w.scan)
	if err := line.Close(); err != nil {
		t.Fatal(err)
	}
	w.net.Faults().RefuseConnections(time.Second)
	line = line.Reopen(t, b)
	if err := line.Connect(backendtest.Context(t)); err != nil {
		t.Fatal(err)
	}
	line.Sink.AwaitState(t, channel.Waiting)
	line.Sink.AwaitState(t, channel.Connected)
}

// An unpaired session is not connected again by itself: somebody has to want its QR codes.
func TestPairingEndsWithTheConnection(t *testing.T) {
	w := newWorld(t)
	line := backendtest.Open(t, w.open(t), "")
	if err := line.Connect(backendtest.Context(t)); err != nil {
		t.Fatal(err)
	}
	line.Sink.AwaitQR(t)
	w.net.Faults().Drop(types.EmptyJID)
	line.Sink.AwaitState(t, channel.Idle)
	if err := line.Connect(backendtest.Context(t)); err != nil {
		t.Fatal(err)
	}
	line.Sink.AwaitState(t, channel.Pairing)
	if err := w.scan(backendtest.Context(t), line.Sink.AwaitQR(t)); err != nil {
		t.Fatal(err)
	}
	line.Sink.AwaitState(t, channel.Connected)
}

// The phone lists the device until WhatsApp has been told.
func TestUnpairTellsWhatsApp(t *testing.T) {
	w := newWorld(t)
	line := w.pair(t)
	if n := len(w.net.Devices(business)); n != 2 {
		t.Fatalf("the account has %d devices, want the phone and ours", n)
	}
	if err := line.Unpair(backendtest.Context(t)); err != nil {
		t.Fatal(err)
	}
	if devices := w.net.Devices(business); len(devices) != 1 || devices[0].Device != 0 {
		t.Errorf("the account has the devices %v, want the phone alone", devices)
	}
}

func TestOneNetworkForTheProcess(t *testing.T) {
	w := newWorld(t)
	if err := meow.UseNetwork(w.net.RootKey()); err != nil {
		t.Errorf("the same network again: %v", err)
	}
	if err := meow.UseNetwork([32]byte{1}); !errors.Is(err, meow.ErrNetwork) {
		t.Errorf("another network: %v, want %v", err, meow.ErrNetwork)
	}
	w.pair(t) // the first one is still in use
}
