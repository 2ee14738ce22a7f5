package id

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"
)

// Channel is the name of one paired number in the gateway, such as "MANTIS-M72HC": a word, a
// hyphen and five characters. It is public: it stands in every webhook.
type Channel string

// Event identifies something that happened. It is the same over every attempt to tell of it.
type Event string

// NewStanza makes the stanza id of an outgoing message: 22 hexadecimal digits that begin with
// 3EB0, the form of WhatsApp Web, followed by 9 random bytes.
func NewStanza() string { return "3EB0" + strings.ToUpper(hex.EncodeToString(random(9))) }

// NewEvent makes an event id: "evt_" and 16 bytes in hexadecimal, 6 of the time in milliseconds and 10
// random ones. Those of a time stand together in an index, which so stays quick however many there are.
func NewEvent() Event {
	b := random(16)
	var now [8]byte
	binary.BigEndian.PutUint64(now[:], uint64(time.Now().UnixMilli()))
	copy(b, now[2:])
	return Event("evt_" + hex.EncodeToString(b))
}

// NewChannel makes a channel id.
func NewChannel() Channel {
	words := [...]string{"MANTIS", "HERON", "LYNX", "OTTER", "RAVEN", "TAPIR", "WALRUS", "YAK", "BISON", "CONDOR", "DINGO", "FALCON", "GECKO", "IBIS", "JAGUAR", "KOALA"}
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789" // without 0, 1, I and O, which people confuse
	b := random(6)
	suffix := make([]byte, 5)
	for i := range suffix {
		suffix[i] = letters[int(b[i+1])%len(letters)]
	}
	return Channel(words[int(b[0])%len(words)] + "-" + string(suffix))
}

// NewToken makes an API token: 32 random bytes in URL-safe base64, 43 characters.
func NewToken() string { return tokenEncoding.EncodeToString(random(32)) }

// NewTokenID makes the public name of a token: "tok_" and 6 random bytes in hexadecimal.
func NewTokenID() string { return "tok_" + hex.EncodeToString(random(6)) }

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the program when the system has no randomness
	return b
}
