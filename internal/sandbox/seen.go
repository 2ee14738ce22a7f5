package sandbox

import "go.mau.fi/whatsmeow/types"

// seenLimit is the number of messages whose ids are remembered. A client sends a
// message again within seconds, or when its own process comes back.
const seenLimit = 1 << 16

// seenKey identifies a message. The digest is of the ciphertext for answers to
// retry receipts, which share the id of the message, and zero otherwise.
type seenKey struct {
	device types.JID
	id     string
	digest [32]byte
}

// seenMessages remembers what was accepted, oldest forgotten first.
type seenMessages struct {
	verdicts map[seenKey]verdict
	order    []seenKey // a ring once it is full
	next     int
}

func newSeenMessages() seenMessages {
	return seenMessages{verdicts: make(map[seenKey]verdict)}
}

func (s *seenMessages) get(key seenKey) (verdict, bool) {
	v, ok := s.verdicts[key]
	return v, ok
}

// put remembers a message and returns its slot, which says where in the ring it
// is kept.
func (s *seenMessages) put(key seenKey, v verdict) int {
	s.verdicts[key] = v
	slot := s.next
	if len(s.order) < seenLimit {
		s.order = append(s.order, key)
	} else {
		delete(s.verdicts, s.order[slot])
		s.order[slot] = key
	}
	s.next = (slot + 1) % seenLimit
	return slot
}

// restore puts back a message at the slot it had. Slots must come in order; newest
// says that this one is the latest, so that the next one goes behind it.
func (s *seenMessages) restore(key seenKey, v verdict, newest bool) {
	s.verdicts[key] = v
	s.order = append(s.order, key)
	if newest {
		s.next = len(s.order) % seenLimit
	}
}

func (ch *change) remember(key seenKey, v verdict) {
	ch.saveSeen(ch.n.seen.put(key, v), key, v)
}
