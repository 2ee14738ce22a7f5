package sandbox_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"tapgate/internal/sandbox"
)

func TestLoginFailures(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	for code, check := range map[int]func(*testing.T, *client){
		401: func(t *testing.T, c *client) {
			if out := await(c, "logged out", anyOf[*events.LoggedOut]); !out.OnConnect {
				t.Error("logged out during the session, want at connect")
			}
		},
		402: func(t *testing.T, c *client) {
			if ban := await(c, "temporary ban", anyOf[*events.TemporaryBan]); ban.Expire != time.Hour {
				t.Errorf("ban for %s, want an hour", ban.Expire)
			}
		},
		403: func(t *testing.T, c *client) { await(c, "logged out", anyOf[*events.LoggedOut]) },
		405: func(t *testing.T, c *client) { await(c, "outdated", anyOf[*events.ClientOutdated]) },
		503: func(t *testing.T, c *client) { await(c, "login after 503", anyOf[*events.Connected]) },
	} {
		t.Run(http.StatusText(code), func(t *testing.T) {
			number := "4915100000" + string(rune('0'+code%10))
			c := pairByQR(t, n, number)
			c.Disconnect()
			c.forget()
			n.Faults().FailLogin(number, code, 1)
			if err := c.Connect(); err != nil {
				t.Fatal(err)
			}
			check(t, c)
		})
	}
}

// A client that presents another Noise key than it was paired with is a stranger.
func TestLoginWithWrongKey(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	c := pairByQR(t, n, businessNumber)
	c.Disconnect()
	c.forget()
	c.Store.NoiseKey = newClient(t, n.Transport()).Store.NoiseKey
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	await(c, "logged out", anyOf[*events.LoggedOut])
}

func TestRefuseConnections(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	c := pairByQR(t, n, businessNumber)
	c.forget()
	n.Faults().RefuseConnections(time.Hour)
	await(c, "disconnect", anyOf[*events.Disconnected])
	stranger := newClient(t, n.Transport())
	if err := stranger.Connect(); err == nil {
		t.Error("a client got in while connections are refused")
	}
	n.Faults().RefuseConnections(0)
	await(c, "reconnect", anyOf[*events.Connected])
}

// A client of another process dials a real port.
func TestDialTransport(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: n}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	via := sandbox.DialTransport(listener.Addr().String())
	t.Cleanup(via.(*http.Transport).CloseIdleConnections)
	c := newClient(t, via)
	if err := c.Connect(); err != nil {
		t.Fatal(err)
	}
	qr := await(c, "QR codes", anyOf[*events.QR])
	if _, err := n.Scan(t.Context(), businessNumber, qr.Codes[0]); err != nil {
		t.Fatal(err)
	}
	await(c, "login over TCP", anyOf[*events.Connected])

	resp, err := (&http.Client{Transport: via}).Get("https://web.whatsapp.com/elsewhere")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("unknown path: %s, want 404", resp.Status)
	}
}

// A query that nobody built is answered at once and goes on the work list.
func TestUnknownQuery(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	c := pairByQR(t, n, businessNumber)
	for range 2 {
		if _, err := c.GetContactQRLink(context.Background(), false); err == nil {
			t.Fatal("a contact link came from nowhere")
		}
	}
	want := sandbox.UnknownQuery{Namespace: "w:qr", Type: "set", Child: "qr", Count: 2}
	if got := n.Unknown(); len(got) != 1 || got[0] != want {
		t.Errorf("unknown queries %v, want %v", got, want)
	}
}

func TestIsOnWhatsApp(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	c := pairByQR(t, n, businessNumber)
	if _, err := n.AddAccount(customerNumber, "Jonathan"); err != nil {
		t.Fatal(err)
	}
	got, err := c.IsOnWhatsApp(context.Background(), []string{"+" + customerNumber, "+" + secondNumber})
	if err != nil || len(got) != 2 {
		t.Fatalf("%v, %v: want two answers", got, err)
	}
	if !got[0].IsIn || got[0].PhoneNumber != jid(customerNumber) || got[0].JID.Server != types.HiddenUserServer {
		t.Errorf("known number: %+v", got[0])
	}
	if got[1].IsIn || got[1].Query != "+"+secondNumber {
		t.Errorf("unknown number: %+v", got[1])
	}
}
