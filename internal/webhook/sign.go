package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/store"
)

// The headers of Standard Webhooks (https://www.standardwebhooks.com). They stand beside the
// dialect's body and change nothing of it.
const (
	headerID        = "webhook-id"        // the event: the same over all attempts and replays
	headerTimestamp = "webhook-timestamp" // of the attempt, in seconds
	headerSignature = "webhook-signature"
)

// secretPrefix is how a secret is told from other texts; what follows is its bytes in base64.
const secretPrefix = "whsec_"

// newSecret makes a secret of 32 random bytes.
func newSecret() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// secrets returns the secrets that sign at a time.
func secrets(w store.Webhook, at time.Time) []string {
	list := []string{w.Secret}
	if w.OldSecret != "" && at.Before(w.OldUntil) {
		list = append(list, w.OldSecret)
	}
	return list
}

// sign puts the headers of an attempt on a request, with one signature for each secret.
func sign(h http.Header, ev id.Event, at time.Time, body []byte, secrets []string) {
	seconds := strconv.FormatInt(at.Unix(), 10)
	var list []string
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		if err != nil {
			continue // we make none that is not
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(string(ev) + "." + seconds + "."))
		mac.Write(body)
		list = append(list, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	h.Set(headerID, string(ev))
	h.Set(headerTimestamp, seconds)
	if len(list) > 0 {
		h.Set(headerSignature, strings.Join(list, " "))
	}
}
