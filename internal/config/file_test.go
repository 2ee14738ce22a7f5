package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tapgate/internal/config"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tapgate.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadFile(t *testing.T) {
	got, err := config.ReadFile(write(t, "# a comment\nlisten: 127.0.0.1:8080\n\nallow-loopback-media: true # why\ntoken: \"0123456789012345\"\n"))
	want := []config.Setting{
		{Name: "listen", Value: "127.0.0.1:8080", Line: 2},
		{Name: "allow-loopback-media", Value: "true", Line: 4},
		{Name: "token", Value: "0123456789012345", Line: 5},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := config.ReadFile(write(t, "# only this\n")); err != nil || len(got) > 0 {
		t.Errorf("a file of comments holds %v, %v", got, err)
	}
}

// Every problem of a file is told, each with its place.
func TestReadFileProblems(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"twice, and without a value", "listen: a\ndata:\nlisten: b\nwebhook: [x, y]\n", []string{":2: data: want one value", ":3: listen stands in line 1", ":4: webhook: want one value"}},
		{"a list", "- listen\n", []string{"want lines such as"}},
		{"no YAML", "listen: \"127\n", []string{"yaml"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := config.ReadFile(write(t, c.text))
			var got config.Invalid
			if !errors.As(err, &got) || len(got) != len(c.want) {
				t.Fatalf("%v", err)
			}
			for i, words := range c.want {
				if !strings.Contains(got[i], words) {
					t.Errorf("%q does not speak of %q", got[i], words)
				}
			}
		})
	}
	for _, path := range []string{filepath.Join(t.TempDir(), "none.yaml"), t.TempDir()} {
		if _, err := config.ReadFile(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
