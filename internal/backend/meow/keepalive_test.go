package meow_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"

	"tapgate/internal/backend"
	"tapgate/internal/backend/backendtest"
	"tapgate/internal/channel"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// impatient is set for a process of its own, whose keepalives are quick: how quick is a variable of
// the library, and nothing may use it while it is set.
const impatient = "TAPGATE_TEST_IMPATIENT"

// A connection that died without a word shows, and is renewed when it does not come back.
func TestKeepaliveLost(t *testing.T) {
	if os.Getenv(impatient) == "" {
		child := exec.CommandContext(backendtest.Context(t), os.Args[0], "-test.run=^TestKeepaliveLost$", "-test.v") //nolint:gosec // itself
		child.Env = append(os.Environ(), impatient+"=1")
		if out, err := child.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	whatsmeow.KeepAliveIntervalMin, whatsmeow.KeepAliveIntervalMax = 50*time.Millisecond, 60*time.Millisecond
	whatsmeow.KeepAliveResponseDeadline = 300 * time.Millisecond
	whatsmeow.KeepAliveMaxFailTime = time.Second
	w := newWorld(t)
	line := w.pair(t)

	const forGood = 1 << 30 // of the number's other devices too
	w.net.Faults().MutePings(business, forGood)
	if got := line.Sink.AwaitState(t, channel.Waiting); got.Reason == "" {
		t.Error("no reason is given")
	}
	line.Sink.AwaitState(t, channel.Connected) // by a new login alone: no keepalive is answered
	line.Sink.AwaitState(t, channel.Waiting)
	w.net.Faults().MutePings(business, 0)
	line.Sink.AwaitState(t, channel.Connected)
	line.Post(t, backend.Draft{Chat: id.User(jonathan).Private(), Content: message.Text{Body: "still here"}})
}
