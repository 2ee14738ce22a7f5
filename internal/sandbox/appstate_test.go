package sandbox_test

import (
	"context"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/appstate"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/sandbox"
)

func text(body string) *waE2E.Message { return &waE2E.Message{Conversation: proto.String(body)} }

// The phone gives its companion the key and then its name, as a real phone does
// after pairing; the companion mutes a chat and the phone learns of it.
func TestAppState(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	owner := phone(t, n, businessNumber, "Shop")
	keyID, key := []byte("key001"), make([]byte, 32)
	if err := owner.Store.AppStateKeys.PutAppStateSyncKey(t.Context(), keyID, store.AppStateSyncKey{
		Data: key, Fingerprint: []byte{1}, Timestamp: time.Now().Unix(),
	}); err != nil {
		t.Fatal(err)
	}
	// The first patch of a collection is a full sync to clients and emits no event.
	for _, name := range appstate.AllPatchNames {
		first := appstate.BuildSettingPushName("Shop")
		first.Type = name
		if err := owner.SendAppState(context.Background(), first); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	companion := pairByQR(t, n, businessNumber)
	companion.forget()
	owner.sendPeer(*companion.Store.ID, companion.Store.LID, keyShare(keyID, key))
	await(companion, "full sync", func(s *events.AppStateSyncComplete) bool { return s.Name == appstate.WAPatchCriticalBlock })
	await(companion, "full sync", func(s *events.AppStateSyncComplete) bool { return s.Name == appstate.WAPatchRegularHigh })

	if err := owner.SendAppState(context.Background(), appstate.BuildSettingPushName("New name")); err != nil {
		t.Fatal(err)
	}
	await(companion, "push name", func(e *events.PushNameSetting) bool { return e.Action.GetName() == "New name" })

	if err := companion.SendAppState(context.Background(), appstate.BuildMute(jid(customerNumber), true, time.Hour)); err != nil {
		t.Fatal(err)
	}
	await(owner, "mute", func(e *events.Mute) bool { return e.JID == jid(customerNumber) && e.Action.GetMuted() })
}

// A client whose version is behind gets a conflict with what it lacks, merges it
// and succeeds: both changes are in the end known to both.
func TestAppStateConflict(t *testing.T) {
	n := openNetwork(t, sandbox.Options{})
	owner := phone(t, n, businessNumber, "Shop")
	if err := owner.Store.AppStateKeys.PutAppStateSyncKey(t.Context(), []byte("key001"), store.AppStateSyncKey{
		Data: make([]byte, 32), Fingerprint: []byte{1}, Timestamp: time.Now().Unix(),
	}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := owner.SendAppState(context.Background(), appstate.BuildPin(jid(customerNumber), true)); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(version int) waBinary.Node {
		t.Helper()
		raw := waBinary.Node{Tag: "sync", Content: []waBinary.Node{{
			Tag:     "collection",
			Attrs:   waBinary.Attrs{"name": string(appstate.WAPatchRegularLow), "version": version},
			Content: []waBinary.Node{{Tag: "patch", Content: []byte{}}},
		}}}
		reply, err := owner.internals().SendIQ(context.Background(), whatsmeow.DangerousInfoQuery{
			Namespace: "w:sync:app:state", Type: "set", To: types.ServerJID, Content: []waBinary.Node{raw},
		})
		if err != nil {
			t.Fatal(err)
		}
		return reply.GetChildByTag("sync", "collection")
	}
	behind := ask(1)
	refusal := behind.GetChildByTag("error")
	patches := behind.GetChildByTag("patches")
	if refusal.AttrGetter().Int("code") != 409 || len(patches.GetChildren()) != 1 {
		t.Errorf("version 1 of 2: %v, want 409 with the missing patch", behind)
	}
	if current := ask(2); current.AttrGetter().Int("version") != 3 {
		t.Errorf("version 2 of 2: %v, want version 3", current)
	}
}

func keyShare(id, key []byte) *waE2E.Message {
	return &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_SHARE.Enum(),
		AppStateSyncKeyShare: &waE2E.AppStateSyncKeyShare{Keys: []*waE2E.AppStateSyncKey{{
			KeyID: &waE2E.AppStateSyncKeyId{KeyID: id},
			KeyData: &waE2E.AppStateSyncKeyData{
				KeyData: key, Timestamp: proto.Int64(time.Now().UnixMilli()),
				Fingerprint: &waE2E.AppStateSyncKeyFingerprint{RawID: proto.Uint32(1), CurrentIndex: proto.Uint32(0)},
			},
		}}},
	}}
}

// sendPeer sends a peer message of a phone to a companion it has no session with.
// It is encrypted to the LID and addressed to the phone number form.
func (c *client) sendPeer(device, lid types.JID, msg *waE2E.Message) {
	c.t.Helper()
	plaintext, err := proto.Marshal(msg)
	if err != nil {
		c.t.Fatal(err)
	}
	in := c.internals()
	bundles := in.FetchPreKeysNoError(context.Background(), []types.JID{lid})
	enc, _, err := in.EncryptMessageForDevice(context.Background(), plaintext, lid, bundles[lid], nil, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	err = in.SendNode(context.Background(), waBinary.Node{
		Tag: "message",
		Attrs: waBinary.Attrs{
			"to": device, "id": c.GenerateMessageID(), "type": "text", "category": "peer",
		},
		Content: []waBinary.Node{{Tag: "meta", Attrs: waBinary.Attrs{"appdata": "default"}}, *enc, in.MakeDeviceIdentityNode()},
	})
	if err != nil {
		c.t.Fatal(err)
	}
}
