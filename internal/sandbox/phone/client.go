package phone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	waStore "go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// loginTimeout bounds how long a phone may take to get online.
const loginTimeout = 15 * time.Second

// newClient makes a client of the emulated network. Its settings are those with which nothing is lost in a chat
// that runs both ways at once: messages are acked after they were handled, decryption and encryption share
// a lock, and retries are answered one by one.
func (b *Book) newClient(device *waStore.Device) *client {
	log := b.log
	if device.ID != nil {
		log = log.With(slog.String("phone", device.ID.String()))
	}
	device.EventBuffer = newCopies(device.EventBuffer)
	cli := whatsmeow.NewClient(device, clientLog{log})
	web := &http.Client{Transport: b.net.Transport()}
	cli.SetPreLoginHTTPClient(web)
	cli.SetWebsocketHTTPClient(web)
	cli.SetMediaHTTPClient(web)
	cli.BackgroundEventCtx = b.life
	cli.SynchronousAck = true
	cli.EnableDecryptedEventBuffer = true
	cli.SetMaxParallelRetryReceiptHandling(1)
	cli.SetForceActiveDeliveryReceipts(true)
	return &client{Client: cli, loggedIn: make(chan struct{}, 1), rebuilt: map[types.JID]time.Time{}}
}

// client is a connection to the network that knows when it has logged in.
type client struct {
	*whatsmeow.Client
	// loggedIn holds a token after each login.
	loggedIn chan struct{}

	sending sync.Mutex              // see sendMessage
	rebuilt map[types.JID]time.Time // devices whose session was made anew, and when; guarded by sending
}

// online connects the client, if it is not connected, and waits until it has logged in.
func (c *client) online(ctx context.Context) error {
	if c.ready() {
		return nil
	}
	c.forgetLogins()
	err := c.Connect()
	if err != nil && !errors.Is(err, whatsmeow.ErrAlreadyConnected) {
		return fmt.Errorf("connect: %w", err)
	}
	timeout := time.NewTimer(loginTimeout)
	defer timeout.Stop()
	fresh := err == nil // the flag of the login before may still stand
	for fresh || !c.ready() {
		select {
		case <-c.loggedIn:
			fresh = false
		case <-ctx.Done():
			return fmt.Errorf("log in: %w", ctx.Err())
		case <-timeout.C:
			return fmt.Errorf("log in: not online after %s", loginTimeout)
		}
	}
	return nil
}

func (c *client) forgetLogins() {
	select {
	case <-c.loggedIn:
	default:
	}
}

// ready reports whether messages can be sent: the library keeps the login's flag after a disconnect.
func (c *client) ready() bool { return c.IsConnected() && c.IsLoggedIn() }

// noteLogin is called for each event of the client.
func (c *client) noteLogin(event any) {
	if _, ok := event.(*events.Connected); !ok {
		return
	}
	select {
	case c.loggedIn <- struct{}{}:
	default:
	}
}

// retryContent finds an own message for a receiver that could not decrypt it.
func (p *Phone) retryContent(_, _ types.JID, stanza types.MessageID) *waE2E.Message {
	r, ok := p.own(stanza)
	if !ok {
		return nil
	}
	if m, err := leaving(r.raw); err == nil {
		return m
	}
	return nil
}

// leaving is the form in which a message is handed to the client library, which writes into it.
func leaving(m *waE2E.Message) (*waE2E.Message, error) {
	if isAnswer(m) {
		return opaque(m)
	}
	return proto.CloneOf(m), nil
}
