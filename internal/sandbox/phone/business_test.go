package phone_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/id"
	"tapgate/internal/sandbox"
	"tapgate/internal/sandbox/phone"
)

const (
	businessNumber = "919984351847"
	jonathan       = "61371989950"
	mary           = "61371989951"
	patience       = 20 * time.Second
)

// All networks of this package have one seed, hence one root key: the client library keeps it per process.
func TestMain(m *testing.M) {
	n, err := sandbox.Open(sandbox.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	whatsmeow.WACertPubKey = n.RootKey()
	phone.QuietSignal(slog.New(slog.DiscardHandler))
	if err := n.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func context20s(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
	t.Cleanup(cancel)
	return ctx
}

func openNetwork(t testing.TB) *sandbox.Network {
	t.Helper()
	n := must(sandbox.Open(sandbox.Options{}))(t)
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Errorf("close network: %v", err)
		}
	})
	return n
}

func openBook(t testing.TB, n *sandbox.Network, dir string) *phone.Book {
	t.Helper()
	b := must(phone.Open(context20s(t), phone.Options{Network: n, Dir: dir}))(t)
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("close book: %v", err)
		}
	})
	return b
}

// business is a plain client, paired as a companion of the business number. It has nothing of the gateway.
type business struct {
	cli *whatsmeow.Client
	db  *sql.DB

	mu       sync.Mutex
	messages []*events.Message
	receipts []*events.Receipt
	changed  chan struct{}
	pushName chan string
	online   chan struct{}
	typing   chan *events.ChatPresence
}

func newBusiness(t testing.TB, n *sandbox.Network, b *phone.Book) *business {
	t.Helper()
	ctx := context20s(t)
	container, db := openContainer(t, t.Name())
	biz := &business{db: db, changed: make(chan struct{}, 1), pushName: make(chan string, 8), online: make(chan struct{}, 8), typing: make(chan *events.ChatPresence, 8)}
	biz.cli = whatsmeow.NewClient(container.NewDevice(), nil)
	web := &http.Client{Transport: n.Transport()}
	biz.cli.SetPreLoginHTTPClient(web)
	biz.cli.SetWebsocketHTTPClient(web)
	biz.cli.SetMediaHTTPClient(web)
	biz.cli.SynchronousAck, biz.cli.EnableDecryptedEventBuffer = true, true
	biz.cli.SetMaxParallelRetryReceiptHandling(1)
	biz.cli.SetForceActiveDeliveryReceipts(true)
	biz.cli.EmitAppStateEventsOnFullSync = true
	biz.cli.AddEventHandler(biz.handle)
	codes := must(biz.cli.GetQRChannel(ctx))(t)
	if err := biz.cli.Connect(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(biz.cli.Disconnect)
	for item := range codes {
		if item.Event == whatsmeow.QRChannelEventCode {
			if err := b.Scan(ctx, businessNumber, item.Code); err != nil {
				t.Fatal(err)
			}
		}
	}
	select {
	case <-biz.online:
	case <-time.After(patience):
		t.Fatal("the business did not get online")
	}
	return biz
}

// openContainer opens sessions in memory over one connection: with more of them, both directions of a chat at once
// lose messages.
func openContainer(t testing.TB, name string) (*sqlstore.Container, *sql.DB) {
	t.Helper()
	db := must(sql.Open("sqlite", "file:business-"+name+"?mode=memory&cache=shared&_pragma=foreign_keys(1)"))(t)
	db.SetMaxOpenConns(1)
	container := sqlstore.NewWithDB(db, "sqlite", nil)
	if err := container.Upgrade(context20s(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := container.Close(); err != nil {
			t.Errorf("close business: %v", err)
		}
	})
	return container, db
}

func (b *business) handle(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *events.Message:
		b.messages = append(b.messages, e)
	case *events.Receipt:
		b.receipts = append(b.receipts, e)
	case *events.Connected:
		b.online <- struct{}{}
	case *events.ChatPresence:
		b.typing <- e
	case *events.PushNameSetting:
		b.pushName <- e.Action.GetName()
	}
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

// wipe makes the business forget its sessions, as a client that was restored from nothing.
func (b *business) wipe(t testing.TB) {
	t.Helper()
	for _, table := range []string{"whatsmeow_sessions", "whatsmeow_identity_keys", "whatsmeow_sender_keys"} {
		must(b.db.ExecContext(context20s(t), "DELETE FROM "+table))(t)
	}
}

// texts counts the different messages with a text.
func (b *business) texts() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	seen := map[string]bool{}
	for _, m := range b.messages {
		if m.Message.GetConversation() != "" {
			seen[m.Info.ID] = true
		}
	}
	return len(seen)
}

// send sends a message with extra stanza nodes and returns the id that the gateway's API would show.
func (b *business) send(t testing.TB, to types.JID, m *waE2E.Message, nodes ...waBinary.Node) string {
	t.Helper()
	resp := must(b.cli.SendMessage(context20s(t), to, m, whatsmeow.SendRequestExtra{AdditionalNodes: &nodes}))(t)
	chat := must(id.ParseChat(to.String()))(t)
	return id.Message{Stanza: resp.ID, Chat: chat, FromMe: true}.String()
}

// answer waits for the message with the given stanza id, or any that fits.
func (b *business) await(t testing.TB, what string, fits func(*events.Message) bool) *events.Message {
	t.Helper()
	deadline := time.After(patience)
	for {
		b.mu.Lock()
		for _, m := range b.messages {
			if fits(m) {
				b.mu.Unlock()
				return m
			}
		}
		b.mu.Unlock()
		select {
		case <-b.changed:
		case <-deadline:
			t.Fatalf("the business did not get %s", what)
		}
	}
}

// awaitID waits for a message that a phone sent under this id.
func (b *business) awaitID(t testing.TB, messageID string) *events.Message {
	t.Helper()
	m := must(id.ParseMessage(messageID))(t)
	return b.await(t, "message "+messageID, func(e *events.Message) bool { return e.Info.ID == m.Stanza && !empty(e) })
}

func empty(e *events.Message) bool {
	return e.Message.GetSenderKeyDistributionMessage() != nil && proto.Size(e.Message) == proto.Size(&waE2E.Message{
		SenderKeyDistributionMessage: e.Message.SenderKeyDistributionMessage, MessageContextInfo: e.Message.MessageContextInfo,
	})
}

// watch keeps one subscription for a test, so that no change is missed between two waits.
type watch struct {
	t       testing.TB
	changes <-chan phone.Change
}

func watching(t testing.TB, b *phone.Book) *watch {
	t.Helper()
	changes, cancel := b.Subscribe()
	t.Cleanup(cancel)
	return &watch{t: t, changes: changes}
}

// until waits until cond holds; it is asked again after every change on any phone.
func (w *watch) until(what string, cond func() bool) {
	w.t.Helper()
	deadline := time.After(patience)
	for !cond() {
		select {
		case <-w.changes:
		case <-deadline:
			w.t.Fatalf("did not happen: %s", what)
		}
	}
}

// message waits until the phone holds the message.
func (w *watch) message(p *phone.Phone, messageID string) phone.Message {
	w.t.Helper()
	w.until("message "+messageID+" on "+p.Number(), func() bool { _, ok := p.Message(messageID); return ok })
	m, _ := p.Message(messageID)
	return m
}

func jid(number string) types.JID { return types.NewJID(number, types.DefaultUserServer) }

// world is a network with one customer and a business.
type world struct {
	*watch
	net      *sandbox.Network
	book     *phone.Book
	customer *phone.Phone
	business *business
}

func newWorld(t testing.TB) world {
	t.Helper()
	n := openNetwork(t)
	b := openBook(t, n, "")
	w := world{watch: watching(t, b), net: n, book: b}
	w.customer = must(b.Add(context20s(t), jonathan, "Jonathan"))(t)
	w.business = newBusiness(t, n, b)
	return w
}
