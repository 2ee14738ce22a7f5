// Package app puts the parts of the program together: the sandbox, the emulated network alone, and
// the gateway alone. It decides about order: what serves starts last and stops first, and nothing
// that is stored is closed before those who write to it.
//
// A process runs one of the three, once: the key of the network that is trusted is process-wide.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"tapgate/internal/backend/meow"
	"tapgate/internal/lifecycle"
)

// Options is what every mode needs beside its configuration.
type Options struct {
	// Log receives the log; nil means nothing.
	Log *slog.Logger
	// Version is the program's own.
	Version string
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	return o
}

// Facts is what a user or a test needs to know of a running process. What a mode does not have is "".
type Facts struct {
	// API is the base URL of the gateway's API; in network mode that of the control API.
	API string `json:"api"`
	// Token opens the API. It is "" when the channel existed before and its token is not known.
	Token string `json:"token"`
	// AdminToken opens everything. It is "" when it was made before and is not known.
	AdminToken string `json:"admin_token"`
	// Phone is the URL of the browser phone.
	Phone string `json:"phone"`
	// Console is the URL of the operator's page.
	Console string `json:"console"`
	// Network is the host:port of the emulated network.
	Network string `json:"network"`
	// RootKey is the emulated network's root key in hexadecimal.
	RootKey string `json:"root_key"`
	// Metrics is the base URL of metrics and health checks.
	Metrics string `json:"metrics"`
	// ChannelID is the first channel; "" when there is none.
	ChannelID string `json:"channel_id"`
	// Number is the number that the first channel is paired with; "" while it is not.
	Number string `json:"-"`
}

// CaptureLogs makes the Signal library, which writes to standard output otherwise, write to log. It
// counts for the whole process: call it once, before anything is started.
func CaptureLogs(log *slog.Logger) { meow.QuietLogs(log) }

// startLimit bounds a start. The slowest part is pairing in the sandbox, which takes a second.
const startLimit = time.Minute

// Running is a started process.
type Running struct {
	facts  Facts
	group  lifecycle.Group
	failed chan error
	engine *engine // nil in network mode
}

// Facts tells where things are.
func (r *Running) Facts() Facts { return r.facts }

// Failed tells of a listener that broke. The process is of no use then and should be stopped.
func (r *Running) Failed() <-chan error { return r.failed }

// Stop stops everything, last started first. It is soft until ctx ends: what is under way is finished.
func (r *Running) Stop(ctx context.Context) error { return r.group.Stop(ctx) }

func newRunning() *Running { return &Running{failed: make(chan error, 1)} }

// start runs the steps in order and returns r. When one fails, those before it are undone.
func (r *Running) start(ctx context.Context) (*Running, error) {
	bounded, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := r.group.Start(bounded); err != nil {
		if ctx.Err() == nil && bounded.Err() != nil {
			return nil, fmt.Errorf("not ready after %s: %w", startLimit, err)
		}
		return nil, err
	}
	return r, nil
}

// step is a part of the assembly as a lifecycle.Service. A nil do or undo does nothing.
type step struct{ do, undo func(context.Context) error }

var _ lifecycle.Service = step{}

// Start implements lifecycle.Service.
func (s step) Start(ctx context.Context) error {
	if s.do == nil {
		return nil
	}
	return s.do(ctx)
}

// Stop implements lifecycle.Service.
func (s step) Stop(ctx context.Context) error {
	if s.undo == nil {
		return nil
	}
	return s.undo(ctx)
}

// add appends a step.
func (r *Running) add(name string, do, undo func(context.Context) error) {
	r.group.Add(name, step{do, undo})
}
