package bench

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"tapgate/internal/backend/meow"
	"tapgate/internal/sandbox"
)

// Bare says where the bare client finds its network.
type Bare struct {
	API, Network, Root, Dir string
}

// order is what the bare client is told to do: one line of JSON on stdin, answered by one on stdout.
type order struct {
	// Pair is how many clients there shall be.
	Pair int `json:",omitempty"`
	// Send lets the first clients send so many texts each, one after the other.
	Send, Each, Customers int `json:",omitempty"`
	// Heard asks for what was received since it was asked last.
	Heard bool `json:",omitempty"`
}

// reply answers an order.
type reply struct {
	Error string `json:",omitempty"`
	// Took is microseconds for each text sent, Elapsed for all of them.
	Took    []int64 `json:",omitempty"`
	Elapsed int64   `json:",omitempty"`
	// Heard is when a message arrived at the handler, in microseconds since 1970.
	Heard map[string]int64 `json:",omitempty"`
}

// herd is a number of clients on one database: what somebody writes who has read the library's
// example and its advice for SQLite, with the options that keep messages over a crash.
type herd struct {
	Bare
	container *sqlstore.Container
	clients   []*whatsmeow.Client

	mu    sync.Mutex
	heard map[string]int64
}

// RunBare is the bare client's process: it follows orders until stdin ends.
func RunBare(ctx context.Context, b Bare, stdin io.Reader, stdout io.Writer) error {
	raw, err := hex.DecodeString(b.Root)
	if err != nil || len(raw) != 32 {
		return fmt.Errorf("root key %q is none", b.Root)
	}
	if err := meow.UseNetwork([32]byte(raw)); err != nil {
		return err
	}
	if err := os.MkdirAll(b.Dir, 0o700); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.Dir, "bare.db")+
		"?_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	h := &herd{Bare: b, container: sqlstore.NewWithDB(db, "sqlite", waLog.Noop), heard: map[string]int64{}}
	if err := h.container.Upgrade(ctx); err != nil {
		return err
	}
	defer func() {
		for _, c := range h.clients {
			c.Disconnect()
		}
	}()
	answers := json.NewEncoder(stdout)
	if err := answers.Encode(reply{}); err != nil {
		return err
	}
	for lines := bufio.NewScanner(stdin); lines.Scan(); {
		var o order
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			return err
		}
		answer, err := h.follow(ctx, o)
		if err != nil {
			answer.Error = err.Error()
		}
		if err := answers.Encode(answer); err != nil {
			return err
		}
	}
	return nil
}

func (h *herd) follow(ctx context.Context, o order) (reply, error) {
	switch {
	case o.Pair > 0:
		first := len(h.clients)
		h.clients = append(h.clients, make([]*whatsmeow.Client, max(o.Pair-first, 0))...)
		return reply{}, several(len(h.clients)-first, 4, func(i int) error {
			c, err := h.pair(ctx, business(true, first+i))
			h.clients[first+i] = c
			return err
		})
	case o.Send > 0:
		return h.send(ctx, o)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	heard := h.heard
	h.heard = map[string]int64{}
	return reply{Heard: heard}, nil
}

// pair connects a new client and lets the number's phone scan its code.
func (h *herd) pair(ctx context.Context, number string) (*whatsmeow.Client, error) {
	c := whatsmeow.NewClient(h.container.NewDevice(), waLog.Noop)
	c.SynchronousAck = true
	c.EnableDecryptedEventBuffer = true
	c.UseRetryMessageStore = true
	via := &http.Client{Transport: sandbox.DialTransport(h.Network)}
	c.SetPreLoginHTTPClient(via)
	c.SetWebsocketHTTPClient(via)
	c.SetMediaHTTPClient(via)
	codes, connected := make(chan string, 1), make(chan struct{}, 2)
	c.AddEventHandler(func(e any) {
		switch e := e.(type) {
		case *events.QR:
			select {
			case codes <- e.Codes[0]:
			default:
			}
		case *events.Connected:
			connected <- struct{}{}
		case *events.Message:
			h.hear(e.Info.ID)
		}
	})
	if err := c.Connect(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	select {
	case code := <-codes:
		n := network{api: h.API, http: newClient()}
		if err := n.scan(ctx, number, code); err != nil {
			return nil, err
		}
	case <-ctx.Done():
		return nil, fmt.Errorf("no QR code for %s: %w", number, ctx.Err())
	}
	select {
	case <-connected:
		return c, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%s does not connect: %w", number, ctx.Err())
	}
}

func (h *herd) hear(message string) {
	now := time.Now().UnixMicro()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heard[message] = now
}

func (h *herd) send(ctx context.Context, o order) (reply, error) {
	took := make([][]int64, o.Send)
	began := time.Now()
	err := several(o.Send, o.Send, func(i int) error {
		to := types.NewJID(customer(i%o.Customers), types.DefaultUserServer)
		for k := range o.Each {
			start := time.Now()
			if _, err := h.clients[i].SendMessage(ctx, to, &waE2E.Message{Conversation: proto.String(fmt.Sprint("text ", k))}); err != nil {
				return err
			}
			took[i] = append(took[i], time.Since(start).Microseconds())
		}
		return nil
	})
	r := reply{Elapsed: time.Since(began).Microseconds()}
	for _, list := range took {
		r.Took = append(r.Took, list...)
	}
	return r, err
}
