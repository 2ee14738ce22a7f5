package app

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"tapgate/internal/channel"
)

// metrics counts what happens in a process. Its labels come from small sets that are known before: no
// number, no id and no token is ever one. docs/operation.md explains the names.
type metrics struct {
	registry *prometheus.Registry

	accepted prometheus.Counter
	received prometheus.Counter
	ended    *prometheus.CounterVec // status, code
	sends    *prometheus.HistogramVec
	hooks    *prometheus.HistogramVec // outcome
	answers  *prometheus.CounterVec   // HTTP status of webhooks' receivers
	retries  *prometheus.CounterVec   // answer
	commits  *prometheus.HistogramVec // result
	writes   prometheus.Counter
	served   *prometheus.HistogramVec // method, route, status

	codes labels
	// broken is true while the last commit has failed.
	broken atomic.Bool
}

// maxCodes bounds how many codes of failures are told apart: WhatsApp makes them up.
const maxCodes = 64

// quick and slow are the upper bounds of histograms, in seconds.
var (
	quick = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5}
	slow  = []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
)

func newMetrics(version string) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), codes: labels{limit: maxCodes}}
	m.accepted = m.counter("messages_accepted_total", "Messages that were accepted to be sent, each once.")
	m.received = m.counter("messages_received_total", "Messages that came in, each once.")
	m.ended = m.counters("messages_ended_total", "Messages that left (sent) or will not (failed, with the code of the failure).", "status", "code")
	m.sends = m.histogram("send_attempt_seconds", "Attempts to bring a message to WhatsApp, until its ack.", slow, "result")
	m.hooks = m.histogram("webhook_attempt_seconds", "Requests to webhooks, by what became of the delivery.", slow, "outcome")
	m.answers = m.counters("webhook_answers_total", "Answers of webhooks by class of HTTP status; none when there was no answer.", "status")
	m.retries = m.counters("retry_receipts_total", "Devices that could not read a message and asked again; those left to the library got it without buttons.", "answer")
	m.commits = m.histogram("commit_seconds", "Transactions of gateway.db until they are on the disk.", quick, "result")
	m.writes = m.counter("commit_writes_total", "Writes in those transactions.")
	m.served = m.histogram("http_request_seconds", "Requests to the API.", slow, "method", "route", "status")
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "tapgate_build_info", Help: "1; the labels say what runs.",
			ConstLabels: prometheus.Labels{"version": version, "whatsmeow": ClientVersion()},
		}, func() float64 { return 1 }),
	)
	return m
}

func (m *metrics) counter(name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: "tapgate", Name: name, Help: help})
	m.registry.MustRegister(c)
	return c
}

func (m *metrics) counters(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "tapgate", Name: name, Help: help}, labels)
	m.registry.MustRegister(c)
	return c
}

func (m *metrics) histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "tapgate", Name: name, Help: help, Buckets: buckets}, labels)
	m.registry.MustRegister(h)
	return h
}

// committed is the hook of the database.
func (m *metrics) committed(took time.Duration, writes int, err error) {
	m.broken.Store(err != nil)
	m.commits.WithLabelValues(result(err)).Observe(took.Seconds())
	m.writes.Add(float64(writes))
}

// retried is the hook of the client.
func (m *metrics) retried(here bool) {
	answer := "library"
	if here {
		answer = "tapgate"
	}
	m.retries.WithLabelValues(answer).Inc()
}

// answered is the hook of the API. What matches no route may have any method.
func (m *metrics) answered(method, route string, status int, took time.Duration) {
	if route == "" {
		method, route = "any", "none"
	}
	m.served.WithLabelValues(method, route, class(status)).Observe(took.Seconds())
}

// queues looks at the queues and the channels whenever metrics are asked for.
type queues struct {
	engine *engine
}

var (
	queueWaiting = prometheus.NewDesc("tapgate_queue_waiting", "What waits: messages to leave, deliveries to webhooks, files to be fetched.", []string{"queue"}, nil)
	queueOldest  = prometheus.NewDesc("tapgate_queue_oldest_seconds", "Age of the oldest that waits; 0 when nothing does.", []string{"queue"}, nil)
	channelCount = prometheus.NewDesc("tapgate_channels", "Channels by state.", []string{"state"}, nil)
)

// Describe implements prometheus.Collector.
func (queues) Describe(to chan<- *prometheus.Desc) {
	to <- queueWaiting
	to <- queueOldest
	to <- channelCount
}

// collectWait bounds what a look at the queues may take.
const collectWait = 5 * time.Second

// Collect implements prometheus.Collector.
func (q queues) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, label string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, label)
	}
	states := q.engine.gateway.States()
	for _, s := range channel.States() {
		gauge(channelCount, float64(states[s]), string(s))
	}
	ctx, cancel := context.WithTimeout(context.Background(), collectWait)
	defer cancel()
	d, err := q.engine.store.Depth(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(queueWaiting, err)
		return
	}
	now := time.Now()
	for _, w := range []struct {
		queue  string
		count  int
		oldest time.Time
	}{{"outbound", d.Outbound, d.OldestOutbound}, {"deliveries", d.Deliveries, d.OldestDelivery}} {
		age := 0.0
		if !w.oldest.IsZero() {
			age = max(now.Sub(w.oldest).Seconds(), 0)
		}
		gauge(queueWaiting, float64(w.count), w.queue)
		gauge(queueOldest, age, w.queue)
	}
	gauge(queueWaiting, float64(d.Downloads), "downloads")
}

func result(err error) string {
	if err != nil {
		return "failed"
	}
	return "ok"
}

// class is an HTTP status as 2xx; none for 0.
func class(status int) string {
	if status == 0 {
		return "none"
	}
	return strconv.Itoa(status/100) + "xx"
}

// labels keeps the number of different values of a label small.
type labels struct {
	limit int
	mu    sync.Mutex
	known map[string]bool
}

// of returns the value, or "other" when too many were seen already.
func (l *labels) of(value string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.known[value]:
	case len(l.known) >= l.limit:
		return "other"
	case l.known == nil:
		l.known = map[string]bool{value: true}
	default:
		l.known[value] = true
	}
	return value
}
