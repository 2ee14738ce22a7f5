package sandbox

import (
	"fmt"
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waServerSync"
	"google.golang.org/protobuf/proto"
)

// patch is one encrypted change of an app state collection, with its version set.
type patch []byte

// syncAppState stores patches and answers with the ones a client lacks. The server
// orders patches; it never has the keys.
func (c *conn) syncAppState(q *query) *waBinary.Node {
	return c.answer(q, func(ch *change) *waBinary.Node {
		var answers []waBinary.Node
		for _, collection := range q.child.GetChildrenByTag("collection") {
			answers = append(answers, ch.syncCollection(c.device, &collection))
		}
		return q.result(element("sync", nil, answers))
	})
}

func (ch *change) syncCollection(d *device, asked *waBinary.Node) waBinary.Node {
	a, name := d.account, attr(asked, "name")
	from, _ := strconv.Atoi(attr(asked, "version")) // absent: from the beginning
	known := len(a.state[name])
	from = min(max(from, 0), known)
	attrs := waBinary.Attrs{"name": name, "version": known}
	upload, isUpload := asked.GetOptionalChildByTag("patch")
	if !isUpload {
		if d.fetched == nil {
			d.fetched = map[string]int{}
		}
		d.fetched[name] = known
		return element("collection", attrs, children(patchesSince(a.state[name], from)))
	}
	if from != known {
		attrs["type"] = "error"
		return element("collection", attrs, children(
			element("error", waBinary.Attrs{"code": 409, "text": "conflict"}, nil),
			patchesSince(a.state[name], from)))
	}
	stamped, err := stampVersion(contentBytes(upload), known+1)
	if err != nil {
		attrs["type"] = "error"
		return element("collection", attrs, children(
			element("error", waBinary.Attrs{"code": 400, "text": "bad-request"}, nil)))
	}
	ch.storePatch(d, name, stamped)
	attrs["version"] = known + 1
	return element("collection", attrs, nil)
}

// storePatch appends a patch and tells the account's other devices.
func (ch *change) storePatch(from *device, name string, p patch) {
	a := from.account
	a.state[name] = append(a.state[name], p)
	version := len(a.state[name])
	ch.savePatch(a, name, version, p)
	for _, d := range a.devices {
		if d != from {
			ch.deliver(d, element("notification", waBinary.Attrs{
				"from": a.PN, "type": "server_sync", "id": newID(), "t": unixNow(),
			}, children(element("collection", waBinary.Attrs{"name": name, "version": version}, nil))))
		}
	}
}

// stampVersion writes the version into a patch: clients upload it without, but
// compute their MACs with it.
func stampVersion(raw []byte, version int) (patch, error) {
	var p waServerSync.SyncdPatch
	if err := proto.Unmarshal(raw, &p); err != nil {
		return nil, fmt.Errorf("decode app state patch: %w", err)
	}
	p.Version = &waServerSync.SyncdVersion{Version: proto.Uint64(uint64(version))}
	out, err := proto.Marshal(&p)
	if err != nil {
		return nil, fmt.Errorf("encode app state patch: %w", err)
	}
	return out, nil
}

func patchesSince(all []patch, version int) waBinary.Node {
	var nodes []waBinary.Node
	for _, p := range all[version:] {
		nodes = append(nodes, element("patch", nil, []byte(p)))
	}
	return element("patches", nil, nodes)
}
