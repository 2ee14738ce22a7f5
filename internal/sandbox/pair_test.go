package sandbox_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"tapgate/internal/sandbox"
)

func TestPairByQR(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	logins := make(chan types.JID, 9)
	cancel := n.OnLogin(func(device types.JID) { logins <- device })
	c := pairByQR(t, n, businessNumber)
	want := jid(businessNumber)
	want.Device = 1
	select {
	case got := <-logins:
		if got != want {
			t.Errorf("login of %s, want %s", got, want)
		}
	case <-time.After(10 * time.Second):
		t.Error("nobody was told of the login")
	}
	cancel()
	if *c.Store.ID != want {
		t.Errorf("paired as %s, want %s", c.Store.ID, want)
	}
	account, ok := n.AccountByJID(c.Store.LID)
	if !ok || account.Phone != businessNumber {
		t.Errorf("LID %s belongs to %+v, want %s", c.Store.LID, account, businessNumber)
	}
	if got := n.Devices(businessNumber); !slices.Equal(got, []types.JID{want}) {
		t.Errorf("devices %v, want %v", got, want)
	}
	if n := len(logins); n != 0 {
		t.Errorf("%d more logins", n)
	}
	if !n.Online(want) || !n.Online(c.Store.LID) {
		t.Error("the paired device is not online in both forms")
	}
	if unknown := n.Unknown(); len(unknown) != 0 {
		t.Errorf("pairing asked for what the network does not know: %v", unknown)
	}
}

func TestScanRefusesStrangers(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	c := newClient(t, n.Transport())
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	qr := await(c, "QR codes", anyOf[*events.QR]).Codes
	if len(qr) != 6 {
		t.Fatalf("%d QR codes, want 6", len(qr))
	}
	// Another client's keys under this client's ref: a photographed code.
	fields := strings.Split(qr[0], ",")
	forged := strings.Join([]string{fields[0], fields[2], fields[1], fields[3]}, ",")
	for name, text := range map[string]string{"forged keys": forged, "no QR text": "hello", "unknown ref": "2@x," + strings.Join(fields[1:], ",")} {
		if _, err := n.Scan(t.Context(), businessNumber, text); !errors.Is(err, sandbox.ErrQR) {
			t.Errorf("%s: %v, want ErrQR", name, err)
		}
	}
	if got := n.Devices(businessNumber); len(got) != 0 {
		t.Errorf("devices %v, want none", got)
	}
	if _, err := n.Scan(t.Context(), "+49 1234", qr[5]); !errors.Is(err, sandbox.ErrPhone) {
		t.Errorf("number with spaces: %v, want ErrPhone", err)
	}
}

func TestPairByCode(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	c := newClient(t, n.Transport())
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	await(c, "QR codes", anyOf[*events.QR])
	code, err := c.PairPhone(context.Background(), businessNumber, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	if err != nil {
		t.Fatal(err)
	}
	wrong := "1111-1111"
	if code == wrong {
		wrong = "2222-2222"
	}
	if _, err := n.EnterCode(t.Context(), businessNumber, wrong); !errors.Is(err, sandbox.ErrCode) {
		t.Fatalf("wrong code: %v, want ErrCode", err)
	}
	device, err := n.EnterCode(t.Context(), businessNumber, strings.ToLower(code))
	if err != nil {
		t.Fatal(err)
	}
	await(c, "login after pairing", anyOf[*events.Connected])
	if *c.Store.ID != device {
		t.Errorf("paired as %s, EnterCode said %s", c.Store.ID, device)
	}
	if _, err := n.EnterCode(t.Context(), businessNumber, code); !errors.Is(err, sandbox.ErrCode) {
		t.Errorf("code used twice: %v, want ErrCode", err)
	}
}

func TestUnlink(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	c := pairByQR(t, n, businessNumber)
	device := *c.Store.ID
	if err := n.Unlink(device); err != nil {
		t.Fatal(err)
	}
	if out := await(c, "logged out", anyOf[*events.LoggedOut]); out.OnConnect {
		t.Error("logged out at connect, want at once")
	}
	if got := n.Devices(businessNumber); len(got) != 0 {
		t.Errorf("devices %v, want none", got)
	}
	if again := pairByQR(t, n, businessNumber); again.Store.ID.Device != 2 {
		t.Errorf("new device has id %d, want 2: ids are never reused", again.Store.ID.Device)
	}
}

func TestLogout(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	c := pairByQR(t, n, businessNumber)
	if err := c.Logout(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := n.Devices(businessNumber); len(got) != 0 {
		t.Errorf("devices %v, want none", got)
	}
}

// A second login of the same device replaces the first.
func TestReplaced(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	c := pairByQR(t, n, businessNumber)
	second := &client{t: t, grown: make(chan struct{})}
	second.use(c.Store, n.Transport())
	if err := second.Connect(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(second.Disconnect)
	await(c, "stream replaced", anyOf[*events.StreamReplaced])
	await(second, "login of the second", anyOf[*events.Connected])
}
