package crash_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait.
const patience = 60 * time.Second

// build makes the binary as a user would.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tapgate")
	cmd := exec.Command("go", "build", "-o", path, "tapgate/cmd/tapgate")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// process is a started tapgate.
type process struct {
	cmd   *exec.Cmd
	facts map[string]string
	ended chan struct{}
}

// start runs tapgate with the arguments and returns when it has printed its facts.
func start(binary, log string, args ...string) (*process, error) {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return begin(exec.Command(binary, append(args, "--json")...), f)
}

// begin runs a process that prints its facts, one JSON line, when it is ready.
func begin(cmd *exec.Cmd, log *os.File) (*process, error) {
	p := &process{cmd: cmd, ended: make(chan struct{})}
	p.cmd.Stderr = log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line := make(chan []byte, 1)
	go func() {
		defer close(p.ended)
		s := bufio.NewScanner(out)
		if s.Scan() {
			line <- append([]byte(nil), s.Bytes()...)
		}
		for s.Scan() {
		}
		p.cmd.Wait()
	}()
	select {
	case raw := <-line:
		return p, json.Unmarshal(raw, &p.facts)
	case <-p.ended:
		return nil, fmt.Errorf("%v ended before it was ready: see %s", cmd.Args, log.Name())
	case <-time.After(patience):
		p.kill()
		return nil, fmt.Errorf("%v was not ready after %s: see %s", cmd.Args, patience, log.Name())
	}
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.ended
}

// stop ends the process softly.
func (p *process) stop() error {
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
		return nil
	case <-time.After(patience):
		p.kill()
		return fmt.Errorf("did not end after SIGTERM")
	}
}

// startReceiver runs this test's own binary as the receiver.
func startReceiver(log string, seed uint64) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	cmd := exec.Command(self, "-test.run=^$")
	cmd.Env = append(os.Environ(), fmt.Sprint(receiverSeed, "=", seed))
	return begin(cmd, f)
}

// freeAddress picks a loopback address that stays the same over restarts.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
