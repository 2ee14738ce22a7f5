package sandbox

import (
	"cmp"
	"slices"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// query is an <iq> of a client.
type query struct {
	node  waBinary.Node
	child waBinary.Node // the first child, which says what is asked
}

// UnknownQuery is a kind of request that this network does not know.
type UnknownQuery struct {
	Namespace, Type, Child string
	Count                  int // how often it was asked; 0 in the key of a map
}

// queryKind selects a handler.
type queryKind struct{ namespace, kind, child string }

// handler answers a query; nil means that no answer is to be sent (any more).
type handler func(c *conn, q *query) *waBinary.Node

// handlerOf is the table of what clients may ask once they are logged in.
func handlerOf(k queryKind) handler {
	switch k {
	case queryKind{"w:p", "get", ""}, queryKind{"w:p", "get", "ping"}:
		return (*conn).ping
	case queryKind{"passive", "set", "active"}:
		return (*conn).activate
	case queryKind{"passive", "set", "passive"}:
		return (*conn).ok
	case queryKind{"encrypt", "get", "count"}:
		return (*conn).preKeyCount
	case queryKind{"encrypt", "get", "key"}:
		return (*conn).fetchPreKeys
	case queryKind{"encrypt", "set", "registration"}:
		return (*conn).uploadPreKeys
	case queryKind{"usync", "get", "usync"}:
		return (*conn).usync
	case queryKind{"w:m", "set", "media_conn"}:
		return (*conn).mediaConn
	case queryKind{"w:sync:app:state", "set", "sync"}:
		return (*conn).syncAppState
	case queryKind{"privacy", "set", "tokens"}:
		return (*conn).privacyTokens
	case queryKind{"privacy", "get", "privacy"}:
		return (*conn).privacySettings
	case queryKind{"w:g2", "set", "create"}:
		return (*conn).createGroup
	case queryKind{"w:g2", "get", "query"}:
		return (*conn).queryGroup
	case queryKind{"w:g2", "get", "participating"}:
		return (*conn).listGroups
	case queryKind{"w:profile:picture", "get", "picture"}:
		return (*conn).picture
	case queryKind{"w:profile:picture", "set", "picture"}, queryKind{"w:profile:picture", "set", ""}:
		return (*conn).setPicture
	case queryKind{"md", "set", "remove-companion-device"}:
		return (*conn).remove
	case queryKind{"w:mex", "get", "query"}:
		return (*conn).mutate
	case queryKind{"status", "get", "privacy"}:
		return (*conn).ok
	}
	switch k.namespace {
	case "blocklist":
		return (*conn).blocklist
	case "disappearing_mode", "urn:xmpp:whatsapp:push", "urn:xmpp:whatsapp:dirty":
		return (*conn).ok
	}
	return (*conn).unknownQuery
}

// handle is the reader's dispatch of one stanza.
func (c *conn) handle(node *waBinary.Node) {
	if node.Tag == "iq" {
		c.handleQuery(node)
		return
	}
	if c.device == nil {
		return // only queries come before the login
	}
	switch node.Tag {
	case "message":
		c.handleMessage(node)
	case "receipt":
		c.handleReceipt(node)
	case "ack":
		c.handleAck(node)
	case "presence":
		c.handlePresence(node)
	case "chatstate":
		c.handleChatState(node)
	case "call":
		c.handleCall(node)
	}
}

func (c *conn) handleQuery(node *waBinary.Node) {
	switch attr(node, "type") {
	case "result", "error":
		c.answered(node)
		return
	}
	q := &query{node: *node}
	if kids := node.GetChildren(); len(kids) > 0 {
		q.child = kids[0]
	}
	kind := queryKind{attr(node, "xmlns"), attr(node, "type"), q.child.Tag}
	answer := handlerOf(kind)
	switch {
	case kind == queryKind{"md", "set", "link_code_companion_reg"}:
		answer = (*conn).linkCode
	case c.device == nil:
		answer = (*conn).unknownQuery
	}
	if reply := answer(c, q); reply != nil {
		c.send(*reply)
	}
}

// answer makes a change and lets its reply leave after the commit. If the state
// cannot be written the connection is cut, so that the client asks again.
func (c *conn) answer(q *query, fn func(*change) *waBinary.Node) *waBinary.Node {
	err := c.n.change(func(ch *change) error {
		if reply := fn(ch); reply != nil {
			ch.after(func() { c.send(*reply) })
		}
		return nil
	})
	if err != nil {
		c.cut()
	}
	return nil
}

// queryError is an error that clients map to a typed one by its code.
type queryError struct {
	code int
	text string
}

var (
	errBadRequest     = queryError{400, "bad-request"}
	errForbidden      = queryError{403, "forbidden"}
	errItemNotFound   = queryError{404, "item-not-found"}
	errNotAcceptable  = queryError{406, "not-acceptable"}
	errNotImplemented = queryError{501, "feature-not-implemented"}
)

func (q *query) attrs(kind string) waBinary.Attrs {
	out := waBinary.Attrs{"id": q.node.Attrs["id"], "type": kind, "from": types.ServerJID}
	if to := attrJID(&q.node, "to"); !to.IsEmpty() {
		out["from"] = to
	}
	return out
}

func (q *query) result(content ...waBinary.Node) *waBinary.Node {
	node := waBinary.Node{Tag: "iq", Attrs: q.attrs("result")}
	if len(content) > 0 {
		node.Content = content
	}
	return &node
}

func (q *query) fail(e queryError) *waBinary.Node {
	node := element("iq", q.attrs("error"), children(
		element("error", waBinary.Attrs{"code": e.code, "text": e.text}, nil)))
	return &node
}

func (c *conn) ok(q *query) *waBinary.Node { return q.result() }

func (c *conn) ping(q *query) *waBinary.Node {
	if c.n.faults.muted(c.device.account.Phone) {
		return nil
	}
	return q.result()
}

func (c *conn) blocklist(q *query) *waBinary.Node {
	return q.result(element("list", waBinary.Attrs{"dhash": "none"}, nil))
}

// unknownQuery answers at once, so that the caller need not wait its 75 seconds.
func (c *conn) unknownQuery(q *query) *waBinary.Node {
	kind := UnknownQuery{Namespace: attr(&q.node, "xmlns"), Type: attr(&q.node, "type"), Child: q.child.Tag}
	c.n.mu.Lock()
	c.n.unknown[kind]++
	c.n.mu.Unlock()
	c.n.log.Warn("unknown query", "namespace", kind.Namespace, "type", kind.Type, "child", kind.Child)
	return q.fail(errNotImplemented)
}

// Unknown returns the requests that were answered with 501, most frequent first:
// what is still to be built.
func (n *Network) Unknown() []UnknownQuery {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []UnknownQuery
	for kind, count := range n.unknown {
		kind.Count = count
		out = append(out, kind)
	}
	slices.SortFunc(out, func(a, b UnknownQuery) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Child, b.Child))
	})
	return out
}
