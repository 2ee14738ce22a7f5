package obs_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"tapgate/internal/obs"
)

func TestDebug(t *testing.T) {
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "tapgate_test_total"})
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(counter)
	counter.Add(3)
	var unready error
	get := func(profile bool, path string) (int, string) {
		h := obs.Debug(obs.DebugOptions{Metrics: metrics, Ready: func(context.Context) error { return unready }, Profile: profile})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	for _, c := range []struct {
		profile bool
		unready error
		path    string
		status  int
		words   string
	}{
		{false, nil, "/metrics", 200, "tapgate_test_total 3\n"},
		{false, nil, "/livez", 200, "ok"},
		{false, nil, "/readyz", 200, "ok"},
		{false, errors.New("starting"), "/livez", 200, "ok"},
		{false, errors.New("starting"), "/readyz", 503, "starting"},
		{false, context.DeadlineExceeded, "/readyz", 503, "does not answer"},
		{false, nil, "/debug/pprof/", 404, ""},
		{false, nil, "/debug/pprof/heap", 404, ""},
		{true, nil, "/debug/pprof/", 200, "goroutine"},
		{true, nil, "/debug/pprof/goroutine?debug=1", 200, "goroutine profile"},
		{true, nil, "/debug/pprof/cmdline", 404, ""},
		{true, nil, "/", 404, ""},
	} {
		unready = c.unready
		if status, body := get(c.profile, c.path); status != c.status || !strings.Contains(body, c.words) {
			t.Errorf("%s (profile %v, %v): %d %q", c.path, c.profile, c.unready, status, body)
		}
	}
}
