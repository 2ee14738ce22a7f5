package bench_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/app"
	"tapgate/internal/backend/meow"
	"tapgate/internal/config"
	"tapgate/internal/sandbox"
	"tapgate/internal/sandbox/phone"
)

const (
	rawNumber     = "919984351847"
	gatewayNumber = "919984351848"
	patience      = time.Minute
)

// world is one emulated network for all benchmarks of a run.
type world struct {
	network *sandbox.Network
	address string
	book    *phone.Book
	next    atomic.Int64 // makes customers' numbers
}

func newWorld(b *testing.B) *world {
	b.Helper()
	meow.QuietLogs(nil)
	n, err := sandbox.Open(sandbox.Options{})
	check(b, err)
	check(b, meow.UseNetwork(n.RootKey()))
	server := httptest.NewServer(n)
	book, err := phone.Open(b.Context(), phone.Options{Network: n})
	check(b, err)
	b.Cleanup(func() {
		book.Close()
		n.Close()
		server.Close()
	})
	return &world{network: n, address: server.Listener.Addr().String(), book: book}
}

// customer adds one more customer.
func (w *world) customer(b *testing.B) *phone.Phone {
	b.Helper()
	number := fmt.Sprintf("6137198%04d", w.next.Add(1))
	p, err := w.book.Add(b.Context(), number, "Customer "+number)
	check(b, err)
	return p
}

// sender sends a text to a number and returns when WhatsApp has it.
type sender func(ctx context.Context, to, text string) error

// BenchmarkText measures texts: one caller, who waits for each, and eight callers to eight
// customers at once.
func BenchmarkText(b *testing.B) {
	w := newWorld(b)
	ways := []struct {
		name string
		send sender
	}{
		{"raw whatsmeow", w.raw(b)},
		{"HTTP through the gateway", w.gateway(b)},
	}
	for _, callers := range []int{1, 8} {
		for _, way := range ways {
			b.Run(fmt.Sprintf("%d callers/%s", callers, way.name), func(b *testing.B) {
				w.measure(b, callers, way.send)
			})
		}
	}
}

// measure sends b.N texts from several callers, each to a customer of its own, and stops the clock
// when every phone has all of its texts.
func (w *world) measure(b *testing.B, callers int, send sender) {
	customers := make([]*phone.Phone, callers)
	for i := range customers {
		customers[i] = w.customer(b)
		check(b, send(b.Context(), customers[i].Number(), "first contact"))
		await(b, customers[i], 1)
	}
	b.ResetTimer()
	var callersDone sync.WaitGroup
	for i, p := range customers {
		share := b.N / callers
		if i < b.N%callers {
			share++
		}
		callersDone.Go(func() {
			for k := range share {
				if err := send(b.Context(), p.Number(), fmt.Sprintf("text %d", k)); err != nil {
					b.Error(err)
					return
				}
			}
			await(b, p, share+1)
		})
	}
	callersDone.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}

// await waits until the phone has kept n messages.
func await(b *testing.B, p *phone.Phone, n int) {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(500 * time.Microsecond)
	defer tick.Stop()
	for p.Kept() < n {
		select {
		case <-deadline.C:
			b.Errorf("%s has %d of %d messages", p.Number(), p.Kept(), n)
			return
		case <-tick.C:
		}
	}
}

// raw is a plain whatsmeow companion on a database file.
func (w *world) raw(b *testing.B) sender {
	client := newRawClient(b, w, rawNumber)
	return func(ctx context.Context, to, text string) error {
		_, err := client.SendMessage(ctx, types.NewJID(to, types.DefaultUserServer), &waE2E.Message{Conversation: proto.String(text)})
		return err
	}
}

// gateway is tapgate serve on the same network, paired by QR code.
func (w *world) gateway(b *testing.B) sender {
	b.Helper()
	key := w.network.RootKey()
	running, err := app.Serve(b.Context(), config.Serve{
		Listen: "127.0.0.1:0", Data: b.TempDir(), Peer: w.address, Root: hex.EncodeToString(key[:]),
	}, app.Options{})
	check(b, err)
	b.Cleanup(func() { running.Stop(context.Background()) })
	facts := running.Facts()
	call := func(ctx context.Context, method, path string, body any) ([]byte, error) {
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		req, err := http.NewRequestWithContext(ctx, method, facts.API+path, bytes.NewReader(raw))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Authorization", "Bearer "+facts.Token)
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		if err == nil && resp.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s %s: %d: %s", method, path, resp.StatusCode, answer)
		}
		return answer, err
	}
	answer, err := call(b.Context(), "GET", "/users/login/rowdata", nil)
	check(b, err)
	var login struct{ RowData string }
	check(b, json.Unmarshal(answer, &login))
	check(b, w.book.Scan(b.Context(), gatewayNumber, login.RowData))
	return func(ctx context.Context, to, text string) error {
		_, err := call(ctx, "POST", "/messages/text", map[string]string{"to": to, "body": text})
		return err
	}
}

func check(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
