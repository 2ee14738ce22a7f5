package sandbox_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"tapgate/internal/sandbox"
)

// switchboard leads clients to whichever network is running.
type switchboard struct {
	to atomic.Pointer[sandbox.Network]
}

func (s *switchboard) RoundTrip(r *http.Request) (*http.Response, error) {
	if n := s.to.Load(); n != nil {
		return n.Transport().RoundTrip(r)
	}
	return nil, errors.New("nobody is there")
}

// restart lets the clients hang up, closes the network and opens another one. The
// clients go first because whatsmeow has a data race if both sides close at once.
func (s *switchboard) restart(t *testing.T, o sandbox.Options, hangUp func()) *sandbox.Network {
	t.Helper()
	hangUp()
	if err := s.to.Swap(nil).Close(); err != nil {
		t.Fatal(err)
	}
	n := openNetwork(t, o)
	s.to.Store(n)
	return n
}

func start(t *testing.T, o sandbox.Options) (*switchboard, *sandbox.Network) {
	t.Helper()
	n := openNetwork(t, o)
	s := &switchboard{}
	s.to.Store(n)
	return s, n
}

// comeBack logs a client in over the switchboard, with a fresh whatsmeow client on
// the old store, as a restarted process would.
func (c *client) comeBack(via http.RoundTripper) {
	c.t.Helper()
	c.Disconnect()
	c.forget()
	c.use(c.Store, via)
	if err := c.Connect(); err != nil {
		c.t.Fatal(err)
	}
	await(c, "login after the restart", anyOf[*events.Connected])
}

// With its data, a restarted network still has accounts, devices, groups and every
// message that waits, and knows which messages it has seen.
func TestRestartWithData(t *testing.T) {
	dir := t.TempDir()
	board, n := start(t, sandbox.Options{Dir: dir})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	group, err := business.CreateGroup(context.Background(), whatsmeow.ReqCreateGroup{
		Name: "Order 12", Participants: []types.JID{jid(customerNumber)},
	})
	if err != nil {
		t.Fatal(err)
	}
	customer.say(jid(businessNumber), "hello")
	business.awaitTexts(1)
	removed := pairByQR(t, n, businessNumber)
	removed.Disconnect()
	if err := n.Unlink(*removed.Store.ID); err != nil {
		t.Fatal(err)
	}
	customer.Disconnect()
	for _, text := range numbered("waiting", 10) {
		business.say(jid(customerNumber), text)
	}
	business.say(group.JID, "to the group")
	devices, accounts := n.Devices(businessNumber), n.Accounts()

	n = board.restart(t, sandbox.Options{Dir: dir}, business.Disconnect)
	if got := n.Devices(businessNumber); !slices.Equal(got, devices) {
		t.Errorf("devices %v, want %v", got, devices)
	}
	if got := n.Accounts(); !slices.Equal(got, accounts) {
		t.Errorf("accounts %v, want %v", got, accounts)
	}
	business.comeBack(board)
	customer.comeBack(board)
	want := append(numbered("waiting", 10), "to the group")
	if got := customer.awaitTexts(11); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if info, err := customer.GetGroupInfo(context.Background(), group.JID); err != nil || info.Name != "Order 12" || len(info.Participants) != 2 {
		t.Errorf("group after the restart: %+v, %v", info, err)
	}
	customer.say(jid(businessNumber), "and back")
	business.awaitTexts(1)

	removed.forget()
	removed.use(removed.Store, board)
	if err := removed.Connect(); err != nil {
		t.Fatal(err)
	}
	await(removed, "refusal of the unlinked device", anyOf[*events.LoggedOut])
}

// A message that was accepted before the restart is not delivered again when its
// sender, who never saw the ack, repeats it afterwards.
func TestRestartRemembersMessages(t *testing.T) {
	dir := t.TempDir()
	board, n := start(t, sandbox.Options{Dir: dir})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	sent := business.say(jid(customerNumber), "once")
	// The receipt has passed the server, so the message has left the outbox.
	await(business, "receipt", func(r *events.Receipt) bool { return slices.Contains(r.MessageIDs, sent.ID) })
	n = board.restart(t, sandbox.Options{Dir: dir}, func() { business.Disconnect(); customer.Disconnect() })
	business.comeBack(board)
	customer.comeBack(board)
	var deliveries atomic.Int32
	n.Tap(jid(customerNumber), func(sandbox.Delivery) { deliveries.Add(1) })
	_, err := business.SendMessage(context.Background(), jid(customerNumber), text("once more"), whatsmeow.SendRequestExtra{ID: sent.ID})
	if err != nil {
		t.Fatal(err)
	}
	business.say(jid(customerNumber), "end")
	customer.awaitTexts(1)
	if got := deliveries.Load(); got != 1 {
		t.Errorf("%d deliveries, want 1: the repeated id must not go out", got)
	}
}

// Without its data, a restarted network adopts whoever logs in: clients stay paired
// and go on talking in the sessions they have.
func TestRestartWithoutData(t *testing.T) {
	board, n := start(t, sandbox.Options{})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	business.say(jid(customerNumber), "before")
	customer.awaitTexts(1)
	customer.say(jid(businessNumber), "before")
	business.awaitTexts(1)
	device, lid := *business.Store.ID, business.Store.LID

	n = board.restart(t, sandbox.Options{}, func() { business.Disconnect(); customer.Disconnect() })
	business.forget()
	business.through(board) // the same client: it still has the device list
	if err := business.Connect(); err != nil {
		t.Fatal(err)
	}
	await(business, "login after the restart", anyOf[*events.Connected])
	if *business.Store.ID != device || business.Store.LID != lid {
		t.Errorf("now %s %s, was %s %s", business.Store.ID, business.Store.LID, device, lid)
	}
	business.say(jid(customerNumber), "sent before the customer is back")
	customer.comeBack(board)
	customer.awaitTexts(1)
	customer.say(jid(businessNumber), "after")
	business.awaitTexts(1)
	if got := n.Devices(businessNumber); !slices.Equal(got, []types.JID{device}) {
		t.Errorf("devices %v, want %v", got, device)
	}
	if other := pairByQR(t, n, secondNumber); other.IsLoggedIn() {
		other.say(jid(businessNumber), "from a new client")
	}
	business.awaitTexts(2)
}

func TestSeedOfOtherState(t *testing.T) {
	dir := t.TempDir()
	n, err := sandbox.Open(sandbox.Options{Dir: dir, Seed: "one"})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.Open(sandbox.Options{Dir: dir, Seed: "two"}); !errors.Is(err, sandbox.ErrSeed) {
		t.Errorf("got %v, want ErrSeed", err)
	}
}

// A crash image, taken while the network runs, holds everything that was
// acknowledged.
func TestCrash(t *testing.T) {
	dir, image := t.TempDir(), t.TempDir()
	board, n := start(t, sandbox.Options{Dir: dir})
	business := pairByQR(t, n, businessNumber)
	customer := phone(t, n, customerNumber, "Jonathan")
	business.say(jid(customerNumber), "hello")
	await(business, "receipt", anyOf[*events.Receipt])
	customer.Disconnect()
	for _, body := range numbered("acknowledged", 30) {
		business.say(jid(customerNumber), body)
	}
	for _, name := range []string{"network.db", "network.db-wal"} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(image, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	board.restart(t, sandbox.Options{Dir: image}, business.Disconnect)
	customer.comeBack(board)
	if got := customer.awaitTexts(30); !slices.Equal(got, numbered("acknowledged", 30)) {
		t.Errorf("got %q", got)
	}
}
