// Package process runs tapgate for tests as processes of its own, built as a user builds it, and talks to
// them over HTTP. The tests that share it look at the program from outside.
package process

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Patience bounds every wait.
const Patience = 60 * time.Second

// Build makes the binary as a user would.
func Build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tapgate")
	cmd := exec.Command("go", "build", "-o", path, "tapgate/cmd/tapgate")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// Process is a started program.
type Process struct {
	// Facts are what it printed when it was ready.
	Facts map[string]string
	cmd   *exec.Cmd
	ended chan struct{}
}

// Start runs tapgate with the arguments and returns when it has printed its facts. What it logs is
// appended to the file log.
func Start(binary, log string, args ...string) (*Process, error) {
	cmd := exec.Command(binary, append(args, "--json")...)
	for _, v := range os.Environ() { // what the environment says is meant for the user's own tapgate
		if !strings.HasPrefix(v, "TAPGATE_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	return Begin(cmd, log)
}

// Begin runs a program that prints its facts, one JSON line, when it is ready.
func Begin(cmd *exec.Cmd, log string) (*Process, error) {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p := &Process{cmd: cmd, ended: make(chan struct{})}
	p.cmd.Stderr = f
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
		return p, json.Unmarshal(raw, &p.Facts)
	case <-p.ended:
		said, _ := os.ReadFile(log)
		return nil, fmt.Errorf("%v ended before it was ready: %s", cmd.Args, said[max(0, len(said)-2000):])
	case <-time.After(Patience):
		p.Kill()
		return nil, fmt.Errorf("%v was not ready after %s: see %s", cmd.Args, Patience, log)
	}
}

// PID is the number of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Kill ends the process with SIGKILL.
func (p *Process) Kill() {
	p.cmd.Process.Kill()
	<-p.ended
}

// Stop ends the process softly.
func (p *Process) Stop() error {
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
		return nil
	case <-time.After(Patience):
		p.Kill()
		return fmt.Errorf("did not end after SIGTERM")
	}
}

// FreeAddress picks a loopback address that stays the same over restarts.
func FreeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
