package api_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// Who sends the head of a request byte by byte holds a connection for a few seconds, not for as long as
// he likes; others are served meanwhile.
func TestSlowHeader(t *testing.T) {
	t.Parallel()
	s := start(t)
	const clients = 50
	type end struct {
		took time.Duration
		err  error
	}
	ends := make(chan end, clients)
	for range clients {
		go func() {
			began := time.Now()
			ends <- end{err: drip(s.Listener.Addr().String(), "GET /health HTTP/1.1\r\nHost: x\r\nX-Padding: "), took: time.Since(began)}
		}()
	}
	if res := s.ask(t, "GET", "/health", ""); res.StatusCode != 200 {
		t.Errorf("others get %d meanwhile", res.StatusCode)
	}
	for range clients {
		if e := <-ends; e.err != nil {
			t.Errorf("after %s: %v", e.took, e.err)
		}
	}
}

// drip sends a text and then one byte after the other, until the other side has had enough.
func drip(addr, head string) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return err
	}
	closed := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, conn)
		closed <- err
	}()
	rest := strings.NewReader(head + strings.Repeat("x", 1000))
	if _, err := io.CopyN(conn, rest, int64(len(head))); err != nil {
		return err
	}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-closed:
			if errors.Is(err, os.ErrDeadlineExceeded) {
				return errors.New("the connection was never closed")
			}
			return nil
		case <-tick.C:
			_, _ = io.CopyN(conn, rest, 1) // what can't be written the reader tells
		}
	}
}

// A head without end is refused before it is in memory.
func TestLongHeader(t *testing.T) {
	s := start(t)
	if line := statusLine(t, s, "GET /health HTTP/1.1\r\nHost: x\r\nX-Padding: "+strings.Repeat("x", 70<<10)+"\r\n\r\n"); line != "HTTP/1.1 431 Request Header Fields Too Large" {
		t.Error(line)
	}
}

// What a proxy, or somebody who plays one, says of a request changes nothing in the answer.
func TestForwardedIsNotBelieved(t *testing.T) {
	s, _ := startMedia(t)
	forged := []string{
		"X-Forwarded-For", "127.0.0.1", "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "gopher", "X-Forwarded-Prefix", "/evil",
		"Forwarded", "for=127.0.0.1;host=evil.example", "X-Real-Ip", "127.0.0.1", "X-Original-Url", "/settings", "X-Rewrite-Url", "/settings",
		"X-Http-Method-Override", "DELETE",
	}
	for _, path := range []string{"/health", "/settings", "/media", "/messages/list", "/openapi.json"} {
		plain, told := s.ask(t, "GET", path, ""), s.ask(t, "GET", path, "", forged...)
		a, b := read(t, plain), read(t, told)
		if plain.StatusCode != told.StatusCode || a != b {
			t.Errorf("%s: %d %s\nwith forged headers %d %s", path, plain.StatusCode, a, told.StatusCode, b)
		}
		if strings.Contains(b, "evil") || strings.Contains(fmt.Sprint(told.Header), "evil") {
			t.Errorf("%s repeats what was forged", path)
		}
	}
	s.Close()
	if bytes.Contains(s.log.Bytes(), []byte("evil")) {
		t.Errorf("the log repeats what was forged: %s", s.log)
	}
}
