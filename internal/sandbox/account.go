package sandbox

import (
	"cmp"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"

	"tapgate/internal/sandbox/noise"
)

// ErrPhone says that a phone number is not 5 to 17 digits.
var ErrPhone = errors.New("sandbox: not a phone number in digits")

// ErrUnknownAccount says that no account has this number or address.
var ErrUnknownAccount = errors.New("sandbox: unknown account")

// Account is one phone number of the emulated network. A number has exactly one
// LID, and it follows from seed and number alone.
type Account struct {
	Phone, Name string
	PN, LID     types.JID // without device
}

// account is an Account with its devices and keys.
type account struct {
	Account
	about      string        // as others see it
	picture    picture       // the same
	key        *keys.KeyPair // signs companions (the ADV account key)
	devices    map[uint16]*device
	removed    map[uint16]bool // ids of unlinked devices: never given again, never let in again
	nextDevice uint16
	watchers   map[*device]bool   // devices that hold a copy of this account's device list
	state      map[string][]patch // app state: the patches of each collection, version 1 first
	lastSeen   time.Time
}

// AddAccount creates the number, or returns it if it exists. A name that is not
// empty replaces the one known. ErrPhone is wrapped for anything but digits.
func (n *Network) AddAccount(phone, name string) (Account, error) {
	var out Account
	err := n.change(func(ch *change) error {
		a, err := ch.account(phone)
		if err != nil {
			return err
		}
		if name != "" {
			ch.rename(a, name)
		}
		out = a.Account
		return nil
	})
	return out, err
}

// Accounts returns all accounts, by phone number.
func (n *Network) Accounts() []Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []Account
	for _, a := range n.accounts {
		out = append(out, a.Account)
	}
	slices.SortFunc(out, func(a, b Account) int { return cmp.Compare(a.Phone, b.Phone) })
	return out
}

// AccountByJID finds the account of an address, PN or LID, with or without device.
func (n *Network) AccountByJID(j types.JID) (Account, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if a := n.accountOf(j); a != nil {
		return a.Account, true
	}
	return Account{}, false
}

// accountOf finds the account of an address; nil if there is none.
func (n *Network) accountOf(j types.JID) *account {
	switch j.Server {
	case types.DefaultUserServer, types.LegacyUserServer:
		return n.accounts[j.User]
	case types.HiddenUserServer:
		return n.byLID[j.User]
	default:
		return nil
	}
}

// account returns the account of phone and creates it if it is new.
func (ch *change) account(phone string) (*account, error) {
	n := ch.n
	if a := n.accounts[phone]; a != nil {
		return a, nil
	}
	if len(phone) < 5 || len(phone) > 17 || strings.Trim(phone, "0123456789") != "" {
		return nil, fmt.Errorf("%w: %q", ErrPhone, phone)
	}
	lid := lidOf(n.seed, phone)
	if other := n.byLID[lid]; other != nil {
		return nil, fmt.Errorf("sandbox: %s and %s share one LID under this seed", phone, other.Phone)
	}
	key, err := accountKey(n.seed, phone)
	if err != nil {
		return nil, err
	}
	a := newAccount(phone, lid, key)
	n.accounts[phone], n.byLID[lid] = a, a
	ch.saveAccount(a)
	return a, nil
}

func newAccount(phone, lid string, key *keys.KeyPair) *account {
	return &account{
		Account: Account{
			Phone: phone,
			PN:    types.NewJID(phone, types.DefaultUserServer),
			LID:   types.NewJID(lid, types.HiddenUserServer),
		},
		key:        key,
		devices:    make(map[uint16]*device),
		removed:    make(map[uint16]bool),
		nextDevice: 1,
		watchers:   make(map[*device]bool),
		state:      make(map[string][]patch),
	}
}

func (ch *change) rename(a *account, name string) {
	if a.Name != name {
		a.Name = name
		ch.saveAccount(a)
	}
}

// lidOf maps a number to 15 digits. It must not depend on anything that a
// restart without data loses: clients keep the LIDs they learned.
func lidOf(seed, phone string) string {
	sum := sha256.Sum256([]byte("lid\x00" + seed + "\x00" + phone))
	const low, span = 100_000_000_000_000, 900_000_000_000_000
	return strconv.FormatUint(low+binary.BigEndian.Uint64(sum[:8])%span, 10)
}

func accountKey(seed, phone string) (*keys.KeyPair, error) {
	priv, err := hkdf.Key(sha256.New, []byte(seed), nil, "account "+phone, 32)
	if err != nil {
		return nil, fmt.Errorf("derive account key: %w", err)
	}
	return keys.NewKeyPairFromPrivateKey(noise.Clamp([32]byte(priv))), nil
}

// deviceList returns the account's devices in the addressing of server, by id.
func (a *account) deviceList(server string) []types.JID {
	out := make([]types.JID, 0, len(a.devices))
	for _, id := range slices.Sorted(maps.Keys(a.devices)) {
		out = append(out, a.devices[id].jid(server))
	}
	return out
}

// jid is the account's address without device in the form of server.
func (a *account) jid(server string) types.JID {
	if server == types.HiddenUserServer {
		return a.LID
	}
	return a.PN
}
