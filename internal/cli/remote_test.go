package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tapgate/internal/obs"
)

func TestRemote(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "Bearer t0ken" {
			w.WriteHeader(http.StatusNotFound)
			details := map[bool]string{true: "no token was given", false: "no such token"}[got == ""]
			fmt.Fprintf(w, `{"error":{"code":404,"message":"Channel not found","details":"%s"}}`, details)
			return
		}
		body, _ := io.ReadAll(r.Body)
		json.NewEncoder(w).Encode(map[string]string{"saw": r.Method + " " + r.RequestURI + " " + string(body)})
	}))
	defer srv.Close()
	r := remote{URL: srv.URL + "/", Token: obs.Secret("t0ken")}
	var got struct{ Saw string }
	if err := r.do(t.Context(), "PATCH", "/a?b=c", map[string]int{"d": 1}, &got); err != nil || got.Saw != `PATCH /a?b=c {"d":1}` {
		t.Errorf("%q, %v", got.Saw, err)
	}
	r.Token = "wr0ng"
	if err := r.get(t.Context(), "/", nil); err == nil || err.Error() != "Channel not found (404): no such token" {
		t.Errorf("refusal is %v", err)
	}
	r.Token = ""
	if err := r.get(t.Context(), "/", nil); err == nil || !strings.HasPrefix(err.Error(), "no token was given: use --token") {
		t.Errorf("without a token: %v", err)
	}
	srv.Close()
	if err := r.get(t.Context(), "/", nil); err == nil || !strings.Contains(err.Error(), "is tapgate running there?") {
		t.Errorf("without a server: %v", err)
	}
}

func TestTable(t *testing.T) {
	var b strings.Builder
	if err := table(&b, []string{"id", "name"}, [][]string{{"1", "a\x1b[31mred\nline"}, {"22", "b"}}); err != nil {
		t.Fatal(err)
	}
	if want := "ID  NAME\n1   a [31mred line\n22  b\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}
