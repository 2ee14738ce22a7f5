package sandbox

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Attributes keep their Go types on the way to the encoder: JIDs are types.JID
// and never strings, numbers are int, int64 or uint32. A client ignores a JID
// that came as a string, and the encoder panics on other number types.

// element makes a node with children or bytes as content; nil means empty.
func element(tag string, attrs waBinary.Attrs, content any) waBinary.Node {
	return waBinary.Node{Tag: tag, Attrs: attrs, Content: content}
}

// children is a node's content made of other nodes.
func children(nodes ...waBinary.Node) []waBinary.Node { return nodes }

// attr returns a textual attribute, "" if it is missing or of another type.
func attr(node *waBinary.Node, key string) string {
	value, _ := node.Attrs[key].(string)
	return value
}

// attrJID returns an address, the empty JID if it is missing or of another type.
func attrJID(node *waBinary.Node, key string) types.JID {
	jid, _ := node.Attrs[key].(types.JID)
	return jid
}

// contentBytes returns the node's bytes. What a client sends as text may be
// packed by the encoding and arrives as a string or as bytes, by its value.
func contentBytes(node waBinary.Node) []byte {
	switch content := node.Content.(type) {
	case []byte:
		return content
	case string:
		return []byte(content)
	default:
		return nil
	}
}

// firstChild is the tag of the first child, "" if there is none.
func firstChild(node *waBinary.Node) string {
	kids := node.GetChildren()
	if len(kids) == 0 {
		return ""
	}
	return kids[0].Tag
}

// newID makes an id for a stanza the server starts itself.
func newID() string {
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails since Go 1.24
	return strings.ToUpper(hex.EncodeToString(raw[:]))
}

// unixNow is the server's clock in the unit of the attribute t.
func unixNow() int64 { return time.Now().Unix() }

// participantHash is WhatsApp's hash over a list of devices, in any order.
func participantHash(devices []types.JID) string {
	names := make([]string, len(devices))
	for i, jid := range devices {
		names[i] = jid.ADString()
	}
	slices.Sort(names)
	sum := sha256.Sum256([]byte(strings.Join(names, "")))
	return "2:" + base64.RawStdEncoding.EncodeToString(sum[:6])
}
