package obs

import (
	"context"
	"errors"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// DebugOptions configure the handler of Debug.
type DebugOptions struct {
	// Metrics are shown at /metrics; required.
	Metrics prometheus.Gatherer
	// Ready returns why the process can't do its work, nil when it can; required.
	Ready func(context.Context) error
	// Profile serves pprof as well. Its pages say much about the process and cost time: they are not
	// for other machines.
	Profile bool
}

// readyWait bounds the question whether the process can do its work.
const readyWait = 2 * time.Second

// Debug returns what operators ask a process: /metrics, /livez, which answers as long as the process
// runs, /readyz, and /debug/pprof/. It belongs on a listener of its own. The command line, which may
// hold a token, is not shown.
func Debug(o DebugOptions) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(o.Metrics, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4, Timeout: 10 * time.Second}))
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { answer(w, nil) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyWait)
		defer cancel()
		err := o.Ready(ctx)
		if err == nil {
			err = ctx.Err()
		}
		answer(w, err)
	})
	if o.Profile {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", http.NotFound)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return mux
}

// answer writes "ok" with 200, or the reason with 503.
func answer(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case err == nil:
		_, _ = w.Write([]byte("ok\n"))
	case errors.Is(err, context.DeadlineExceeded):
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
	default:
		http.Error(w, Scrub(err.Error()), http.StatusServiceUnavailable)
	}
}
