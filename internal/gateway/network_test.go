package gateway_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"tapgate/internal/backend"
	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
)

// network is a backend whose network the test plays. It keeps the contract of backend.Backend; the
// real one runs in the scripts of the binary.
type network struct {
	mu       sync.Mutex
	sessions map[id.Channel]*session // the open ones
	opened   int
	online   bool
	sent     []backend.Envelope // every attempt
	typed    int
	lost     map[string]bool // devices whose keys are gone
	// profile is what was set, in order; unwilling is why a field can't be.
	profile   []string
	unwilling map[string]error
	// fetch gives a received file by its note; nil has none.
	fetch func(remote string) ([]byte, error)
	// answer decides about an attempt; nil acknowledges all.
	answer func(ctx context.Context, e backend.Envelope) (backend.Ack, error)
}

func newNetwork() *network {
	return &network{sessions: map[id.Channel]*session{}, online: true, lost: map[string]bool{}}
}

func (n *network) Open(_ context.Context, o backend.SessionOptions) (backend.Session, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.lost[o.Device] {
		return nil, fault.New(fault.Unpaired, "no such device")
	}
	if n.sessions[o.Channel] != nil {
		panic("a channel has two open sessions")
	}
	n.opened++
	s := &session{network: n, SessionOptions: o}
	n.sessions[o.Channel] = s
	return s, nil
}

func (n *network) Close() error { return nil }

// session returns the open session of a channel.
func (n *network) session(ch id.Channel) *session {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.sessions[ch]
}

// set changes what the network does.
func (n *network) set(do func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	do()
}

// connect switches the network on or off, and lets all sessions know.
func (n *network) connect(on bool) {
	n.mu.Lock()
	n.online = on
	var list []*session
	for _, s := range n.sessions {
		list = append(list, s)
	}
	n.mu.Unlock()
	for _, s := range list {
		if on {
			s.state(channel.Connected)
		} else {
			s.state(channel.Waiting)
		}
	}
}

// attempts returns what was handed to the network, in order.
func (n *network) attempts() []backend.Envelope {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.sent)
}

// bodies returns the texts of the attempts.
func (n *network) bodies() []string {
	var list []string
	for _, e := range n.attempts() {
		list = append(list, string(e.Payload))
	}
	return list
}

// session is one of network. Its sink is called under calls, so that Close can wait for the calls.
type session struct {
	*network
	backend.SessionOptions
	calls  sync.RWMutex
	closed bool
}

func (s *session) call(do func(backend.Sink)) {
	s.calls.RLock()
	defer s.calls.RUnlock()
	if !s.closed {
		do(s.Sink)
	}
}

func (s *session) state(to channel.State) {
	s.call(func(k backend.Sink) { k.State(context.Background(), backend.StateChange{State: to}) })
}

func (s *session) hear(p ...event.Payload) (err error) {
	s.call(func(k backend.Sink) { err = k.Handle(context.Background(), p) })
	return err
}

func (s *session) Connect(context.Context) error {
	s.mu.Lock()
	online := s.online
	s.mu.Unlock()
	switch {
	case s.Device == "":
		s.state(channel.Pairing)
		s.show("qr-1", time.Minute)
	case online:
		s.state(channel.Connecting)
		s.state(channel.Connected)
	default:
		s.state(channel.Connecting)
		s.state(channel.Waiting)
	}
	return nil
}

// show shows a QR code.
func (s *session) show(text string, valid time.Duration) {
	s.call(func(k backend.Sink) { k.QR(context.Background(), text, time.Now().Add(valid)) })
}

// scan is what a phone does with the QR code.
func (s *session) scan(number id.User) (err error) {
	s.call(func(k backend.Sink) {
		who := backend.Identity{Device: "device of " + string(number), Number: number}
		err = k.Paired(context.Background(), who)
		s.mu.Lock()
		s.Device = who.Device
		s.mu.Unlock()
	})
	if err == nil {
		s.state(channel.Connecting)
		s.state(channel.Connected)
	}
	return err
}

func (s *session) PairCode(_ context.Context, number id.User) (string, error) {
	return "CODE-" + string(number[:4]), nil
}

func (s *session) Unpair(context.Context) error {
	s.mu.Lock()
	s.lost[s.Device] = true
	s.mu.Unlock()
	s.state(channel.Unpaired)
	return nil
}

func (s *session) Prepare(_ context.Context, d backend.Draft) (backend.Envelope, error) {
	var body string
	switch c := d.Content.(type) {
	case message.Text:
		body = c.Body
	case message.Interactive:
		body = c.Body
	}
	_, _ = message.EachMedia(d.Content, func(_ string, m message.Media) (message.Media, error) {
		body += lacking + m.ID
		return m, nil
	})
	if d.Quote != nil {
		body += " citing " + d.Quote.ID.Stanza
	}
	if !d.Edit.IsZero() {
		body += " in place of " + d.Edit.Stanza
	}
	return backend.Envelope{Stanza: id.NewStanza(), Chat: d.Chat, Payload: []byte(body), Recipe: d.Recipe}, nil
}

// lacking stands in a payload before the id of a file that is not uploaded yet.
const lacking = " lacking "

func (s *session) Complete(ctx context.Context, e backend.Envelope, open backend.OpenFile) (backend.Envelope, error) {
	parts := strings.Split(string(e.Payload), lacking)
	s.mu.Lock()
	online := s.online
	s.mu.Unlock()
	if len(parts) > 1 && !online {
		return e, backend.ErrOffline
	}
	for i, mediaID := range parts[1:] {
		file, err := open(ctx, mediaID)
		if err != nil {
			return e, err
		}
		data, err := io.ReadAll(file)
		if err := errors.Join(err, file.Close()); err != nil {
			return e, err
		}
		parts[i+1] = string(data)
	}
	e.Payload = []byte(strings.Join(parts, " with "))
	return e, nil
}

func (s *session) Fetch(_ context.Context, remote []byte, w io.Writer) error {
	s.mu.Lock()
	fetch := s.fetch
	s.mu.Unlock()
	if fetch == nil {
		return fault.New(fault.NotFound, "gone")
	}
	data, err := fetch(string(remote))
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}

func (s *session) Send(ctx context.Context, e backend.Envelope) (backend.Ack, error) {
	s.mu.Lock()
	if !s.online || s.Device == "" {
		s.mu.Unlock()
		return backend.Ack{}, backend.ErrOffline
	}
	if strings.Contains(string(e.Payload), lacking) {
		panic("a message leaves without its files")
	}
	s.mu.Unlock()
	if e.Stored != nil {
		if err := e.Stored(ctx); err != nil {
			return backend.Ack{}, err
		}
		e.Stored = nil
	}
	s.mu.Lock()
	s.sent = append(s.sent, e)
	answer := s.answer
	s.mu.Unlock()
	if answer != nil {
		return answer(ctx, e)
	}
	return ack()
}

func ack() (backend.Ack, error) {
	return backend.Ack{At: time.Now().UTC().Truncate(time.Second)}, nil
}

func (s *session) Check(_ context.Context, numbers []id.User) (map[id.User]id.User, error) {
	if !s.reachable() {
		return nil, backend.ErrOffline
	}
	found := map[id.User]id.User{}
	for _, n := range numbers {
		if n != nobody {
			found[n] = n
		}
	}
	return found, nil
}

// nobody is a number without an account.
const nobody = id.User("4900000000")

func (s *session) reachable() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.online
}

func (s *session) Profile(_ context.Context, of id.User) (channel.Profile, error) {
	if !s.reachable() {
		return channel.Profile{}, backend.ErrOffline
	}
	return channel.Profile{About: "about " + string(of)}, nil
}

func (s *session) SetName(_ context.Context, name string) error { return s.shows("name " + name) }

func (s *session) SetAbout(_ context.Context, text string) error { return s.shows("about " + text) }

func (s *session) SetPicture(_ context.Context, jpeg []byte) error {
	return s.shows("picture " + string(jpeg))
}

// shows changes a profile, unless the test refuses it.
func (s *session) shows(what string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind, _, _ := strings.Cut(what, " ")
	if err := s.unwilling[kind]; err != nil {
		return err
	}
	s.profile = append(s.profile, what)
	return nil
}

func (s *session) Typing(context.Context, id.Chat, bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.typed++
	return nil
}

func (s *session) Close() error {
	s.calls.Lock()
	s.closed = true
	s.calls.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions[s.Channel] == s {
		delete(s.sessions, s.Channel)
	}
	return nil
}

// errCut is an outcome that nobody knows.
var errCut = errors.New("connection cut before the ack")

// planner names one webhook, "hook", for every event, and renders events as one line.
type planner struct{ woken sync.Map }

func (p *planner) Wake(ch id.Channel) { p.woken.Store(ch, true) }
