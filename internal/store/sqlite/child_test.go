package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
)

// childPath is set for a child that is to be killed: the database it writes.
const childPath = "TAPGATE_TEST_STORE"

const (
	testChannel id.Channel = "HERON-00001"
	hook        string     = "hook"
)

func addChannel(t testing.TB, s store.Channels) {
	t.Helper()
	c := channel.Channel{ID: testChannel, CreatedAt: time.Unix(1762077600, 0), Settings: channel.DefaultSettings()}
	if err := s.AddChannel(t.Context(), c, store.TokenHash{1}); err != nil {
		t.Fatal(err)
	}
}

// outgoing makes a message that no other call makes.
func outgoing() (store.Outbound, message.Message) {
	m := message.Message{
		ID:     id.Message{Stanza: id.NewStanza(), Chat: id.User("61371989950").Private(), FromMe: true},
		From:   "919984351847",
		Source: message.SourceAPI,
		At:     time.Unix(1762077600, 0).UTC(),
		Content: message.Interactive{Header: "Header", Body: "Body of some length, as they are", Footer: "Footer", Action: message.Buttons{
			{Kind: message.QuickReply, Title: "Yes", ID: "yes"}, {Kind: message.QuickReply, Title: "No", ID: "no"},
		}},
	}
	return store.Outbound{Channel: testChannel, Message: m.ID, Payload: make([]byte, 512), Recipe: "r", AcceptedAt: m.At}, m
}

// acceptUntilKilled is the child: it accepts messages from several callers and says of each, only
// after the store has answered, that it is accepted.
func acceptUntilKilled(path string) {
	s, err := sqlite.Open(context.Background(), sqlite.Options{Path: path})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				o, m := outgoing()
				seq, err := s.Accept(context.Background(), o, m)
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				fmt.Printf("%d %s\n", seq, m.ID.Stanza) // one write: the lines of several callers do not mix
			}
		})
	}
	wg.Wait()
}

// Whatever was answered before the process was killed, at any moment, is there afterwards.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gateway.db")
	s := open(t, sqlite.Options{Path: path})
	addChannel(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	accepted := map[string]int64{}
	for round := range 4 {
		said := killChild(t, path, 150+31*round)
		for stanza, seq := range said {
			accepted[stanza] = seq
		}
		s := open(t, sqlite.Options{Path: path})
		for stanza, seq := range accepted {
			o, err := s.Sent(t.Context(), testChannel, stanza)
			if err != nil {
				t.Errorf("round %d: %s was accepted as %d: %v", round, stanza, seq, err)
			} else if o.Seq != seq || o.Message.Stanza != stanza || len(o.Payload) != 512 {
				t.Errorf("round %d: %s was accepted as %d, found %+v", round, stanza, seq, o)
			}
		}
		n, err := s.Waiting(t.Context(), testChannel)
		if err != nil || n < len(accepted) {
			t.Errorf("round %d: %d rows wait (%v), %d were accepted", round, n, err, len(accepted))
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d accepted in 4 rounds, none lost", len(accepted))
}

// killChild starts a child, kills it after it said so many lines, and returns all it said.
func killChild(t *testing.T, path string, lines int) map[string]int64 {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, exe, "-test.run=^$")
	child.Env = append(os.Environ(), childPath+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	said := map[string]int64{}
	for scan := bufio.NewScanner(out); scan.Scan(); {
		// a last line that the kill cut off has no stanza id, or an incomplete one
		seq, stanza, ok := strings.Cut(scan.Text(), " ")
		n, err := strconv.ParseInt(seq, 10, 64)
		if err == nil && ok && len(stanza) == len(id.NewStanza()) {
			said[stanza] = n
		}
		if len(said) == lines {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = child.Wait() // it was killed, which is an error
	if len(said) < lines {
		t.Fatalf("the child said %d lines and ended", len(said))
	}
	return said
}
