package gateway

// depart records that a row is handed to WhatsApp.
func (l *line) depart(e entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flight(e)
}

// flight returns the flight of a row. mu is held.
func (l *line) flight(e entry) *flight {
	f := l.flights[e.Message.Stanza]
	if f == nil {
		f = &flight{seq: e.Seq, over: make(chan struct{})}
		l.flights[e.Message.Stanza] = f
	}
	return f
}

// land ends the flight of a row: its end is in the database, or its attempt had none.
func (l *line) land(e entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.flights[e.Message.Stanza]; f != nil {
		close(f.over)
		delete(l.flights, e.Message.Stanza)
	}
}

// landed returns a channel that is closed when the message is not in flight; nil when it is not now.
func (l *line) landed(stanza string) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.flights[stanza]; f != nil {
		return f.over
	}
	return nil
}

// result returns how a message ended whose end the database may not know yet.
func (l *line) result(stanza string) (result, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.flights[stanza]; f != nil && f.result != nil {
		return *f.result, true
	}
	return result{}, false
}

// passed returns the highest place of a row that has ended, and the places of those of which the
// database may not know it yet.
func (l *line) passed() (last int64, unsettled map[int64]bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	unsettled = map[int64]bool{}
	for _, f := range l.flights {
		if f.result != nil {
			unsettled[f.seq] = true
		}
	}
	return l.last, unsettled
}
