package phone

import (
	"fmt"
	"log/slog"

	signal "go.mau.fi/libsignal/logger"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// clientLog forwards the client library's log at debug level: its warnings are the sandbox's daily business.
type clientLog struct{ log *slog.Logger }

var _ waLog.Logger = clientLog{}

func (l clientLog) Warnf(format string, args ...any)  { l.write("warn", format, args) }
func (l clientLog) Errorf(format string, args ...any) { l.write("error", format, args) }
func (l clientLog) Infof(format string, args ...any)  { l.write("info", format, args) }
func (l clientLog) Debugf(string, ...any)             {} // every stanza: too much even for debug
func (l clientLog) Sub(module string) waLog.Logger {
	return clientLog{l.log.With(slog.String("module", module))}
}

func (l clientLog) write(level, format string, args []any) {
	l.log.Debug("client", slog.String("level", level), slog.String("text", fmt.Sprintf(format, args...)))
}

// QuietSignal sends the log of the Signal library, which otherwise prints to the console, to log at debug
// level. The setting belongs to the process: the assembly calls this once, before any client connects.
func QuietSignal(log *slog.Logger) {
	var l signal.Loggable = signalLog{log}
	signal.Setup(&l)
}

type signalLog struct{ log *slog.Logger }

func (l signalLog) Debug(string, string)        {}
func (l signalLog) Info(string, string)         {}
func (l signalLog) Warning(caller, text string) { l.write(caller, text) }
func (l signalLog) Error(caller, text string)   { l.write(caller, text) }
func (l signalLog) Configure(string)            {}

func (l signalLog) write(caller, text string) {
	l.log.Debug("signal", slog.String("caller", caller), slog.String("text", text))
}
