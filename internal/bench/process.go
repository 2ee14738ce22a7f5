package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

const (
	// startWait bounds a start, stopWait the end of a process that was asked to end.
	startWait = 30 * time.Second
	stopWait  = 10 * time.Second
)

// process is a started program that tells its facts in the first line on stdout.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Scanner
	log   bytes.Buffer
	ended chan struct{}
}

// launch starts the program and reads its first line into facts.
func launch(ctx context.Context, facts any, binary string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(binary, args...), ended: make(chan struct{})}
	// What the environment says is meant for the user's own gateway.
	for _, v := range os.Environ() {
		if len(v) < 8 || v[:8] != "TAPGATE_" {
			p.cmd.Env = append(p.cmd.Env, v)
		}
	}
	p.cmd.Stderr = &p.log
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewScanner(out)
	p.out.Buffer(nil, 16<<20)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	if err := p.read(ctx, facts); err != nil {
		p.stop()
		return nil, fmt.Errorf("%s did not start: %w: %s", args[0], err, p.log.String())
	}
	return p, nil
}

var errEnded = errors.New("the process has ended")

// read reads the next line of JSON.
func (p *process) read(ctx context.Context, into any) error {
	result := make(chan error, 1)
	go func() {
		if !p.out.Scan() {
			result <- errors.Join(errEnded, p.out.Err())
			return
		}
		result <- json.Unmarshal(p.out.Bytes(), into)
	}()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		_ = p.cmd.Process.Kill() // which ends the goroutine too
		<-result
		return ctx.Err()
	}
}

// stop ends the process, softly at first.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(os.Interrupt)
	_ = p.in.Close()
	go func() {
		defer close(p.ended)
		for p.out.Scan() { // nobody else reads any more
		}
		_ = p.cmd.Wait()
	}()
	t := time.NewTimer(stopWait)
	defer t.Stop()
	select {
	case <-p.ended:
	case <-t.C:
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// usage is how much CPU time was used: by the process that is measured, by the emulated network, and by
// this process, which asks for the work. All of them share the cores.
type usage struct{ own, network, load time.Duration }

func (u usage) add(v usage) usage {
	return usage{u.own + v.own, u.network + v.network, u.load + v.load}
}

func (u usage) less(v usage) usage {
	return usage{u.own - v.own, u.network - v.network, u.load - v.load}
}

func (u usage) part(p float64) usage {
	of := func(d time.Duration) time.Duration { return time.Duration(float64(d) * p) }
	return usage{of(u.own), of(u.network), of(u.load)}
}

// measured runs do and returns how much CPU time that took of whom.
func (r *run) measured(p *process, do func() error) (usage, error) {
	now := func() usage {
		return usage{cpuTime(p.cmd.Process.Pid), cpuTime(r.network.cmd.Process.Pid), cpuTime(os.Getpid())}
	}
	before := now()
	err := do()
	return now().less(before), err
}
