package sandbox

import (
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// notifyDevices tells those who hold a copy of the account's device list that a
// device was added or removed. what is "add" or "remove".
//
// whatsmeow keeps one list per address it asked for, so both forms are told, each
// with its own hash: the real server's single notification for both is ignored
// when only the list of the LID is known. Telling everybody instead of those who
// asked would be quadratic: 500 clients pairing gave 127,000 stanzas.
func (ch *change) notifyDevices(d *device, what string) {
	for _, server := range []string{types.DefaultUserServer, types.HiddenUserServer} {
		change := element(what, waBinary.Attrs{"device_hash": participantHash(d.account.deviceList(server))}, children(
			element("device", waBinary.Attrs{"jid": d.jid(server)}, nil),
			element("key-index-list", waBinary.Attrs{"ts": unixNow()}, nil),
		))
		for _, watcher := range d.account.watched() {
			if watcher == d {
				continue
			}
			ch.deliver(watcher, element("notification", waBinary.Attrs{
				"from": d.account.jid(server), "type": "devices", "id": newID(), "t": unixNow(),
			}, children(change)))
		}
	}
}
