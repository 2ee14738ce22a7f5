package sandbox

import (
	"math"
	"strconv"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Reasons of a failed login that clients know.
const (
	failLoggedOut   = 401
	failTempBanned  = 402
	failUnavailable = 503
)

// start begins the conversation after the handshake: a client that names no
// account wants to be paired, any other one logs in.
func (c *conn) start() {
	if c.login.DevicePairingData != nil {
		c.offerPairing()
		return
	}
	phone := strconv.FormatUint(c.login.GetUsername(), 10)
	if left := c.n.faults.banned(phone); left > 0 {
		c.end(loginBanned(left))
		return
	}
	if code := c.n.faults.loginFailure(phone); code != 0 {
		c.end(loginFailed(code))
		return
	}
	var replaced *conn
	err := c.n.change(func(ch *change) error {
		d, code := ch.admit(phone, uint16(c.login.GetDevice()), c.hello.Static)
		if code != 0 {
			ch.after(func() { c.end(loginFailed(code)) })
			return nil
		}
		replaced = d.conn
		c.n.detach(replaced)
		c.device, d.conn = d, c
		success := loginSucceeded(d)
		ch.after(func() { c.send(success) })
		return nil
	})
	if err != nil {
		c.end(loginFailed(failUnavailable))
	}
	if replaced != nil {
		replaced.end(streamReplaced())
	}
}

// admit finds the device that wants to log in, or the reason to refuse it. The
// Noise key is the only proof a client gives, and the only one it needs.
func (ch *change) admit(phone string, id uint16, noiseKey [32]byte) (*device, int) {
	a := ch.n.accounts[phone]
	if a == nil || a.devices[id] == nil || a.devices[id].noise == [32]byte{} {
		return ch.adopt(phone, id, noiseKey)
	}
	if a.devices[id].noise != noiseKey {
		return nil, failLoggedOut
	}
	return a.devices[id], 0
}

// detach ends the link between a connection and its device; what was sent and
// not acknowledged waits for the next one. The mutex must be held.
func (n *Network) detach(c *conn) {
	if c == nil || c.device == nil || c.device.conn != c {
		return
	}
	d := c.device
	d.conn, c.active = nil, false
	for _, e := range d.outbox {
		e.sent = false
	}
	n.setAvailable(d, false)
}

// activate starts delivery: the outbox goes out between the preview of what was
// missed and the end of it.
func (c *conn) activate(q *query) *waBinary.Node {
	reply := q.result()
	err := c.n.change(func(ch *change) error {
		d := c.device
		if d.conn != c { // replaced in the meantime
			return nil
		}
		c.active = true
		ch.after(func() {
			c.send(*reply)
			c.send(backlog(d.outbox)...)
		})
		return nil
	})
	if err != nil {
		c.cut()
		return nil
	}
	c.n.taps.loggedIn(c.device)
	return nil
}

func loginSucceeded(d *device) waBinary.Node {
	now := unixNow()
	return element("success", waBinary.Attrs{
		"t": now, "creation": now, "lid": d.lid(),
		"props": "27", "location": "sandbox", "display_name": d.account.Name,
	}, nil)
}

func loginFailed(code int) waBinary.Node {
	if code == failTempBanned {
		return loginBanned(time.Hour)
	}
	return element("failure", waBinary.Attrs{"reason": code, "location": "sandbox"}, nil)
}

// loginBanned is the answer to an account that is banned for a time, for writing to too many strangers.
func loginBanned(left time.Duration) waBinary.Node {
	return element("failure", waBinary.Attrs{
		"reason": failTempBanned, "location": "sandbox", "code": 101, "expire": int(math.Ceil(left.Seconds())),
	}, nil)
}

// streamRestart asks a client that was just paired to log in.
func streamRestart() waBinary.Node {
	return element("stream:error", waBinary.Attrs{"code": "515"}, nil)
}

func streamReplaced() waBinary.Node {
	return element("stream:error", nil, children(
		element("conflict", waBinary.Attrs{"type": "replaced"}, nil)))
}

func streamRemoved() waBinary.Node {
	return element("stream:error", waBinary.Attrs{"code": "401"}, children(
		element("conflict", waBinary.Attrs{"type": "device_removed"}, nil)))
}

// serverBulletin is an <ib> stanza with one child.
func serverBulletin(child waBinary.Node) waBinary.Node {
	return element("ib", waBinary.Attrs{"from": types.ServerJID}, children(child))
}
