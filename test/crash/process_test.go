package crash_test

import (
	"fmt"
	"os"
	"os/exec"

	"tapgate/test/process"
)

// startReceiver runs this test's own binary as the receiver.
func startReceiver(log string, seed uint64) (*process.Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "-test.run=^$")
	cmd.Env = append(os.Environ(), fmt.Sprint(receiverSeed, "=", seed))
	return process.Begin(cmd, log)
}
