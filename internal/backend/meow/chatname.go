package meow

import (
	"context"
	"sync"

	"go.mau.fi/whatsmeow/types"
)

// names remembers the subjects of groups, as a handler must not ask the network for them. They are
// fetched after the login and whenever a group is met for the first time.
type names struct {
	mu     sync.Mutex
	all    bool                 // all groups were asked for
	groups map[types.JID]string // "" for a subject that was asked for
}

func (n *names) setGroup(group types.JID, subject string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.groups == nil {
		n.groups = map[types.JID]string{}
	}
	n.groups[group] = subject
}

// setAll sets whether all groups were asked for, and reports whether that is new.
func (n *names) setAll(asked bool) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	isNew := n.all != asked
	n.all = asked
	return isNew
}

// group returns the subject, "" when it is not known yet. first is true for the one caller that
// should ask for it.
func (n *names) group(group types.JID) (subject string, first bool) {
	n.mu.Lock()
	subject, known := n.groups[group]
	n.mu.Unlock()
	if !known {
		n.setGroup(group, "")
	}
	return subject, !known
}

// chatName returns the name of a contact as its owner's phone book has it, or the subject of a
// group; "" when it is not known. j is the chat as the stanza named it, pn its number form: phones
// store contacts under either.
func (s *session) chatName(ctx context.Context, j, pn types.JID) string {
	if pn.Server == types.GroupServer {
		subject, first := s.names.group(pn)
		if first {
			s.spawn(func() { s.learnGroup(pn) })
		}
		return subject
	}
	for _, form := range []types.JID{pn, phoneForm(j)} {
		contact, err := s.client.Store.Contacts.GetContact(ctx, form)
		if err != nil {
			s.log.Warn("contact not read", "error", err) // a message without a name is still a message
		}
		if contact.FullName != "" {
			return contact.FullName
		}
	}
	return ""
}

func (s *session) learnGroup(group types.JID) {
	info, err := s.client.GetGroupInfo(s.ctx, group)
	if err != nil {
		s.log.Info("subject of a group not fetched", "group", group, "error", err)
		return
	}
	s.names.setGroup(group, info.Name)
}

// learnGroups fetches the subjects of all groups, once in a session: from then on WhatsApp tells what
// changes, also what changed while there was no connection.
func (s *session) learnGroups() {
	if !s.names.setAll(true) {
		return
	}
	groups, err := s.client.GetJoinedGroups(s.ctx)
	if err != nil {
		s.log.Info("subjects of groups not fetched", "error", err)
		s.names.setAll(false)
		return
	}
	for _, g := range groups {
		s.names.setGroup(g.JID, g.Name)
	}
}
