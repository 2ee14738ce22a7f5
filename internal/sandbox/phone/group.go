package phone

import (
	"context"
	"fmt"
	"slices"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
)

// CreateGroup makes a group, from the phone of owner. Owner and members are numbers; the owner's has to be
// in the book. It returns the id of the chat.
func (b *Book) CreateGroup(ctx context.Context, subject, owner string, members ...string) (chat string, err error) {
	p, ok := b.Phone(owner)
	if !ok {
		return "", refuse("%s has no phone here", owner)
	}
	var others []types.JID
	for _, number := range members {
		jid := types.NewJID(number, types.DefaultUserServer)
		if _, ok := b.net.AccountByJID(jid); !ok {
			return "", refuse("%s is not on WhatsApp", number)
		}
		if number != owner {
			others = append(others, jid)
		}
	}
	info, err := p.cli.CreateGroup(ctx, whatsmeow.ReqCreateGroup{Name: subject, Participants: others})
	if err != nil {
		return "", fmt.Errorf("create group: %w", err)
	}
	if err := b.joined(ctx, info); err != nil {
		return "", err
	}
	return info.JID.String(), nil
}

// Groups lists the groups that phones of the book are in, in the order in which they appeared.
func (b *Book) Groups() []Group {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := make([]Group, 0, len(b.groups))
	for _, g := range b.groups {
		g.Members = slices.Clone(g.Members)
		out = append(out, g)
	}
	return out
}

// joined notes a group that a phone created or was put into.
func (b *Book) joined(ctx context.Context, info *types.GroupInfo) error {
	g := Group{Chat: info.JID.String(), Subject: info.Name, Members: []string{}}
	for _, m := range info.Participants {
		g.Members = append(g.Members, b.number(m.JID))
	}
	if err := b.store.saveGroup(ctx, g); err != nil {
		return err
	}
	b.mu.Lock()
	i := slices.IndexFunc(b.groups, func(old Group) bool { return old.Chat == g.Chat })
	if i < 0 {
		b.groups = append(b.groups, g)
	} else {
		b.groups[i] = g
	}
	b.mu.Unlock()
	b.announce(Change{What: "group", Chat: g.Chat})
	return nil
}
