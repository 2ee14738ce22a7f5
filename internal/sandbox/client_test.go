package sandbox_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.mau.fi/libsignal/logger"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/sandbox"
)

// testSeed is one for the whole process: whatsmeow trusts one root key.
const testSeed = "sandbox test"

// patience bounds every wait for a fact.
const patience = 20 * time.Second

func TestMain(m *testing.M) {
	n, err := sandbox.Open(sandbox.Options{Seed: testSeed})
	if err != nil {
		panic(err)
	}
	whatsmeow.WACertPubKey = n.RootKey()
	if err := n.Close(); err != nil {
		panic(err)
	}
	var quiet logger.Loggable = quietSignal{}
	logger.Setup(&quiet)
	before := goleak.IgnoreCurrent()
	code := m.Run()
	if code == 0 {
		// whatsmeow leaves its read pump behind when a frame arrives while it
		// disconnects: nobody takes the frame any more.
		pump := goleak.IgnoreAnyFunction("go.mau.fi/whatsmeow/socket.(*FrameSocket).readPump")
		// Its reconnect may also sleep through a disconnect, and ends two seconds later.
		reconnect := goleak.IgnoreAnyFunction("go.mau.fi/whatsmeow.(*Client).autoReconnect")
		if err := goleak.Find(before, pump, reconnect); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// quietSignal swallows what libsignal would print about redelivered messages.
type quietSignal struct{}

func (quietSignal) Debug(string, string)   {}
func (quietSignal) Info(string, string)    {}
func (quietSignal) Warning(string, string) {}
func (quietSignal) Error(string, string)   {}
func (quietSignal) Configure(string)       {}

func openNetwork(t testing.TB, o sandbox.Options) *sandbox.Network {
	t.Helper()
	o.Seed = testSeed
	n, err := sandbox.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// client is an unmodified whatsmeow client with the settings that lose nothing,
// and everything it told us.
type client struct {
	*whatsmeow.Client
	t  testing.TB
	db *sql.DB

	mu     sync.Mutex
	events []any
	grown  chan struct{} // closed and replaced at each event
}

// newClient makes an unpaired client with a database of its own.
func newClient(t testing.TB, via http.RoundTripper) *client {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "client.db")+
		"?_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	container := sqlstore.NewWithDB(db, "sqlite", nil)
	if err := container.Upgrade(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, db: db, grown: make(chan struct{})}
	c.use(container.NewDevice(), via)
	t.Cleanup(func() {
		c.Disconnect()
		_ = db.Close()
	})
	return c
}

// use starts over with a new whatsmeow client on the given device.
func (c *client) use(device *store.Device, via http.RoundTripper) {
	var log waLog.Logger = waLog.Noop
	if os.Getenv("TAPGATE_TEST_LOG") != "" {
		log = waLog.Stdout("client", "DEBUG", false)
	}
	c.Client = whatsmeow.NewClient(device, log)
	c.SynchronousAck = true
	c.EnableDecryptedEventBuffer = true
	c.SetForceActiveDeliveryReceipts(true)
	c.through(via)
	c.AddEventHandler(c.record)
}

// through sends everything the client does over via from now on. At the end of the test it hangs up before
// the network that it was given last closes: whatsmeow has a data race if both sides close at once.
func (c *client) through(via http.RoundTripper) {
	c.t.Cleanup(func() { c.Disconnect() })
	hc := &http.Client{Transport: via}
	c.SetPreLoginHTTPClient(hc)
	c.SetWebsocketHTTPClient(hc)
	c.SetMediaHTTPClient(hc)
}

func (c *client) record(evt any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = append(c.events, evt)
	close(c.grown)
	c.grown = make(chan struct{})
}

// await returns the first event that match accepts, from those there are and those
// to come.
func await[E any](c *client, what string, match func(E) bool) E {
	c.t.Helper()
	deadline := time.After(patience)
	for i := 0; ; {
		c.mu.Lock()
		for ; i < len(c.events); i++ {
			if evt, ok := c.events[i].(E); ok && match(evt) {
				c.mu.Unlock()
				return evt
			}
		}
		grown := c.grown
		c.mu.Unlock()
		select {
		case <-grown:
		case <-deadline:
			c.t.Fatalf("waited %s for %s", patience, what)
		}
	}
}

func anyOf[E any](E) bool { return true }

// forget drops the events so far, so that only later ones are awaited.
func (c *client) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = nil
}

// awaitTexts waits until count texts have arrived and returns all, in order. An id
// counts once: whatsmeow dispatches a message again if the connection is cut while
// its handler runs.
func (c *client) awaitTexts(count int) []string {
	c.t.Helper()
	var texts []string
	seen := make(map[types.MessageID]bool)
	await(c, fmt.Sprintf("%d texts", count), func(msg *events.Message) bool {
		if text := msg.Message.GetConversation(); text != "" && !seen[msg.Info.ID] {
			texts = append(texts, text)
			seen[msg.Info.ID] = true
		}
		return len(texts) == count
	})
	return texts
}

func (c *client) say(to types.JID, text string) whatsmeow.SendResponse {
	c.t.Helper()
	resp, err := c.SendMessage(context.Background(), to, &waE2E.Message{Conversation: proto.String(text)})
	if err != nil {
		c.t.Errorf("send %q: %v", text, err)
	}
	return resp
}

// internals are what a test needs to send what no public method sends.
func (c *client) internals() *whatsmeow.DangerousInternalClient {
	//lint:ignore SA1019 deprecated is whatsmeow's word for "at your own risk"
	return c.DangerousInternals()
}

// settle lets both clients write once, so that each has confirmed the session.
func settle(a, b *client) {
	a.t.Helper()
	a.say(b.Store.GetJID().ToNonAD(), "settle")
	b.awaitTexts(1)
	b.say(a.Store.GetJID().ToNonAD(), "settle")
	a.awaitTexts(1)
}

// pairByQR pairs a new client with the account and waits until it is connected.
func pairByQR(t testing.TB, n *sandbox.Network, phone string) *client {
	t.Helper()
	c := newClient(t, n.Transport())
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	qr := await(c, "QR codes", anyOf[*events.QR])
	if _, err := n.Scan(t.Context(), phone, qr.Codes[0]); err != nil {
		t.Fatal(err)
	}
	await(c, "login after pairing", anyOf[*events.Connected])
	return c
}

// phone makes a client that is device 0 of an account, without pairing, and
// connects it.
func phone(t testing.TB, n *sandbox.Network, number, name string) *client {
	t.Helper()
	c := newClient(t, n.Transport())
	account, err := n.AddAccount(number, name)
	if err != nil {
		t.Fatal(err)
	}
	d := c.Store
	pn := account.PN
	d.ID, d.LID, d.PushName = &pn, account.LID, name
	d.Account = &waAdv.ADVSignedDeviceIdentity{
		Details: []byte{}, AccountSignature: make([]byte, 64),
		AccountSignatureKey: d.IdentityKey.Pub[:], DeviceSignature: make([]byte, 64),
	}
	if err := d.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = n.RegisterPhone(number, sandbox.PhoneKeys{
		NoisePub: *d.NoiseKey.Pub, IdentityPub: *d.IdentityKey.Pub, IdentityPriv: d.IdentityKey.Priv,
		RegistrationID: d.RegistrationID, SignedPreKeyID: d.SignedPreKey.KeyID,
		SignedPreKeyPub: *d.SignedPreKey.Pub, SignedPreKeySig: *d.SignedPreKey.Signature,
	})
	if err != nil {
		t.Fatal(err)
	}
	c.use(d, n.Transport())
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	await(c, "login of a phone", anyOf[*events.Connected])
	return c
}
