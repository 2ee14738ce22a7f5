package phone

import (
	"context"
	"slices"

	"tapgate/internal/id"
)

// This file keeps the messages of one phone: memory and phones.db change together, phones.db first.

func stanzaKey(peer, stanza string) string { return peer + "/" + stanza }

// restore loads what the store remembers.
func (p *Phone) restore(ctx context.Context) error {
	all, err := p.book.store.messages(ctx, p.number)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range all {
		p.shelve(r)
	}
	return nil
}

// shelve puts a record into memory. The mutex must be held.
func (p *Phone) shelve(r *record) (dropped *record) {
	p.records = append(p.records, r)
	p.byID[r.ID], p.byStanza[stanzaKey(r.Peer, r.Stanza)] = r, r
	if len(p.records) <= maxMessages {
		return nil
	}
	dropped = p.records[0]
	p.records = slices.Delete(p.records, 0, 1)
	delete(p.byID, dropped.ID)
	delete(p.byStanza, stanzaKey(dropped.Peer, dropped.Stanza))
	return dropped
}

// add keeps a new record. A message that is there already stays as it was first shown, as on a real phone; only
// its count of retries can grow.
func (p *Phone) add(ctx context.Context, r *record) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if old, ok := p.byID[r.ID]; ok {
		if r.Retry > old.Retry {
			changed := *old
			changed.Retry = r.Retry
			return p.replace(ctx, old, changed)
		}
		return nil
	}
	if err := p.book.store.saveMessage(ctx, p.number, r); err != nil {
		return err
	}
	p.kept++
	if dropped := p.shelve(r); dropped != nil {
		if err := p.book.store.dropMessage(ctx, p.number, dropped.ID); err != nil {
			return err
		}
	}
	p.book.announce(Change{Customer: p.number, MessageID: r.ID, What: "message", Chat: r.Peer})
	return nil
}

// update changes a record, if change says that it did, and announces what; "" announces nothing.
func (p *Phone) update(ctx context.Context, id, what string, change func(*record) bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	r, ok := p.byID[id]
	if !ok {
		return ErrNoMessage
	}
	changed := *r
	if !change(&changed) {
		return nil
	}
	if err := p.replace(ctx, r, changed); err != nil {
		return err
	}
	if what != "" {
		p.book.announce(Change{Customer: p.number, MessageID: id, What: what, Chat: r.Peer})
	}
	return nil
}

// replace writes a changed record, and then shows it. The mutex must be held.
func (p *Phone) replace(ctx context.Context, r *record, changed record) error {
	if err := p.book.store.saveMessage(ctx, p.number, &changed); err != nil {
		return err
	}
	*r = changed
	return nil
}

// press marks a button as pressed, at most one time if once.
func (p *Phone) press(id string, mark pressed, once bool) error {
	var refused error
	err := p.update(p.book.life, id, "", func(r *record) bool {
		if !slices.Contains(r.Pressed, mark) {
			r.Pressed = append(slices.Clone(r.Pressed), mark)
			return true
		}
		if once {
			refused = refuse("already pressed: a quick reply can be pressed one time")
		}
		return false
	})
	if err != nil {
		return err
	}
	return refused
}

// release takes back a press whose answer could not be sent.
func (p *Phone) release(id string, mark pressed) {
	_ = p.update(p.book.life, id, "tap", func(r *record) bool { // on failure the button stays grey: no harm
		r.Pressed = slices.DeleteFunc(slices.Clone(r.Pressed), func(m pressed) bool { return m == mark })
		return true
	})
}

// record returns a copy of what the phone knows of a message.
func (p *Phone) record(id string) (record, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r, ok := p.byID[id]
	if !ok {
		return record{}, false
	}
	return *r, true
}

// own finds a message that this phone sent, by WhatsApp's id.
func (p *Phone) own(stanza string) (record, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range slices.Backward(p.records) {
		if r.FromMe && r.Stanza == stanza {
			return *r, true
		}
	}
	return record{}, false
}

// inChat finds a message by conversation and WhatsApp's id.
func (p *Phone) inChat(peer, stanza string) (record, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r, ok := p.byStanza[stanzaKey(peer, stanza)]
	if !ok {
		return record{}, false
	}
	return *r, true
}

// idOf is the id that the gateway shows for a message.
func (p *Phone) idOf(stanza string, peer id.Chat, from string) string {
	v := view{self: p.number, customer: p.customer, known: p.book.isCustomer}
	return v.id(stanza, peer, from)
}
