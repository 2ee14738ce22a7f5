package meow

import (
	"context"
	"fmt"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"tapgate/internal/id"
)

// own is who the channel is: its phone number (PN) and its hidden number (LID), without device, and
// the device that the keys belong to.
type own struct {
	pn, lid types.JID
	device  types.JID
	// gone is true once the pairing has ended. Such a session is not used again.
	gone bool
}

func ownOf(d *store.Device) own {
	if d.ID == nil {
		return own{}
	}
	return own{pn: d.ID.ToNonAD(), lid: d.LID.ToNonAD(), device: *d.ID}
}

func (o own) paired() bool { return !o.pn.IsEmpty() && !o.gone }

// is reports whether an address, in whichever form and of whichever device, is the channel's own.
func (o own) is(j types.JID) bool {
	j = phoneForm(j)
	return !j.IsEmpty() && (j == o.pn || j == o.lid)
}

// phoneForm drops the device and spells the rarer servers of users in the usual way.
func phoneForm(j types.JID) types.JID {
	j = j.ToNonAD()
	switch j.Server {
	case types.LegacyUserServer, types.HostedServer:
		j.Server = types.DefaultUserServer
	case types.HostedLIDServer:
		j.Server = types.HiddenUserServer
	}
	return j
}

// resolve returns the phone number form of an address, without device. alt is the other form if
// the stanza told it, empty otherwise. An address whose number is nowhere known stays as it is, as
// do groups and the like. It does no network I/O; an error is one of the database, and must not
// end in an id that is different next time.
func (s *session) resolve(ctx context.Context, j, alt types.JID) (types.JID, error) {
	j, alt = phoneForm(j), phoneForm(alt)
	if j.Server != types.HiddenUserServer {
		return j, nil
	}
	if o := s.identity(); j == o.lid {
		return o.pn, nil
	}
	if alt.Server == types.DefaultUserServer && alt.User != "" {
		return alt, nil
	}
	pn, err := s.client.Store.LIDs.GetPNForLID(ctx, j)
	switch {
	case err != nil:
		return types.JID{}, fmt.Errorf("look up the number of %s: %w", j, err)
	case pn.IsEmpty():
		return j, nil
	}
	return pn.ToNonAD(), nil
}

// hidden returns the LID of an address, or the address itself when none is known.
func (s *session) hidden(ctx context.Context, j types.JID) (types.JID, error) {
	if j.Server != types.DefaultUserServer {
		return j, nil
	}
	lid, err := s.client.Store.LIDs.GetLIDForPN(ctx, j)
	switch {
	case err != nil:
		return types.JID{}, fmt.Errorf("look up the LID of %s: %w", j, err)
	case lid.IsEmpty():
		return j, nil
	}
	return lid, nil
}

// chatOf returns the chat of a resolved address. The servers have the same names on both sides.
func chatOf(j types.JID) id.Chat { return id.Chat{User: j.User, Server: id.Server(j.Server)} }

// jidOf is the way back.
func jidOf(c id.Chat) types.JID { return types.NewJID(c.User, string(c.Server)) }

// userOf returns the phone number of a resolved address, "" when it is not known.
func userOf(j types.JID) id.User {
	if j.Server != types.DefaultUserServer {
		return ""
	}
	return id.User(j.User)
}
