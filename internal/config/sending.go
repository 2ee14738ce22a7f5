package config

import "time"

// Sending bounds how messages leave, and how long they are kept.
type Sending struct {
	// AnswerWait is how long a request that sends waits for WhatsApp's ack before it is answered with
	// status "pending"; 0 does not wait, nil takes the default. The message is stored in any case.
	AnswerWait *time.Duration `help:"How long a send waits for WhatsApp's ack before it answers 'pending'; 0s does not wait." default:"5s" env:"TAPGATE_ANSWER_WAIT"`
	// Expiry, 0 for the default, is the age at which a message that could not leave fails with the code "expired". A
	// request says otherwise with the header X-Tapgate-Expire-After.
	Expiry time.Duration `help:"Age at which a message that could not leave fails." default:"24h" env:"TAPGATE_EXPIRY"`
	// Queue, 0 for the default, is how many messages of one channel may wait; further ones are refused with 429.
	Queue int `help:"How many messages of a channel may wait; further ones get 429." default:"10000" env:"TAPGATE_QUEUE"`
	// KeepMessages is the age at which messages, sent and received, are deleted, with all that is known of them; 0 keeps
	// them until their channel is removed. A message that was sent is kept for two weeks at least, because devices may
	// ask for it again.
	KeepMessages time.Duration `help:"Age at which messages are deleted; 0s keeps them." default:"0s" env:"TAPGATE_KEEP_MESSAGES"`
}

// Bounds of Sending.
const (
	maxAnswerWait = time.Minute
	minExpiry     = time.Second
	maxExpiry     = 30 * 24 * time.Hour
	maxQueue      = 1_000_000
	// minKeep lets WhatsApp deliver again what it got no ack for while the first one is still known.
	minKeep = 24 * time.Hour
)

// sending checks the bounds.
func (e *Invalid) sending(s Sending) {
	if w := s.AnswerWait; w != nil && (*w < 0 || *w > maxAnswerWait) {
		e.add("--answer-wait %s: want 0s to %s", *w, maxAnswerWait)
	}
	if s.Expiry != 0 && (s.Expiry < minExpiry || s.Expiry > maxExpiry) {
		e.add("--expiry %s: want %s to %s", s.Expiry, minExpiry, maxExpiry)
	}
	if s.Queue < 0 || s.Queue > maxQueue {
		e.add("--queue %d: want 1 to %d", s.Queue, maxQueue)
	}
	if s.KeepMessages != 0 && s.KeepMessages < minKeep {
		e.add("--keep-messages %s: want 0s, which keeps them, or at least %s", s.KeepMessages, minKeep)
	}
}
