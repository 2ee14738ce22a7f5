package app_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails when anything still runs after every process was stopped, with one exception:
// whatsmeow leaves its read pump behind when a frame arrives while it disconnects: nobody takes the
// frame any more.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("go.mau.fi/whatsmeow/socket.(*FrameSocket).readPump"))
}
