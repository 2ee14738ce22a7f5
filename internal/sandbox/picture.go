package sandbox

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"image/jpeg"
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// maxPicture is the largest profile picture that is taken, in bytes.
const maxPicture = 1 << 20

// picture is a profile picture: its number grows with each change, and its bytes are in the media store.
type picture struct {
	id    int64
	media string // "" for none
}

// setPicture gives the account of the client another picture, or takes it away. Those of groups are not kept.
func (c *conn) setPicture(q *query) *waBinary.Node {
	if !attrJID(&q.node, "target").IsEmpty() {
		return c.unknownQuery(q)
	}
	body := contentBytes(q.child)
	name := ""
	if q.child.Tag == "picture" {
		if config, err := jpeg.DecodeConfig(bytes.NewReader(body)); err != nil || config.Width != config.Height || len(body) > maxPicture {
			return q.fail(errNotAcceptable)
		}
		sum := sha256.Sum256(body)
		name = hex.EncodeToString(sum[:])
		if err := c.n.media.put(name, body); err != nil {
			c.n.log.Error("picture not stored", "error", err)
			c.cut()
			return nil
		}
	}
	return c.answer(q, func(ch *change) *waBinary.Node {
		a := c.device.account
		a.picture = picture{a.picture.id + 1, name}
		ch.write(`INSERT OR REPLACE INTO picture (phone, id, media) VALUES (?, ?, ?)`, a.Phone, a.picture.id, name)
		if name == "" {
			return q.result()
		}
		return q.result(element("picture", waBinary.Attrs{"id": strconv.FormatInt(a.picture.id, 10)}, nil))
	})
}

// picture says where somebody's picture is. The small one is the same as the large one here.
func (c *conn) picture(q *query) *waBinary.Node {
	c.n.mu.Lock()
	var p picture
	if a := c.n.accountOf(attrJID(&q.node, "target")); a != nil {
		p = a.picture
	}
	c.n.mu.Unlock()
	if p.media == "" {
		return q.fail(errItemNotFound)
	}
	path := downloadPath + p.media + "?ccb=11-4"
	return q.result(element("picture", waBinary.Attrs{
		"id": strconv.FormatInt(p.id, 10), "type": attr(&q.child, "type"), "url": "https://" + pictureHost + path, "direct_path": path,
	}, nil))
}

// pictureHost is where profile pictures are; on this network every host is the same.
const pictureHost = "pps.whatsapp.net"

// Picture returns the profile picture of a number as it was uploaded, a JPEG; nil when it has none.
func (n *Network) Picture(phone string) ([]byte, error) {
	n.mu.Lock()
	var p picture
	if a := n.accounts[phone]; a != nil {
		p = a.picture
	}
	n.mu.Unlock()
	if p.media == "" {
		return nil, nil
	}
	return n.media.get(p.media)
}

func (r *restorer) picture(rows *sql.Rows) error {
	var phone string
	var p picture
	if err := rows.Scan(&phone, &p.id, &p.media); err != nil {
		return err
	}
	return r.in(phone, func(a *account) { a.picture = p })
}
