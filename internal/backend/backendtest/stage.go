// Package backendtest is the suite that every implementation of the backend contract passes, and
// the sink and ledger to try one with.
package backendtest

import (
	"context"
	"testing"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// Patience bounds every wait of the suite.
const Patience = 20 * time.Second

// Stage is a network with a number to pair, somebody to talk with, and hands for what goes wrong.
type Stage struct {
	// Open opens the backend, on the same storage each time. The suite closes it.
	Open func(t *testing.T) backend.Backend
	// Number is the number to pair. It is not paired at first.
	Number id.User
	// Scan lets the number's phone scan a QR code.
	Scan func(ctx context.Context, qr string) error
	// EnterCode lets the number's phone enter a pairing code.
	EnterCode func(ctx context.Context, code string) error

	// Customer is the number of somebody with a phone.
	Customer id.User
	// Write lets the customer write a text to Number.
	Write func(ctx context.Context, text string) error
	// Shown returns the texts of others that the customer's phone shows, oldest first.
	Shown func() []string
	// Cited returns what those texts cite, as the customer's phone finds it by the citation.
	Cited func() []string
	// WriteFile lets the customer send a document.
	WriteFile func(ctx context.Context, name, mimeType string, data []byte) error
	// Files returns the files of others that the customer's phone holds, decrypted, oldest first, and
	// of one message from top to bottom.
	Files func(ctx context.Context) ([][]byte, error)
	// Read lets the customer read everything.
	Read func(ctx context.Context) error

	// Cut cuts the session's connection.
	Cut func()
	// CutBeforeAck cuts it instead of the next ack to a message, which the network has accepted.
	CutBeforeAck func()
	// Refuse refuses the next message with a code.
	Refuse func(code int)
}

// Run tries the backend of a stage. It calls set once for each test.
func Run(t *testing.T, set func(t *testing.T) Stage) {
	for name, test := range map[string]func(*testing.T, Stage){
		"PairByQR":             pairByQR,
		"PairByCode":           pairByCode,
		"PairedOnlyOnceKnown":  pairedOnlyOnceKnown,
		"UnknownDevice":        unknownDevice,
		"Unpair":               unpair,
		"Send":                 send,
		"SendAgain":            sendAgain,
		"SendOnceStored":       sendOnceStored,
		"SendOverACut":         sendOverACut,
		"SendOffline":          sendOffline,
		"SendRefused":          sendRefused,
		"SendToNobody":         sendToNobody,
		"PrepareRefuses":       prepareRefuses,
		"SendMedia":            sendMedia,
		"CompleteRefuses":      completeRefuses,
		"ReceiveMedia":         receiveMedia,
		"QuoteAndEdit":         quoteAndEdit,
		"Receive":              receive,
		"ReceiveAfterFailure":  receiveAfterFailure,
		"ReceiveAfterPanic":    receiveAfterPanic,
		"ReceiveAfterRestart":  receiveAfterRestart,
		"Statuses":             statuses,
		"ReconnectAfterCut":    reconnectAfterCut,
		"CloseEndsEverything":  closeEndsEverything,
		"TypingWhileConnected": typing,
	} {
		t.Run(name, func(t *testing.T) { test(t, set(t)) })
	}
}

// Context returns a context that ends with the test, and after three times Patience.
func Context(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*Patience)
	t.Cleanup(cancel)
	return ctx
}

// Line is a session with its sink and ledger.
type Line struct {
	backend.Session
	Sink   *Sink
	Ledger *Ledger
	// Device is the key to open the session again; "" until it is paired.
	Device string
}

// Open opens a session. The test closes it at its end, if not before.
func Open(t testing.TB, b backend.Backend, device string) Line {
	t.Helper()
	l := Line{Sink: NewSink(), Ledger: NewLedger(), Device: device}
	l.Session = l.reopen(t, b)
	return l
}

// Reopen opens the session of the same device with the same ledger and a new sink.
func (l Line) Reopen(t testing.TB, b backend.Backend) Line {
	t.Helper()
	l.Sink = NewSink()
	l.Session = l.reopen(t, b)
	return l
}

func (l Line) reopen(t testing.TB, b backend.Backend) backend.Session {
	t.Helper()
	s, err := b.Open(Context(t), backend.SessionOptions{Channel: "TEST-00001", Device: l.Device, Sink: l.Sink, Ledger: l.Ledger})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the session: %v", err)
		}
	})
	return s
}

// Pair connects a new session, pairs it by QR and waits until it is connected and has been told its
// name, after which nothing of the pairing is under way any more.
func Pair(t testing.TB, b backend.Backend, scan func(ctx context.Context, qr string) error) Line {
	t.Helper()
	l := Open(t, b, "")
	if err := l.Connect(Context(t)); err != nil {
		t.Fatal(err)
	}
	if err := scan(Context(t), l.Sink.AwaitQR(t)); err != nil {
		t.Fatal(err)
	}
	l.Sink.AwaitState(t, channel.Connected)
	l.Sink.AwaitName(t)
	l.Device = l.Sink.Identity(t).Device
	return l
}

// Post prepares a message, completes it with files of Samples, puts it into the ledger as a gateway
// does, sends it, and returns the envelope.
func (l Line) Post(t testing.TB, d backend.Draft) backend.Envelope {
	t.Helper()
	e, err := l.Complete(Context(t), l.Prepare(t, d), Samples().Open)
	if err != nil {
		t.Fatalf("complete: %v", err)
	}
	l.Ledger.Put(e, time.Time{})
	ack, err := l.Send(Context(t), e)
	if err != nil {
		t.Fatalf("send: %v", err)
	}
	l.Ledger.Put(e, ack.At)
	return e
}

// Prepare prepares a message that must be accepted.
func (l Line) Prepare(t testing.TB, d backend.Draft) backend.Envelope {
	t.Helper()
	e, err := l.Session.Prepare(Context(t), d)
	if err != nil {
		t.Fatalf("prepare: %v", err)
	}
	return e
}

// Text is a draft of a text for a private chat.
func Text(to id.User, body string) backend.Draft {
	return backend.Draft{Chat: to.Private(), Content: message.Text{Body: body}}
}
