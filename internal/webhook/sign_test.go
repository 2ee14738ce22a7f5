package webhook_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/webhook"
)

// valid reports whether the public library finds a request signed with a secret.
func valid(t *testing.T, q request, secret string) bool {
	t.Helper()
	v, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return v.VerifyIgnoringTimestamp([]byte(q.body), q.header) == nil
}

// Each attempt is signed anew, under the same id. After a rotation both secrets sign, until the
// overlap is over.
func TestSignature(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, answers(500))
	hook := channel.Webhook{URL: r.URL, Headers: map[string]string{"Webhook-Signature": "v1,forged", "webhook-id": "forged"}}
	d := newDesk(t, nil, hook)
	key := webhook.Key(hook)
	first, err := d.Secret(t.Context(), mantis, key)
	if err != nil || first.Old != "" {
		t.Fatalf("%+v, %v", first, err)
	}
	if raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(first.Current, "whsec_")); err != nil || len(raw) != 32 {
		t.Errorf("secret of %d bytes, %v", len(raw), err)
	}
	ev := d.tell(`{"messages":[]}`)
	d.end("retry")
	d.pass(3 * time.Second)
	d.end("delivered")
	one, two := r.next(t), r.next(t)
	if v, _ := standardwebhooks.NewWebhook(first.Current); v.Verify([]byte(one.body), one.header) != nil || v.Verify([]byte(one.body+" "), one.header) == nil {
		t.Error("the library does not judge the first attempt as it has to")
	}
	if !valid(t, two, first.Current) || one.header.Get("webhook-id") != string(ev) || two.header.Get("webhook-id") != string(ev) {
		t.Errorf("headers %v and %v", one.header, two.header)
	}
	if one.header.Get("webhook-timestamp") == two.header.Get("webhook-timestamp") {
		t.Error("the time of the attempt is not that of the attempt")
	}

	second, err := d.RotateSecret(t.Context(), mantis, key, time.Hour)
	if err != nil || second.Old != first.Current || second.Current == first.Current {
		t.Fatalf("%+v, %v", second, err)
	}
	d.tell("x")
	d.end("delivered")
	if q := r.next(t); !valid(t, q, first.Current) || !valid(t, q, second.Current) {
		t.Errorf("signed with %q", q.header.Get("webhook-signature"))
	}
	d.pass(time.Hour)
	d.tell("y")
	d.end("delivered")
	if q := r.next(t); valid(t, q, first.Current) || !valid(t, q, second.Current) {
		t.Errorf("signed with %q after the overlap", q.header.Get("webhook-signature"))
	}
	d.close()
	d.open() // the secret is kept
	if now, err := d.Secret(t.Context(), mantis, key); err != nil || now != (webhook.Secrets{Current: second.Current}) {
		t.Errorf("%+v, %v", now, err)
	}
	if log := d.log.String(); strings.Contains(log, first.Current) || strings.Contains(log, second.Current) {
		t.Error("the log holds a secret")
	}
	if _, err := d.Secret(t.Context(), mantis, "0123456789abcdef"); !fault.Is(err, fault.NotFound) {
		t.Errorf("secret of a webhook that does not exist: %v", err)
	}
	if _, err := d.RotateSecret(t.Context(), mantis, "", time.Hour); !fault.Is(err, fault.NotFound) {
		t.Errorf("rotation without a key: %v", err)
	}
}

// A replay to another URL gets none of the webhook's headers and another secret.
func TestReplayElsewhere(t *testing.T) {
	t.Parallel()
	r, other := newReceiver(t, nil), newReceiver(t, nil)
	hook := channel.Webhook{URL: r.URL, Headers: map[string]string{"Authorization": "Bearer s3cret"}}
	d := newDesk(t, nil, hook)
	ev := d.tell("x")
	d.end("delivered")
	was := r.next(t)
	list, _, err := d.Deliveries(t.Context(), mantis, allDeliveries)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	made, _, err := d.Replay(t.Context(), mantis, webhook.Replay{IDs: []int64{list[0].ID}, URL: other.URL + "/again", Mode: channel.ModePath})
	if made != 1 || err != nil {
		t.Fatalf("replayed %d, %v", made, err)
	}
	d.end("delivered")
	q := other.next(t)
	if q.target != "/again/messages/post" || q.body != "x" || q.header.Get("webhook-id") != string(ev) || q.header.Get("Authorization") != "" {
		t.Errorf("got %+v", q)
	}
	mine, err := d.Secret(t.Context(), mantis, webhook.Key(hook))
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := d.Secret(t.Context(), mantis, webhook.Key(channel.Webhook{URL: other.URL + "/again", Mode: channel.ModePath}))
	if err != nil {
		t.Fatal(err)
	}
	if !valid(t, was, mine.Current) || valid(t, q, mine.Current) || !valid(t, q, theirs.Current) {
		t.Error("signed with the wrong secret")
	}
}
