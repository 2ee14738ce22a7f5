package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// privacySettings answers that everything is visible to everybody.
func (c *conn) privacySettings(q *query) *waBinary.Node {
	var categories []waBinary.Node
	for _, name := range []string{"groupadd", "last", "status", "profile", "readreceipts", "online", "calladd"} {
		categories = append(categories, element("category", waBinary.Attrs{"name": name, "value": "all"}, nil))
	}
	return q.result(element("privacy", nil, categories))
}

// privacyTokens hands the tokens that a client issues to the people they are for.
// Those send them along from then on.
func (c *conn) privacyTokens(q *query) *waBinary.Node {
	return c.answer(q, func(ch *change) *waBinary.Node {
		for _, token := range q.child.GetChildrenByTag("token") {
			ch.issueToken(c.device.account, &token)
		}
		return q.result()
	})
}

func (ch *change) issueToken(from *account, token *waBinary.Node) {
	to := ch.n.accountOf(attrJID(token, "jid"))
	if to == nil {
		return
	}
	mac := hmac.New(sha256.New, []byte(ch.n.seed))
	mac.Write([]byte("privacy token\x00" + from.Phone + "\x00" + to.Phone))
	for _, d := range to.devices {
		ch.deliver(d, element("notification", waBinary.Attrs{
			"from": from.PN, "sender_lid": from.LID, "type": "privacy_token", "id": newID(), "t": unixNow(),
		}, children(element("tokens", nil, children(
			element("token", waBinary.Attrs{
				"jid": to.LID, "type": "trusted_contact", "t": token.Attrs["t"],
			}, mac.Sum(nil)[:16]),
		)))))
	}
}
