package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"tapgate/internal/backup"
	"tapgate/internal/config"
	"tapgate/internal/media/ffmpeg"
	"tapgate/internal/netguard"
	"tapgate/internal/sandbox"
	"tapgate/internal/store/sqlite"
)

// Verdict is what the doctor says of one thing.
type Verdict string

// The verdicts. Fail means that serve would not work; Warn that something of it would not.
const (
	OK   Verdict = "ok"
	Warn Verdict = "warn"
	Fail Verdict = "fail"
)

// Finding is one thing that was looked at.
type Finding struct {
	Check   string  `json:"check"`
	Verdict Verdict `json:"verdict"`
	// Says is what was found, Next what to do about it; "" when there is nothing to do.
	Says string `json:"says"`
	Next string `json:"next,omitempty"`
}

// doctor looks at what serve would use.
type doctor struct {
	config config.Serve
	dir    string
	found  []Finding
	// running is true when a process uses the data directory.
	running bool
}

// Examine looks for what would keep serve from working, and changes nothing. It may run beside it.
func Examine(ctx context.Context, c config.Serve) []Finding {
	d := &doctor{config: c, dir: c.DataDir()}
	d.note("version", OK, fmt.Sprintf("tapgate %s, whatsmeow %s", Version(), ClientVersion()), "")
	d.directory()
	d.disk()
	d.databases(ctx)
	d.port(ctx, "--listen", c.Listen)
	if c.Metrics != "" {
		d.port(ctx, "--metrics", c.Metrics)
	}
	d.ffmpeg()
	d.network(ctx)
	d.webhooks(ctx)
	return d.found
}

func (d *doctor) note(check string, v Verdict, says, next string) {
	d.found = append(d.found, Finding{check, v, says, next})
}

// directory looks at who may read the data directory, and whether it is in use.
func (d *doctor) directory() {
	if d.dir == "" {
		d.note("data directory", Warn, "nothing is kept on an emulated network without --data", "")
		return
	}
	info, err := os.Stat(d.dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.note("data directory", OK, d.dir+" will be made at the first start", "")
		return
	case err != nil:
		d.note("data directory", Fail, err.Error(), "the user that runs tapgate must be able to read it")
		return
	case backup.Unfinished(d.dir):
		d.note("data directory", Fail, "a backup was not restored to the end", "empty it and restore the backup again")
		return
	case info.Mode().Perm()&0o077 != 0:
		d.note("data directory", Warn, fmt.Sprintf("%s has mode %o: others may look in", d.dir, info.Mode().Perm()), "chmod 700 "+d.dir)
	default:
		d.note("data directory", OK, d.dir+" is private", "")
	}
	f, err := os.OpenFile(filepath.Join(d.dir, lockName), os.O_RDWR, 0)
	if err == nil {
		d.running = lockFile(f) != nil
		_ = f.Close()
	}
	if d.running {
		d.note("instance", OK, "a tapgate works in the data directory", "")
	} else {
		d.note("instance", OK, "no tapgate works in the data directory", "")
	}
}

// least is how much room a disk should have, in bytes.
const least = 512 << 20

func (d *doctor) disk() {
	at := d.dir
	for at != "" {
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			break
		}
		at = filepath.Dir(at)
	}
	free, err := room(at)
	switch {
	case d.dir == "" || errors.Is(err, errors.ErrUnsupported):
	case err != nil:
		d.note("disk", Warn, err.Error(), "")
	case free < least:
		d.note("disk", Fail, fmt.Sprintf("%d MiB are free", free>>20), fmt.Sprintf("make room: at least %d MiB", least>>20))
	default:
		d.note("disk", OK, fmt.Sprintf("%d MiB are free", free>>20), "")
	}
}

// databases reads both databases from end to end.
func (d *doctor) databases(ctx context.Context) {
	for _, name := range []string{"gateway.db", "whatsmeow.db"} {
		path := filepath.Join(d.dir, name)
		if _, err := os.Stat(path); d.dir == "" || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := backup.Check(ctx, path); err != nil {
			d.note(name, Fail, err.Error(), "keep a copy of the data directory and restore a backup")
			continue
		}
		d.note(name, OK, "is sound", "")
	}
}

// port looks whether an address can be listened on. A running instance has taken it.
func (d *doctor) port(ctx context.Context, flag, address string) {
	l := &listener{flag: flag, address: address}
	err := l.bind(ctx)
	switch {
	case err == nil:
		_ = l.release(ctx)
		d.note(flag, OK, address+" is free", "")
	case d.running:
		d.note(flag, OK, address+" is taken, as by the tapgate that runs", "")
	default:
		d.note(flag, Fail, address+" can't be listened on: "+err.Error(), "end the program that uses it, or choose another address")
	}
}

func (d *doctor) ffmpeg() {
	if _, err := ffmpeg.New(); err != nil {
		d.note("ffmpeg", Warn, "is not installed: voice messages and films in other formats than WhatsApp's are refused", "install ffmpeg")
		return
	}
	d.note("ffmpeg", OK, "is installed", "")
}

// skew is how far a clock may be off: more, and times of messages and signatures of webhooks are wrong.
const skew = 30 * time.Second

// network looks whether WhatsApp can be reached, and what time it has.
func (d *doctor) network(ctx context.Context) {
	var transport http.RoundTripper
	if d.config.Emulated() {
		transport = sandbox.DialTransport(d.config.Peer)
	}
	date, err := reach(ctx, transport)
	if err != nil {
		d.note("WhatsApp", Fail, err.Error(), "check connection, DNS and firewall of this machine")
		return
	}
	d.note("WhatsApp", OK, "can be reached", "")
	if date.IsZero() {
		return
	}
	if off := time.Since(date).Round(time.Second); off.Abs() > skew {
		d.note("clock", Warn, fmt.Sprintf("differs from WhatsApp's by %s", off), "let this machine's clock be set by NTP")
		return
	}
	d.note("clock", OK, "agrees with WhatsApp's", "")
}

// webhookWait bounds the question whether one webhook can be reached.
const webhookWait = 5 * time.Second

// webhooks looks whether something listens where the webhooks of all channels are. Any answer will do:
// nothing is delivered by it.
func (d *doctor) webhooks(ctx context.Context) {
	path := filepath.Join(d.dir, "gateway.db")
	if _, err := os.Stat(path); err != nil || d.dir == "" {
		return
	}
	s, forget, err := openCopy(ctx, path)
	if err != nil {
		d.note("webhooks", Warn, "not looked at: "+err.Error(), "")
		return
	}
	defer forget()
	channels, err := s.Channels(ctx)
	if err != nil {
		d.note("webhooks", Warn, "not looked at: "+err.Error(), "")
		return
	}
	networks, _ := d.config.Networks() // the settings were checked before
	c := http.Client{
		Transport:     netguard.Transport(netguard.Options{AllowLoopback: d.config.AllowLoopback(), AllowCIDRs: networks}),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: webhookWait,
	}
	defer c.CloseIdleConnections()
	for _, ch := range channels {
		for i, w := range ch.Settings.Webhooks {
			check := fmt.Sprintf("webhook %d of %s", i+1, ch.ID)
			if err := probe(ctx, &c, w.URL); err != nil {
				d.note(check, Warn, "can't be reached: "+err.Error(), "start the program that listens there, or change the webhook")
				continue
			}
			d.note(check, OK, "can be reached", "")
		}
	}
}

// openCopy opens a copy of a database, because opening brings it to the version of this program. forget
// closes and removes the copy.
func openCopy(ctx context.Context, path string) (s *sqlite.Store, forget func(), err error) {
	temp, err := os.MkdirTemp("", "tapgate-doctor-")
	if err != nil {
		return nil, nil, err
	}
	copied := filepath.Join(temp, filepath.Base(path))
	if err = backup.Copy(ctx, path, copied); err == nil {
		s, err = sqlite.Open(ctx, sqlite.Options{Path: copied})
	}
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(temp))
	}
	return s, func() { _ = errors.Join(s.Close(), os.RemoveAll(temp)) }, nil
}
