package app_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// socksProxy is a SOCKS5 server as RFC 1928 and RFC 1929 describe it, which counts what passes.
type socksProxy struct {
	user, password string // "" takes everybody
	addr           string
	up, down       atomic.Int64 // bytes towards the network, and back
	refused        atomic.Int64 // clients with a wrong password

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]bool
	targets  map[string]bool // what was asked for
	running  sync.WaitGroup
}

func newSocksProxy(t *testing.T, user, password string) *socksProxy {
	t.Helper()
	p := &socksProxy{user: user, password: password, addr: "127.0.0.1:0", conns: map[net.Conn]bool{}, targets: map[string]bool{}}
	p.start(t)
	t.Cleanup(p.stop)
	return p
}

// start listens, after a stop on the same address.
func (p *socksProxy) start(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	p.listener, p.addr = l, l.Addr().String()
	p.running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			p.running.Go(func() { p.serve(c) })
		}
	})
}

// stop ends the listener and all connections.
func (p *socksProxy) stop() {
	p.listener.Close()
	p.mu.Lock()
	for c := range p.conns {
		c.Close()
	}
	p.mu.Unlock()
	p.running.Wait()
}

// keep makes a connection one that stop ends.
func (p *socksProxy) keep(c net.Conn) func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[c] = true
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.conns, c)
		c.Close()
	}
}

func (p *socksProxy) serve(c net.Conn) {
	defer p.keep(c)()
	r := bufio.NewReader(c)
	if p.greet(r, c) != nil {
		return
	}
	target, err := request(r)
	if err != nil {
		return
	}
	p.mu.Lock()
	p.targets[target] = true
	p.mu.Unlock()
	to, err := net.Dial("tcp", target)
	if err != nil {
		c.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
		return
	}
	defer p.keep(to)()
	c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	p.running.Go(func() {
		io.Copy(counted{c, &p.down}, to)
		c.Close()
	})
	io.Copy(counted{to, &p.up}, r)
	to.Close()
}

// greet agrees on how the client proves who it is, and lets it.
func (p *socksProxy) greet(r *bufio.Reader, c net.Conn) error {
	methods, err := field(r, 5)
	if err != nil {
		return err
	}
	want := byte(0) // no authentication
	if p.user != "" {
		want = 2 // user and password
	}
	if !contains(methods, want) {
		p.refused.Add(1)
		c.Write([]byte{5, 0xff})
		return errors.New("no method")
	}
	c.Write([]byte{5, want})
	if p.user == "" {
		return nil
	}
	user, err := field(r, 1)
	if err != nil {
		return err
	}
	password, err := counting(r)
	if err != nil {
		return err
	}
	if string(user) != p.user || string(password) != p.password {
		p.refused.Add(1)
		c.Write([]byte{1, 1})
		return errors.New("wrong password")
	}
	c.Write([]byte{1, 0})
	return nil
}

// request reads what the client wants to be connected with.
func request(r *bufio.Reader) (string, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(r, head); err != nil || head[0] != 5 || head[1] != 1 {
		return "", errors.Join(err, errors.New("no CONNECT"))
	}
	var host string
	switch head[3] {
	case 1, 4:
		raw := make([]byte, map[byte]int{1: 4, 4: 16}[head[3]])
		if _, err := io.ReadFull(r, raw); err != nil {
			return "", err
		}
		a, _ := netip.AddrFromSlice(raw)
		host = a.String()
	case 3:
		name, err := counting(r)
		if err != nil {
			return "", err
		}
		host = string(name)
	}
	port := make([]byte, 2)
	if _, err := io.ReadFull(r, port); err != nil {
		return "", err
	}
	return net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(port)))), nil
}

// field reads a version, and bytes that are counted by the one before them.
func field(r *bufio.Reader, version byte) ([]byte, error) {
	v, err := r.ReadByte()
	if err != nil || v != version {
		return nil, errors.Join(err, errors.New("another version"))
	}
	return counting(r)
}

func counting(r *bufio.Reader) ([]byte, error) {
	n, err := r.ReadByte()
	if err != nil {
		return nil, err
	}
	b := make([]byte, n)
	_, err = io.ReadFull(r, b)
	return b, err
}

func contains(list []byte, b byte) bool {
	for _, x := range list {
		if x == b {
			return true
		}
	}
	return false
}

// counted is a writer that counts.
type counted struct {
	io.Writer
	n *atomic.Int64
}

func (c counted) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	c.n.Add(int64(n))
	return n, err
}
