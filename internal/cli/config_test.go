package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tapgate.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A flag wins over the environment, which wins over the file, which wins over the default; and each
// value is told with where it comes from.
func TestConfigLayers(t *testing.T) {
	path := file(t, "listen: 127.0.0.1:1\nwebhook: https://example.org/file\nlog-level: debug\nallow-loopback-media: true\n")
	t.Setenv("TAPGATE_WEBHOOK", "https://example.org/env")
	t.Setenv("TAPGATE_LISTEN", "127.0.0.1:2")
	code, out, stderr := run(t, "config", "--config", path, "--listen", "127.0.0.1:3")
	if code != 0 {
		t.Fatalf("code %d: %s", code, stderr)
	}
	for _, line := range []string{
		"listen: 127.0.0.1:3  # flag\n",
		"webhook: https://example.org/env  # environment TAPGATE_WEBHOOK\n",
		"log-level: debug  # " + path + ":3\n",
		"allow-loopback-media: true  # " + path + ":4\n",
		"json: false  # default\n",
		"# data: \"\"  # default\n",
	} {
		if !strings.Contains(out, line) {
			t.Errorf("%q is missing in\n%s", line, out)
		}
	}
	// what was printed is a file that means the same
	again := file(t, out)
	os.Unsetenv("TAPGATE_WEBHOOK")
	os.Unsetenv("TAPGATE_LISTEN")
	code, second, stderr := run(t, "config", "--config", again)
	if code != 0 || !strings.Contains(second, "listen: 127.0.0.1:3  # "+again) || !strings.Contains(second, "log-level: debug  # "+again) {
		t.Errorf("code %d: %s\n%s", code, stderr, second)
	}
}

func TestConfigShowsNoSecret(t *testing.T) {
	const canary = "cAnArY-0123456789"
	for _, args := range [][]string{
		{"--token", canary},
		{"--webhook", "https://user:" + canary + "@example.org/"},
		{"--webhook", "https://example.org/?token=" + canary},
	} {
		code, out, stderr := run(t, append([]string{"config"}, args...)...)
		if code != 0 || strings.Contains(out+stderr, canary) || !strings.Contains(out, "\n# "+args[0][2:]+":") {
			t.Errorf("%v: code %d\n%s%s", args, code, out, stderr)
		}
	}
}

// Everything that is wrong is told at once, wherever it stands.
func TestConfigProblems(t *testing.T) {
	path := file(t, "listne: 127.0.0.1:1\nallow-loopback-media: maybe\nlisten: nowhere\nnetwork-root: 12\n")
	t.Setenv("TAPGATE_LOG_LEVEL", "loud")
	t.Setenv("TAPGATE_JSON", "perhaps")
	for _, command := range []string{"serve", "config"} {
		code, out, stderr := run(t, command, "--config", path, "--token", "a b")
		if code != 2 || out != "" {
			t.Errorf("%s: code %d, stdout %q", command, code, out)
		}
		for _, words := range []string{
			path + ":1: there is no setting \"listne\"", path + ":2: allow-loopback-media:", "TAPGATE_LOG_LEVEL:", "TAPGATE_JSON:",
			"--listen \"nowhere\"", "--network-root needs --network", "--token",
		} {
			if !strings.Contains(stderr, words) {
				t.Errorf("%s: %q is missing in\n%s", command, words, stderr)
			}
		}
	}
	if code, _, stderr := run(t, "serve", "--config", path+".none"); code != 2 || !strings.Contains(stderr, "there is no such file") {
		t.Errorf("code %d: %s", code, stderr)
	}
}
