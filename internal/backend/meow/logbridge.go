package meow

import (
	"context"
	"fmt"
	"log/slog"

	"go.mau.fi/libsignal/logger"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// bridge hands the library's log to slog, one level lower than the library judges it: what an
// operator has to know this package says itself. The text is an attribute, so that messages stay
// constant. Debug lines cost the formatting of every stanza and are dropped unless verbose.
type bridge struct {
	ctx     context.Context // the log's only; it carries values, not a deadline
	log     *slog.Logger
	verbose bool
}

var _ waLog.Logger = bridge{}

func newBridge(ctx context.Context, o Options) bridge {
	return bridge{ctx: context.WithoutCancel(ctx), log: o.Log, verbose: o.Verbose}
}

// Errorf implements waLog.Logger.
func (b bridge) Errorf(format string, args ...any) { b.say(slog.LevelWarn, format, args) }

// Warnf implements waLog.Logger.
func (b bridge) Warnf(format string, args ...any) { b.say(slog.LevelInfo, format, args) }

// Infof implements waLog.Logger.
func (b bridge) Infof(format string, args ...any) { b.say(slog.LevelDebug, format, args) }

// Debugf implements waLog.Logger.
func (b bridge) Debugf(format string, args ...any) {
	if b.verbose {
		b.say(slog.LevelDebug, format, args)
	}
}

// Sub implements waLog.Logger.
func (b bridge) Sub(module string) waLog.Logger {
	b.log = b.log.With("module", module)
	return b
}

func (b bridge) say(level slog.Level, format string, args []any) {
	if b.log.Enabled(b.ctx, level) {
		b.log.Log(b.ctx, level, "whatsmeow", "text", fmt.Sprintf(format, args...))
	}
}

// QuietLogs makes libsignal log to log instead of the standard output, where it reports each
// redelivered message as an error. It is process-wide: call it once, before any session.
func QuietLogs(log *slog.Logger) {
	var l logger.Loggable = signalLog{log}
	logger.Setup(&l)
}

// signalLog hands libsignal's log to slog, at level debug: the library and this package report
// what comes of it.
type signalLog struct{ log *slog.Logger }

// Debug implements logger.Loggable.
func (signalLog) Debug(string, string) {}

// Info implements logger.Loggable.
func (s signalLog) Info(caller, text string) { s.say(caller, text) }

// Warning implements logger.Loggable.
func (s signalLog) Warning(caller, text string) { s.say(caller, text) }

// Error implements logger.Loggable.
func (s signalLog) Error(caller, text string) { s.say(caller, text) }

// Configure implements logger.Loggable.
func (signalLog) Configure(string) {}

func (s signalLog) say(caller, text string) {
	s.log.Debug("libsignal", "caller", caller, "text", text)
}
