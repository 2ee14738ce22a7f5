package bench_test

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"

	"tapgate/internal/sandbox"
)

// newRawClient pairs a plain client with the number's phone and waits until it is connected. It
// has the switches that keep it from losing messages, as the gateway does.
func newRawClient(b *testing.B, w *world, number string) *whatsmeow.Client {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "raw.db")+
		"?_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)")
	check(b, err)
	db.SetMaxOpenConns(1)
	container := sqlstore.NewWithDB(db, "sqlite", waLog.Noop)
	check(b, container.Upgrade(b.Context()))
	client := whatsmeow.NewClient(container.NewDevice(), waLog.Noop)
	client.SynchronousAck = true
	client.EnableDecryptedEventBuffer = true
	transport := &http.Client{Transport: sandbox.DialTransport(w.address)}
	client.SetPreLoginHTTPClient(transport)
	client.SetWebsocketHTTPClient(transport)
	client.SetMediaHTTPClient(transport)

	codes := make(chan string, 1)
	connected := make(chan struct{}, 2)
	client.AddEventHandler(func(e any) {
		switch e := e.(type) {
		case *events.QR:
			select {
			case codes <- e.Codes[0]:
			default:
			}
		case *events.Connected:
			connected <- struct{}{}
		}
	})
	check(b, client.Connect())
	b.Cleanup(func() {
		client.Disconnect()
		db.Close()
	})
	wait(b, "QR code", codes, func(code string) { check(b, w.book.Scan(b.Context(), number, code)) })
	wait(b, "connection", connected, func(struct{}) {})
	return client
}

func wait[T any](b *testing.B, what string, c <-chan T, then func(T)) {
	b.Helper()
	select {
	case v := <-c:
		then(v)
	case <-time.After(patience):
		b.Fatalf("no %s after %s", what, patience)
	}
}
