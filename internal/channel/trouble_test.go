package channel_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"tapgate/internal/channel"
)

// The document tells people of each trouble what the table tells programs, in the same words.
func TestDocument(t *testing.T) {
	b, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(b), "## The channel is not connected\n")
	if !ok {
		t.Fatal("docs/errors.md has no section about channels")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var rows []string
	for line := range strings.Lines(section) {
		if strings.HasPrefix(line, "| `") {
			rows = append(rows, strings.TrimSpace(line))
		}
	}
	want := channel.Troubles()
	other := channel.TroubleOf("login_4xx")
	other.Cause = strings.Replace(other.Cause, "(login_4xx)", "(the code)", 1)
	other.Code = "login_…"
	want = append(want, other)
	for i, w := range want {
		row := fmt.Sprintf("| `%s` | `%s` | %s | %s |", w.Code, w.State, w.Cause, w.Next)
		if i >= len(rows) || rows[i] != row {
			got := "nothing"
			if i < len(rows) {
				got = rows[i]
			}
			t.Errorf("row %d of docs/errors.md is\n%s\nwant\n%s", i+1, got, row)
		}
	}
	if len(rows) > len(want) {
		t.Errorf("docs/errors.md has %d rows, the table %d", len(rows), len(want))
	}
}

func TestTroublesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, tr := range channel.Troubles() {
		if seen[tr.Code] {
			t.Errorf("%s stands there twice", tr.Code)
		}
		seen[tr.Code] = true
		for _, text := range []string{tr.Cause, tr.Next} {
			if !strings.HasSuffix(text, ".") {
				t.Errorf("%s: %q is no sentence", tr.Code, text)
			}
		}
		if channel.TroubleOf(tr.Code) != tr {
			t.Errorf("%s is not found under its code", tr.Code)
		}
	}
}

// What WhatsApp answers, by its code, as the source of other clients of its protocol names it.
func TestTroubleOfAnswers(t *testing.T) {
	for _, tc := range []struct {
		got   channel.Trouble
		code  string
		state channel.State
	}{
		{channel.LoggedOut(401), "login_401", channel.Unpaired},
		{channel.LoggedOut(403), "login_403", channel.Unpaired},
		{channel.LoggedOut(406), "login_406", channel.Unpaired},
		{channel.LoggedOut(499), "login_499", channel.Unpaired},
		{channel.LoginRefused(405), "login_405", channel.Outdated},
		{channel.LoginRefused(409), "login_409", channel.Waiting},
		{channel.LoginRefused(413), "login_413", channel.Waiting},
		{channel.LoginRefused(414), "login_413", channel.Waiting},
		{channel.LoginRefused(418), "login_418", channel.Waiting},
		{channel.TemporaryBan(0), "login_402", channel.Banned},
		{channel.TemporaryBan(104), "login_402_104", channel.Banned},
		{channel.TemporaryBan(199), "login_402", channel.Banned},
	} {
		if tc.got.Code != tc.code || tc.got.State != tc.state {
			t.Errorf("got %s in state %s, want %s in %s", tc.got.Code, tc.got.State, tc.code, tc.state)
		}
	}
}
