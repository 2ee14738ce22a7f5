package phone

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.mau.fi/whatsmeow/appstate"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waSyncAction"
	waStore "go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// shareTimeout bounds how long a phone tries to give a companion the key of the account's settings.
const shareTimeout = 30 * time.Second

// Scan lets the phone of a business number scan a login QR code. The number gets a phone if it has none, named
// "Business". It returns when the companion has accepted; once that is logged in, the phone shares the key of
// the account's settings with it, so that it learns the push name.
func (b *Book) Scan(ctx context.Context, number, qr string) error {
	if _, err := b.business(ctx, number); err != nil {
		return err
	}
	if _, err := b.net.Scan(ctx, number, qr); err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	return nil
}

// EnterCode lets the phone of a business number enter a pairing code. Otherwise it is like Scan.
func (b *Book) EnterCode(ctx context.Context, number, code string) error {
	if _, err := b.business(ctx, number); err != nil {
		return err
	}
	if _, err := b.net.EnterCode(ctx, number, code); err != nil {
		return fmt.Errorf("enter code: %w", err)
	}
	return nil
}

// Settled says whether every companion of a business number has fetched the settings that its phone shares: the
// push name and the address book.
func (b *Book) Settled(number string) bool {
	for _, device := range b.net.Devices(number) {
		if device.Device != 0 && !b.net.UpToDate(device) {
			return false
		}
	}
	return true
}

// business returns the phone of a business number with its settings published.
func (b *Book) business(ctx context.Context, number string) (*Phone, error) {
	name := defaultBusinessName
	if account, ok := b.net.AccountByJID(types.NewJID(number, types.DefaultUserServer)); ok && account.Name != "" {
		name = account.Name
	}
	p, err := b.obtain(ctx, owner{Number: number, Name: name, Platform: Android})
	if err != nil {
		return nil, err
	}
	if p.customer {
		return nil, refuse("%s is a customer: a business needs a number of its own", number)
	}
	return p, p.publishSettings(ctx)
}

// publishSettings gives the account its settings, as a phone does that was set up: a key, the push name, the
// address book, and a first version of every collection. Companions treat a collection of version 0 as never synced, and
// emit nothing for its first change. What is there already stays.
func (p *Phone) publishSettings(ctx context.Context) error {
	p.linking.Lock()
	defer p.linking.Unlock()
	keyID, err := p.cli.Store.AppStateKeys.GetLatestAppStateSyncKeyID(ctx)
	if err != nil {
		return fmt.Errorf("read settings key: %w", err)
	}
	if keyID == nil {
		if err := p.newSettingsKey(ctx); err != nil {
			return err
		}
	}
	for _, name := range appstate.AllPatchNames {
		version, _, err := p.cli.Store.AppState.GetAppStateVersion(ctx, string(name))
		if err != nil {
			return fmt.Errorf("read version of %s: %w", name, err)
		}
		if version > 0 {
			continue
		}
		if err := p.cli.SendAppState(ctx, firstPatch(name, p.Name())); err != nil {
			return fmt.Errorf("publish %s: %w", name, err)
		}
	}
	return p.publishContacts(ctx)
}

func (p *Phone) newSettingsKey(ctx context.Context) error {
	fingerprint, err := proto.Marshal(&waE2E.AppStateSyncKeyFingerprint{
		RawID: proto.Uint32(1), CurrentIndex: proto.Uint32(1), DeviceIndexes: []uint32{0, 1},
	})
	if err != nil {
		return fmt.Errorf("write settings key: %w", err)
	}
	key := waStore.AppStateSyncKey{Data: randomBytes(32), Fingerprint: fingerprint, Timestamp: time.Now().UnixMilli()}
	if err := p.cli.Store.AppStateKeys.PutAppStateSyncKey(ctx, randomBytes(6), key); err != nil {
		return fmt.Errorf("write settings key: %w", err)
	}
	return nil
}

func firstPatch(name appstate.WAPatchName, pushName string) appstate.PatchInfo {
	if name == appstate.WAPatchCriticalBlock {
		return appstate.BuildSettingPushName(pushName)
	}
	return appstate.PatchInfo{Type: name, Mutations: []appstate.MutationInfo{{
		Index: []string{appstate.IndexSettingUnarchiveChats}, Version: 4,
		Value: &waSyncAction.SyncActionValue{UnarchiveChatsSetting: &waSyncAction.UnarchiveChatsSetting{UnarchiveChats: proto.Bool(false)}},
	}}}
}

// companionLoggedIn is called by the network. A companion of a business phone that does not have the key yet gets
// it; after a restart it gets it again, which does no harm.
func (b *Book) companionLoggedIn(device types.JID) {
	p, ok := b.Phone(device.User)
	if !ok || p.customer || device.Device == 0 {
		return
	}
	b.mu.Lock()
	known := b.shared[device]
	b.shared[device] = true
	b.mu.Unlock()
	if known {
		return
	}
	b.start(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, shareTimeout)
		defer cancel()
		if err := p.shareSettings(ctx, device); err != nil {
			b.log.Warn("settings not shared", slog.String("device", device.String()), slog.Any("error", err))
			b.mu.Lock()
			delete(b.shared, device) // with the next login
			b.mu.Unlock()
		}
	})
}

// shareSettings sends the settings key to a companion, in a message of its own kind: it is encrypted for the
// hidden address of the device and sent to the other one.
func (p *Phone) shareSettings(ctx context.Context, device types.JID) error {
	if err := p.cli.online(ctx); err != nil {
		return err
	}
	if err := p.publishSettings(ctx); err != nil {
		return err
	}
	plaintext, err := p.settingsKeyMessage(ctx)
	if err != nil {
		return err
	}
	hidden := types.JID{User: p.account.LID.User, Device: device.Device, Server: types.HiddenUserServer}
	//lint:ignore SA1019 the public API sends no message to one device that it has no session with
	inside := p.cli.DangerousInternals()
	bundle := inside.FetchPreKeysNoError(ctx, []types.JID{hidden})[hidden]
	enc, withIdentity, err := inside.EncryptMessageForDevice(ctx, plaintext, hidden, bundle, nil, nil)
	if err != nil {
		return fmt.Errorf("encrypt settings key: %w", err)
	}
	content := []waBinary.Node{*enc}
	if withIdentity {
		content = append(content, inside.MakeDeviceIdentityNode())
	}
	stanza := stanzaID(Android)
	acked := inside.WaitResponse(stanza)
	defer inside.CancelResponse(stanza, acked)
	node := waBinary.Node{Tag: "message", Content: content, Attrs: waBinary.Attrs{
		"id": stanza, "type": "text", "category": "peer", "push_priority": "high", "to": device,
	}}
	if err := inside.SendNode(ctx, node); err != nil {
		return fmt.Errorf("send settings key: %w", err)
	}
	select {
	case <-acked:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *Phone) settingsKeyMessage(ctx context.Context) ([]byte, error) {
	keyID, err := p.cli.Store.AppStateKeys.GetLatestAppStateSyncKeyID(ctx)
	if err != nil {
		return nil, fmt.Errorf("read settings key: %w", err)
	}
	key, err := p.cli.Store.AppStateKeys.GetAppStateSyncKey(ctx, keyID)
	if err != nil {
		return nil, fmt.Errorf("read settings key: %w", err)
	}
	var fingerprint waE2E.AppStateSyncKeyFingerprint
	if err := proto.Unmarshal(key.Fingerprint, &fingerprint); err != nil {
		return nil, fmt.Errorf("read settings key: %w", err)
	}
	return proto.Marshal(&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_SHARE.Enum(),
		AppStateSyncKeyShare: &waE2E.AppStateSyncKeyShare{Keys: []*waE2E.AppStateSyncKey{{
			KeyID:   &waE2E.AppStateSyncKeyId{KeyID: keyID},
			KeyData: &waE2E.AppStateSyncKeyData{KeyData: key.Data, Fingerprint: &fingerprint, Timestamp: proto.Int64(key.Timestamp)},
		}}},
	}})
}
