package main_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tapgate/internal/whapi/whapitest"
)

// patience bounds every wait of a script for something that has to happen.
const patience = 60 * time.Second

// help is where the literal payloads of the dialect's help page are kept.
const help = "../../internal/whapi/testdata/help"

// TestScripts drives the real binary: each script in testdata/script starts processes, speaks
// HTTP to them, taps as a customer, and compares what comes back with the help page. A command that
// ends by itself is run with "exec tapgate ARGS...".
//
//	up NAME ARGS...          start tapgate ARGS --json, wait until it is ready, set $NAME_api, ...
//	down NAME                end it with SIGTERM; it must exit with 0
//	kill9 NAME               end it with SIGKILL
//	ends NAME                wait until it ends by itself, with 0
//	parse                    the output of the last exec becomes the current document
//	http STATUS METHOD URL [FILE | JSON]   the answer becomes the current document
//	tap STATUS PHONE MESSAGE KEY=VALUE...  press a button as the customer
//	json PATH VALUE          the current document holds VALUE at PATH (a.0.b; count is a length)
//	json PATH -> VAR         keep what stands at PATH
//	await URL PATH VALUE     ask until the answer holds VALUE at PATH
//	metric URL REGEXP        ask until the answer, which is a text, matches
//	webhook PATH VALUE ...   wait for a webhook that matches; it becomes the current document
//	! webhook PATH VALUE ... no webhook so far matches
//	exec tapgate ARGS        a command that speaks to a running tapgate ($TAPGATE_URL, $TAPGATE_TOKEN)
//	swap OUT FILE PATH VALUE...            write FILE with other texts at the PATHs to OUT
//	fetch STATUS URL [FILE]  save what the URL answers
//	encode FILE VAR          set VAR to FILE in base64
//	form STATUS URL NAME=VALUE|NAME=@FILE...  send a multipart form
//	plain STATUS URL TEXT    send a text that is no JSON
//	listens NAME STATUS      start a receiver of webhooks at $NAME, or change how it answers
//	signed NAME COUNT SECRET...            it took COUNT events, and a public library finds each request signed
//	hostile STATUS URL KIND  send a body that nobody should send
//	peak NAME MIB            the process never took more memory than that
//	same FILE [PATH...]      the current document equals FILE, but for what stands at the PATHs
func TestScripts(t *testing.T) {
	binary := build(t)
	contract, err := whapitest.New()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Condition:           condition,
		Setup: func(env *testscript.Env) error {
			s := &session{binary: binary, contract: contract, running: map[string]*process{}, receivers: map[string]*receiver{}}
			env.Values[sessionKey{}] = s
			env.Defer(s.end)
			env.Setenv("PATH", filepath.Dir(binary)+string(os.PathListSeparator)+env.Getenv("PATH"))
			if err := odd(env.WorkDir); err != nil {
				return err
			}
			return os.CopyFS(filepath.Join(env.WorkDir, "help"), os.DirFS(help))
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"up":      func(ts *testscript.TestScript, neg bool, args []string) { in(ts).up(ts, neg, args) },
			"down":    func(ts *testscript.TestScript, _ bool, args []string) { in(ts).down(ts, args[0]) },
			"kill9":   func(ts *testscript.TestScript, _ bool, args []string) { in(ts).kill9(ts, args[0]) },
			"http":    func(ts *testscript.TestScript, _ bool, args []string) { in(ts).http(ts, args) },
			"ends":    func(ts *testscript.TestScript, _ bool, args []string) { in(ts).ends(ts, args[0]) },
			"parse":   func(ts *testscript.TestScript, _ bool, _ []string) { in(ts).parse(ts) },
			"tap":     func(ts *testscript.TestScript, _ bool, args []string) { in(ts).tap(ts, args) },
			"json":    func(ts *testscript.TestScript, neg bool, args []string) { in(ts).json(ts, neg, args) },
			"await":   func(ts *testscript.TestScript, _ bool, args []string) { in(ts).await(ts, args) },
			"metric":  func(ts *testscript.TestScript, _ bool, args []string) { in(ts).metric(ts, args) },
			"webhook": func(ts *testscript.TestScript, neg bool, args []string) { in(ts).webhook(ts, neg, args) },
			"swap":    func(ts *testscript.TestScript, _ bool, args []string) { in(ts).swap(ts, args) },
			"fetch":   func(ts *testscript.TestScript, _ bool, args []string) { in(ts).fetch(ts, args) },
			"encode":  func(ts *testscript.TestScript, _ bool, args []string) { in(ts).encode(ts, args) },
			"form":    func(ts *testscript.TestScript, _ bool, args []string) { in(ts).form(ts, args) },
			"hostile": func(ts *testscript.TestScript, _ bool, args []string) { in(ts).hostile(ts, args) },
			"peak":    func(ts *testscript.TestScript, _ bool, args []string) { in(ts).peak(ts, args) },
			"plain":   func(ts *testscript.TestScript, _ bool, args []string) { in(ts).plain(ts, args) },
			"listens": func(ts *testscript.TestScript, _ bool, args []string) { in(ts).receiver(ts, args) },
			"signed":  func(ts *testscript.TestScript, _ bool, args []string) { in(ts).signed(ts, args) },
			"same":    func(ts *testscript.TestScript, _ bool, args []string) { in(ts).same(ts, args) },
		},
	})
}

// condition adds to the conditions of scripts: "mounts", whether a small disk can be made, to fill it (a
// container may not allow that, to root either, so this one is no duty), and "film", whether ffmpeg and
// ffprobe are there or have to be.
func condition(name string) (bool, error) {
	switch name {
	case "mounts":
		return exec.Command("unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt").Run() == nil, nil
	case "film":
		_, noEncoder := exec.LookPath("ffmpeg")
		_, noProbe := exec.LookPath("ffprobe")
		return os.Getenv("CI") != "" || noEncoder == nil && noProbe == nil, nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

// build makes the binary as a user would and returns its path.
func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tapgate")
	cmd := exec.Command("go", "build", "-o", path, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

type sessionKey struct{}

func in(ts *testscript.TestScript) *session { return ts.Value(sessionKey{}).(*session) }

// session is what one script holds: its processes and the current document.
type session struct {
	binary    string
	contract  *whapitest.Contract
	running   map[string]*process
	receivers map[string]*receiver
	doc       any
}

// process is a started tapgate.
type process struct {
	cmd  *exec.Cmd
	done chan error
	log  *os.File
}

func (s *session) up(ts *testscript.TestScript, neg bool, args []string) {
	name := args[0]
	p := &process{cmd: exec.Command(s.binary, append(args[1:], "--json")...), done: make(chan error, 1)}
	var err error
	p.log, err = os.OpenFile(ts.MkAbs(name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	ts.Check(err)
	p.cmd.Stderr = p.log
	p.cmd.Dir = ts.MkAbs(".")
	stdout, err := p.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(p.cmd.Start())
	facts := make(chan string, 1)
	var read sync.WaitGroup
	read.Go(func() {
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			select {
			case facts <- lines.Text():
			default:
			}
		}
	})
	go func() {
		read.Wait()
		p.done <- p.cmd.Wait()
	}()
	s.running[name] = p
	select {
	case line := <-facts:
		s.facts(ts, name, line)
		if neg {
			ts.Fatalf("%s started, but must not", name)
		}
	case err := <-p.done:
		delete(s.running, name)
		if !neg {
			ts.Fatalf("%s ended before it was ready: %v\n%s", name, err, ts.ReadFile(name+".log"))
		}
	case <-time.After(patience):
		ts.Fatalf("%s was not ready after %s\n%s", name, patience, ts.ReadFile(name+".log"))
	}
}

func (s *session) facts(ts *testscript.TestScript, name, line string) {
	var facts map[string]any
	if err := json.Unmarshal([]byte(line), &facts); err != nil {
		ts.Fatalf("%s printed %q, which is not a JSON line: %v", name, line, err)
	}
	for k, v := range facts {
		ts.Setenv(name+"_"+k, fmt.Sprint(v))
	}
}

func (s *session) down(ts *testscript.TestScript, name string) {
	p := s.take(ts, name)
	ts.Check(p.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-p.done:
		if err != nil {
			ts.Fatalf("%s exited with %v\n%s", name, err, ts.ReadFile(name+".log"))
		}
	case <-time.After(patience):
		p.cmd.Process.Kill()
		ts.Fatalf("%s did not end after SIGTERM\n%s", name, ts.ReadFile(name+".log"))
	}
}

func (s *session) kill9(ts *testscript.TestScript, name string) {
	p := s.take(ts, name)
	ts.Check(p.cmd.Process.Kill())
	<-p.done
}

func (s *session) ends(ts *testscript.TestScript, name string) {
	p := s.take(ts, name)
	select {
	case err := <-p.done:
		if err != nil {
			ts.Fatalf("%s exited with %v\n%s", name, err, ts.ReadFile(name+".log"))
		}
	case <-time.After(patience):
		p.cmd.Process.Kill()
		ts.Fatalf("%s goes on and on\n%s", name, ts.ReadFile(name+".log"))
	}
}

func (s *session) parse(ts *testscript.TestScript) {
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &s.doc))
}

func (s *session) take(ts *testscript.TestScript, name string) *process {
	p, ok := s.running[name]
	if !ok {
		ts.Fatalf("%s is not running", name)
	}
	delete(s.running, name)
	p.log.Close()
	return p
}

// end kills what a script left running.
func (s *session) end() {
	for _, p := range s.running {
		if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			continue
		}
		<-p.done
		p.log.Close()
	}
}

func pairs(ts *testscript.TestScript, args []string) [][2]string {
	if len(args)%2 != 0 {
		ts.Fatalf("want pairs of PATH VALUE, got %s", strings.Join(args, " "))
	}
	var list [][2]string
	for i := 0; i < len(args); i += 2 {
		list = append(list, [2]string{args[i], args[i+1]})
	}
	return list
}
