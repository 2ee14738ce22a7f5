package sqlite_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tapgate/internal/event"
	"tapgate/internal/fault"
	"tapgate/internal/gateway"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store/sqlite"
)

// On a full disk the gateway accepts nothing and acks nothing to WhatsApp, says so, and goes on by
// itself when there is room again: what was refused is repeated, what was accepted before has ended.
func TestGatewayOnAFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gateway.db")
	synctest.Test(t, func(t *testing.T) {
		l := newLiar(t, path, notRun)
		defer l.close()
		send := func(n int) (message.Message, error) {
			text := fmt.Sprint(n, strings.Repeat("x", 3000))
			return l.Send(t.Context(), testChannel, gateway.Draft{
				To: id.User("61371989950").Private(), Content: message.Text{Body: text}, Key: gateway.Key{Name: fmt.Sprint(n)},
			})
		}
		l.pages(1) // SQLite takes the present size for a limit below it
		var accepted []message.Message
		refused := 0
		for n := 0; refused == 0; n++ {
			m, err := send(n)
			if err == nil {
				accepted = append(accepted, m)
				continue
			}
			refused = n
			if f := fault.Of(err); f.Kind != fault.Unavailable || f.Code != "storage" || f.RetryAfter <= 0 {
				t.Errorf("on a full disk: %+v", f)
			}
			if n > 1000 {
				t.Fatal("the disk does not fill")
			}
		}
		tap := event.MessageReceived{Message: message.Message{
			ID: id.Message{Stanza: id.NewStanza(), Chat: id.User("61371989950").Private()}, From: "61371989950",
			At: time.Unix(1762077700, 0).UTC(), Content: message.Text{Body: strings.Repeat("y", 9000)},
		}}
		if err := l.net.sink.Handle(t.Context(), []event.Payload{tap}); err == nil {
			t.Error("acked to WhatsApp on a full disk")
		}
		<-time.After(10 * time.Minute)

		l.pages(1_000_000)
		<-time.After(time.Minute)
		again, err := send(refused)
		if err != nil {
			t.Fatalf("with room again: %v", err)
		}
		if err := l.net.sink.Handle(t.Context(), []event.Payload{tap}); err != nil {
			t.Errorf("with room again: %v", err)
		}
		<-time.After(time.Minute)
		synctest.Wait()
		for _, m := range append(accepted, again) {
			if got, err := l.Message(t.Context(), testChannel, m.ID); err != nil || got.Status != message.Sent || l.told(m.ID) != 2 {
				t.Errorf("%s is %s, %v, told %d times", m.ID, got.Status, err, l.told(m.ID))
			}
		}
		if n := l.told(tap.Message.ID); n != 1 {
			t.Errorf("the tap is told %d times", n)
		}
		if n := len(l.net.seen); n != len(accepted)+1 {
			t.Errorf("%d messages left, want %d", n, len(accepted)+1)
		}
	})
}

// pages limits the size of the database.
func (l *liar) pages(n int) {
	l.t.Helper()
	err := l.db.Write(l.t.Context(), func(x *sqlite.Tx) error {
		_, err := x.Number(fmt.Sprint("pragma max_page_count = ", n))
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
}
