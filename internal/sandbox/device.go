package sandbox

import (
	"fmt"
	"maps"
	"slices"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// device is one client of an account: id 0 is the phone, the others companions.
type device struct {
	account *account
	id      uint16
	noise   [32]byte // zero for a device that is expected but was never seen (see adopt.go)
	bundle  bundle
	onetime []oneTimeKey

	outbox    []*entry // oldest first; delivered and not yet acknowledged ones included
	conn      *conn    // the connection that logged in as this device, nil if offline
	available bool     // said so by presence

	fetched map[string]int // versions of the app state that it asked for, by collection
}

// PhoneKeys are the public keys of a phone (device 0) that a test or an emulated
// phone made itself, so that it can log in without pairing.
type PhoneKeys struct {
	NoisePub, IdentityPub [32]byte
	// IdentityPriv, if known, becomes the key that signs the account's
	// companions, as on a real phone.
	IdentityPriv    *[32]byte
	RegistrationID  uint32
	SignedPreKeyID  uint32
	SignedPreKeyPub [32]byte
	SignedPreKeySig [64]byte
}

// RegisterPhone makes device 0 of the account known, so that a client whose
// store holds these keys can log in. The account is created if it is new.
// Registering again replaces the keys, as a phone that was set up anew.
func (n *Network) RegisterPhone(phone string, k PhoneKeys) error {
	return n.change(func(ch *change) error {
		a, err := ch.account(phone)
		if err != nil {
			return err
		}
		if k.IdentityPriv != nil {
			a.key = keys.NewKeyPairFromPrivateKey(*k.IdentityPriv)
			ch.saveAccount(a)
		}
		b := bundle{
			known: true, registration: k.RegistrationID, identity: k.IdentityPub,
			signedID: k.SignedPreKeyID, signedPub: k.SignedPreKeyPub, signedSig: k.SignedPreKeySig,
		}
		if d := a.devices[0]; d != nil {
			if d.noise == k.NoisePub {
				b.uploaded = d.bundle.uploaded
			} else {
				ch.dropOneTimeKeys(d)
			}
			d.noise, d.bundle = k.NoisePub, b
			ch.saveDevice(d)
			return nil
		}
		ch.addDevice(a, 0, k.NoisePub, b)
		return nil
	})
}

// Devices returns the PN addresses of an account's devices, by id. It includes those
// that were written to after a loss of state and have not come back yet.
func (n *Network) Devices(phone string) []types.JID {
	n.mu.Lock()
	defer n.mu.Unlock()
	if a := n.accounts[phone]; a != nil {
		return a.deviceList(types.DefaultUserServer)
	}
	return nil
}

// Online says whether the device (PN or LID form) has logged in and asked for
// delivery.
func (n *Network) Online(j types.JID) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	d := n.deviceOf(j)
	return d != nil && d.conn != nil && d.conn.active
}

// Pending says how many stanzas the device (PN or LID form) has not acknowledged: they wait for it, or it
// is at work on them.
func (n *Network) Pending(j types.JID) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	if d := n.deviceOf(j); d != nil {
		return len(d.outbox)
	}
	return 0
}

// UpToDate says whether the device (PN or LID form), since the network was opened, has asked for the newest
// version of everything in the account's app state: it knows the push name and the address book then.
func (n *Network) UpToDate(j types.JID) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	d := n.deviceOf(j)
	if d == nil {
		return false
	}
	for name, patches := range d.account.state {
		if d.fetched[name] < len(patches) {
			return false
		}
	}
	return true
}

// Unlink removes a companion, as the phone does under "linked devices": its
// connection is told so and closed, and it can never log in again.
func (n *Network) Unlink(j types.JID) error {
	return n.change(func(ch *change) error {
		d := n.deviceOf(j)
		if d == nil {
			return fmt.Errorf("%w: %s", ErrUnknownAccount, j)
		}
		c := d.conn
		ch.removeDevice(d)
		if c != nil {
			ch.after(func() { c.end(streamRemoved()) })
		}
		return nil
	})
}

// deviceOf finds the device of an address, PN or LID; nil if there is none.
func (n *Network) deviceOf(j types.JID) *device {
	if a := n.accountOf(j); a != nil {
		return a.devices[j.Device]
	}
	return nil
}

// jid is the device's address in the form of server.
func (d *device) jid(server string) types.JID {
	j := d.account.jid(server)
	j.Device = d.id
	return j
}

func (d *device) pn() types.JID  { return d.jid(types.DefaultUserServer) }
func (d *device) lid() types.JID { return d.jid(types.HiddenUserServer) }

// is says whether j addresses this device in either form.
func (d *device) is(j types.JID) bool { return j == d.pn() || j == d.lid() }

// addDevice registers a device and tells those who hold the account's list.
func (ch *change) addDevice(a *account, id uint16, noiseKey [32]byte, b bundle) *device {
	d := &device{account: a, id: id, noise: noiseKey, bundle: b}
	a.devices[id] = d
	if id >= a.nextDevice {
		a.nextDevice = id + 1
	}
	ch.saveAccount(a)
	ch.saveDevice(d)
	ch.notifyDevices(d, "add")
	return d
}

// removeDevice forgets a device for good.
func (ch *change) removeDevice(d *device) {
	a := d.account
	delete(a.devices, d.id)
	a.removed[d.id] = true
	d.conn = nil
	for _, other := range ch.n.accounts {
		delete(other.watchers, d)
		delete(ch.n.presence[other], d)
	}
	ch.forgetDevice(d)
	ch.notifyDevices(d, "remove")
}

// remove answers a client that logs itself out, or a phone that unlinks one of
// its companions.
func (c *conn) remove(q *query) *waBinary.Node {
	target := attrJID(&q.child, "jid")
	err := c.n.change(func(ch *change) error {
		d := c.n.deviceOf(target)
		if d == nil || d.account != c.device.account {
			return fmt.Errorf("%w: %s", ErrUnknownAccount, target)
		}
		removed := d.conn
		ch.removeDevice(d)
		ch.after(func() {
			switch removed {
			case c:
				c.end(*q.result())
				return
			case nil:
			default:
				removed.end(streamRemoved())
			}
			c.send(*q.result())
		})
		return nil
	})
	if err != nil {
		return q.fail(errItemNotFound)
	}
	return nil
}

// watched returns the devices to tell about a change of the account's list.
func (a *account) watched() []*device {
	out := slices.Collect(maps.Keys(a.watchers))
	slices.SortFunc(out, func(x, y *device) int {
		if x.account.Phone != y.account.Phone {
			if x.account.Phone < y.account.Phone {
				return -1
			}
			return 1
		}
		return int(x.id) - int(y.id)
	})
	return out
}
