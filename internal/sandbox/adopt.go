package sandbox

import "go.mau.fi/whatsmeow/types"

// maxExpected bounds the devices per account that are only expected.
const maxExpected = 16

// adopt lets in a device that the network does not know, because it was restarted
// without its data: answering 401 would make the client delete its session.
// A device that was unlinked stays out.
//
// The client uploads its keys again, since it is told that almost none are left.
// Its Signal sessions and the LIDs it learned stay valid, because LIDs and the
// root key follow from the seed.
func (ch *change) adopt(phone string, id uint16, noiseKey [32]byte) (*device, int) {
	a, err := ch.account(phone)
	if err != nil || a.removed[id] {
		return nil, failLoggedOut
	}
	if d := a.devices[id]; d != nil { // it was expected
		d.noise = noiseKey
		ch.saveDevice(d)
		return d, 0
	}
	ch.n.log.Info("device adopted", "phone", phone, "device", id)
	return ch.addDevice(a, id, noiseKey, bundle{}), 0
}

// expect returns the device a message is addressed to. One that is unknown gets
// an outbox all the same and is adopted when it logs in: after a restart without
// data a sender may be back before the receiver is. pn is the receiver's phone
// number address, if the sender told it. Nil: such a device cannot come back.
func (ch *change) expect(j, pn types.JID) *device {
	if d := ch.n.deviceOf(j); d != nil {
		return d
	}
	a := ch.n.accountOf(j)
	if a == nil {
		phone := j.User
		if j.Server == types.HiddenUserServer {
			phone = pn.User
			if phone == "" || lidOf(ch.n.seed, phone) != j.User {
				return nil
			}
		}
		var err error
		if a, err = ch.account(phone); err != nil {
			return nil
		}
	}
	if a.removed[j.Device] || a.expected() >= maxExpected {
		return nil
	}
	return ch.addDevice(a, j.Device, [32]byte{}, bundle{})
}

// expected counts the devices that were written to but never seen.
func (a *account) expected() int {
	count := 0
	for _, d := range a.devices {
		if d.noise == [32]byte{} {
			count++
		}
	}
	return count
}
