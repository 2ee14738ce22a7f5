package sandbox

import (
	"sync"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Faults makes the network misbehave on purpose. Every switch is bounded by a
// count or a time, and an empty phone number means any.
type Faults struct {
	n *Network

	mu            sync.Mutex
	beforeProcess map[string]int
	beforeAck     map[string]int
	pings         map[string]int
	passkeys      map[string]int
	bans          map[string]ban
	logins        map[string]failure
	nacks         map[string]failure
	retries       failure
	refuseUntil   time.Time
}

// failure is an error code for the next count occasions.
type failure struct{ code, count int }

// ban begins with the first login that it refuses: a client that comes late shall not miss it.
type ban struct {
	lasts time.Duration
	until time.Time // zero before that
}

func newFaults() *Faults {
	return &Faults{
		beforeProcess: make(map[string]int), beforeAck: make(map[string]int),
		bans:  make(map[string]ban),
		pings: make(map[string]int), passkeys: make(map[string]int), logins: make(map[string]failure), nacks: make(map[string]failure),
	}
}

// Drop cuts the connection of a device (PN or LID form), or all connections for
// the empty JID. Clients reconnect by themselves.
func (f *Faults) Drop(device types.JID) {
	if device.IsEmpty() {
		for _, c := range f.n.connections() {
			c.cut()
		}
		return
	}
	if c := f.connection(device); c != nil {
		c.cut()
	}
}

// Replace ends the connection of a device as another program does that logs in with the same keys.
func (f *Faults) Replace(device types.JID) {
	if c := f.connection(device); c != nil {
		c.end(streamReplaced())
	}
}

// StreamError ends the connection of a device with an error code.
func (f *Faults) StreamError(device types.JID, code int) {
	if c := f.connection(device); c != nil {
		c.end(element("stream:error", waBinary.Attrs{"code": code}, nil))
	}
}

// connection returns the connection of a device, nil when it has none.
func (f *Faults) connection(device types.JID) *conn {
	f.n.mu.Lock()
	defer f.n.mu.Unlock()
	if d := f.n.deviceOf(device); d != nil {
		return d.conn
	}
	return nil
}

// CutBeforeProcess cuts the sender's connection instead of processing its next
// count messages.
func (f *Faults) CutBeforeProcess(phone string, count int) { f.set(f.beforeProcess, phone, count) }

// CutBeforeAck cuts the sender's connection after its next count messages were
// processed, in place of the ack.
func (f *Faults) CutBeforeAck(phone string, count int) { f.set(f.beforeAck, phone, count) }

// MutePings leaves the next count keepalives of an account unanswered.
func (f *Faults) MutePings(phone string, count int) { f.set(f.pings, phone, count) }

// AskPasskey makes the next count pairings with an account ask for its passkey.
func (f *Faults) AskPasskey(phone string, count int) { f.set(f.passkeys, phone, count) }

// FailLogin answers the next count logins of an account with a failure: 401
// logged out, 402 banned for an hour, 403 banned, 405 outdated, 503 unavailable.
func (f *Faults) FailLogin(phone string, code, count int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.logins[phone] = failure{code, count}
}

// Ban bans an account for d, from its next login on: logins are refused with 402 until it is over.
func (f *Faults) Ban(phone string, d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bans[phone] = ban{lasts: d}
}

// Nack refuses the sender's next count messages with an ack error.
func (f *Faults) Nack(phone string, code, count int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nacks[phone] = failure{code, count}
}

// NackRetries refuses the next count answers to retry receipts, of any sender.
func (f *Faults) NackRetries(code, count int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.retries = failure{code, count}
}

// RefuseConnections drops all connections and refuses new ones for d, as a server
// that restarts.
func (f *Faults) RefuseConnections(d time.Duration) {
	f.mu.Lock()
	f.refuseUntil = time.Now().Add(d)
	f.mu.Unlock()
	f.Drop(types.EmptyJID)
}

// DrainPreKeys uses up all one-time keys of an account's devices. They are not
// asked for new ones until they log in again.
func (f *Faults) DrainPreKeys(phone string) {
	_ = f.n.change(func(ch *change) error { // fails only on a closed network
		if a := f.n.accounts[phone]; a != nil {
			for _, d := range a.devices {
				ch.dropOneTimeKeys(d)
			}
		}
		return nil
	})
}

func (f *Faults) set(of map[string]int, phone string, count int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	of[phone] = count
}

// take uses up one occasion of a counter, of the phone or of any.
func (f *Faults) take(of map[string]int, phone string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, key := range []string{phone, ""} {
		if of[key] > 0 {
			of[key]--
			return true
		}
	}
	return false
}

func (f *Faults) cutBeforeProcess(phone string) bool { return f.take(f.beforeProcess, phone) }
func (f *Faults) cutBeforeAck(phone string) bool     { return f.take(f.beforeAck, phone) }
func (f *Faults) muted(phone string) bool            { return f.take(f.pings, phone) }
func (f *Faults) asksPasskey(phone string) bool      { return f.take(f.passkeys, phone) }

// fail uses up one occasion of a failure; 0 means none.
func fail(of map[string]failure, phone string) int {
	for _, key := range []string{phone, ""} {
		if left := of[key]; left.count > 0 {
			left.count--
			of[key] = left
			return left.code
		}
	}
	return 0
}

func (f *Faults) loginFailure(phone string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fail(f.logins, phone)
}

// banned is how long the ban of an account lasts yet, asked by a login.
func (f *Faults) banned(phone string) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	b, ok := f.bans[phone]
	if !ok {
		return 0
	}
	if b.until.IsZero() {
		b.until = time.Now().Add(b.lasts)
		f.bans[phone] = b
	}
	return max(time.Until(b.until), 0)
}

func (f *Faults) nack(phone string, retry bool) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if retry && f.retries.count > 0 {
		f.retries.count--
		return f.retries.code
	}
	return fail(f.nacks, phone)
}

func (f *Faults) refusing() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Now().Before(f.refuseUntil)
}
