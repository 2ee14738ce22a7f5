package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"

	"tapgate/internal/cli"
)

// run executes a command line that ends by itself.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, log bytes.Buffer
	code = cli.Run(t.Context(), args, &out, &log)
	return code, out.String(), log.String()
}

func TestHelp(t *testing.T) {
	code, stdout, stderr := run(t, "--help")
	if code != 0 || stderr != "" {
		t.Errorf("code %d, stderr %q", code, stderr)
	}
	for _, word := range []string{"sandbox", "serve", "network", "version", "Begin with"} {
		if !strings.Contains(stdout, word) {
			t.Errorf("help does not speak of %q:\n%s", word, stdout)
		}
	}
	for _, command := range []string{"sandbox", "serve", "network", "version"} {
		if code, stdout, _ := run(t, command, "--help"); code != 0 || !strings.Contains(stdout, "tapgate "+command) {
			t.Errorf("%s: code %d\n%s", command, code, stdout)
		}
	}
	if code, stdout, _ := run(t); code != 2 || !strings.Contains(stdout, "sandbox") {
		t.Errorf("no command: code %d\n%s", code, stdout)
	}
}

func TestVersion(t *testing.T) {
	if code, stdout, _ := run(t, "version"); code != 0 || !strings.HasPrefix(stdout, "tapgate ") || strings.Count(stdout, "\n") != 1 {
		t.Errorf("code %d: %s", code, stdout)
	}
}

func TestUsage(t *testing.T) {
	t.Setenv("TAPGATE_NETWORK_ROOT", "")
	for _, c := range []struct {
		args  []string
		words []string // each in a line of stderr
	}{
		{[]string{"fly"}, []string{"fly"}},
		{[]string{"sandbox", "--wings"}, []string{"--wings"}},
		{[]string{"sandbox", "--log-level", "loud"}, []string{"--log-level"}},
		{[]string{"sandbox", "--listen", "0.0.0.0:0", "--token", "a b"}, []string{"--unsafe-listen", "--token"}},
		{[]string{"network", "--listen", ":0"}, []string{"--unsafe-listen"}},
		{[]string{"serve", "--network", "127.0.0.1:1"}, []string{"--network-root"}},
	} {
		code, stdout, stderr := run(t, c.args...)
		if code != 2 || stdout != "" {
			t.Errorf("%v: code %d, stdout %q", c.args, code, stdout)
		}
		for _, word := range c.words {
			if !strings.Contains(stderr, word) {
				t.Errorf("%v: stderr does not speak of %s: %s", c.args, word, stderr)
			}
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("TAPGATE_LISTEN", "nonsense")
	if code, _, stderr := run(t, "sandbox"); code != 2 || !strings.Contains(stderr, "nonsense") {
		t.Errorf("variable is not read: code %d, %s", code, stderr)
	}
	if code, _, stderr := run(t, "sandbox", "--listen", "absurd"); code != 2 || !strings.Contains(stderr, "absurd") {
		t.Errorf("flag does not win: code %d, %s", code, stderr)
	}
}

func TestFailure(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	code, stdout, stderr := run(t, "network", "--listen", taken.Addr().String())
	if code != 1 || stdout != "" || !strings.Contains(stderr, "address already in use") {
		t.Errorf("code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

// TestFacts starts each mode that needs no outside, and reads what it prints for people and programs.
func TestFacts(t *testing.T) {
	for _, c := range []struct {
		args  []string
		words []string
	}{
		{[]string{"sandbox", "--token", "play"}, []string{"/phone", "curl --request POST", "authorization: Bearer play", "61371989950"}},
		{[]string{"network"}, []string{"/phone", "tapgate serve --network 127.0.0.1:"}},
	} {
		args := append(c.args, "--listen", "127.0.0.1:0")
		panel := until(t, args, "Ctrl-C")
		for _, word := range c.words {
			if !strings.Contains(panel, word) {
				t.Errorf("%v: the panel does not hold %q:\n%s", args, word, panel)
			}
		}
		line := until(t, append(args, "--json"), "\n")
		var facts map[string]any
		if err := json.Unmarshal([]byte(line), &facts); err != nil || strings.Count(line, "\n") != 1 {
			t.Fatalf("%v --json: %v: %q", args, err, line)
		}
		keys := slices.Sorted(maps.Keys(facts))
		if want := []string{"admin_token", "api", "channel_id", "console", "metrics", "network", "phone", "root_key", "token"}; !slices.Equal(keys, want) {
			t.Errorf("%v --json: keys %v", args, keys)
		}
	}
}

// until runs a command line, ends it when stdout holds the words, and returns all of stdout.
func until(t *testing.T, args []string, words string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &watched{words: words, seen: cancel}
	var log bytes.Buffer
	if code := cli.Run(ctx, args, out, &log); code != 0 {
		t.Errorf("%v: code %d: %s", args, code, log.String())
	}
	return out.String()
}

// watched is a buffer that calls seen when it holds the words.
type watched struct {
	bytes.Buffer
	words string
	seen  func()
}

func (w *watched) Write(b []byte) (int, error) {
	defer func() {
		if strings.Contains(w.String(), w.words) {
			w.seen()
		}
	}()
	return w.Buffer.Write(b)
}
