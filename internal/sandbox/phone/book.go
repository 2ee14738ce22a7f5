package phone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types"

	"tapgate/internal/id"
	"tapgate/internal/sandbox"
)

// Options configures a Book.
type Options struct {
	// Network is what the phones talk over. whatsmeow.WACertPubKey has to be its root key.
	Network *sandbox.Network
	// Dir keeps phones, messages and sessions over a restart, in phones.db and whatsmeow.db; "" keeps them
	// in memory.
	Dir string
	// Log gets what the clients log, at debug level; nil discards it.
	Log *slog.Logger
}

// Book holds the phones of the sandbox: customers and the phones of business numbers. Its methods and those
// of its phones may be called from any goroutine.
type Book struct {
	net      *sandbox.Network
	log      *slog.Logger
	sessions *sessions
	store    *store // nil: in memory

	life context.Context // never ends: what is under way when Close begins gets done
	ctx  context.Context // ends with Close
	stop context.CancelFunc
	work sync.WaitGroup
	hub  *hub

	adding sync.Mutex // one phone is added at a time

	mu      sync.RWMutex
	phones  map[string]*Phone
	order   []*Phone
	groups  []Group
	shared  map[types.JID]bool // companions of business phones that have the app state key
	cancels []func()
}

// defaultBusinessName is the push name of a business phone that nobody named.
const defaultBusinessName = "Business"

// Open makes a book, and brings the phones that Dir remembers back online.
func Open(ctx context.Context, o Options) (*Book, error) {
	if o.Network == nil {
		return nil, errors.New("phone: no network")
	}
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	b := &Book{net: o.Network, log: log, hub: newHub(), phones: map[string]*Phone{}, shared: map[types.JID]bool{}}
	b.life = context.WithoutCancel(ctx)
	b.ctx, b.stop = context.WithCancel(b.life)
	if err := b.open(ctx, o.Dir); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func (b *Book) open(ctx context.Context, dir string) error {
	var err error
	if b.sessions, err = openSessions(ctx, dir, b.log); err != nil {
		return err
	}
	if dir != "" {
		if b.store, err = openStore(ctx, dir); err != nil {
			return err
		}
	}
	b.cancels = append(b.cancels, b.net.OnLogin(b.companionLoggedIn))
	if b.store == nil {
		return nil
	}
	return b.restore(ctx)
}

// restore brings back what the store remembers.
func (b *Book) restore(ctx context.Context) error {
	groups, err := b.store.groups(ctx)
	if err != nil {
		return err
	}
	b.groups = groups
	owners, err := b.store.phones(ctx)
	if err != nil {
		return err
	}
	var restored []*Phone
	for _, o := range owners {
		p, err := b.attach(ctx, o)
		if err != nil {
			return err
		}
		if err := p.restore(ctx); err != nil {
			return err
		}
		restored = append(restored, p)
	}
	for _, p := range restored {
		if err := p.connect(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Close takes all phones offline, waits for everything that runs and closes the databases.
func (b *Book) Close() error {
	b.mu.Lock()
	b.stop() // under the mutex: nothing is started after this
	phones, cancels := slices.Clone(b.order), b.cancels
	b.cancels = nil
	b.mu.Unlock()
	for _, cancel := range cancels {
		cancel()
	}
	b.work.Wait()
	for _, p := range phones {
		p.close()
	}
	b.hub.close()
	return errors.Join(b.sessions.close(), b.store.close())
}

// Add puts the customer with this number into the book and its phone online. A number that is there already
// is returned as it is; a business number is refused. The business phones enter him into their address books.
func (b *Book) Add(ctx context.Context, number, name string) (*Phone, error) {
	p, err := b.obtain(ctx, owner{Number: number, Name: name, Customer: true, Platform: Android})
	if err != nil {
		return nil, err
	}
	if !p.customer {
		return nil, refuse("%s is a business number", number)
	}
	b.meetCustomers(ctx)
	return p, nil
}

// obtain returns the phone of a number, and creates it if there is none.
func (b *Book) obtain(ctx context.Context, o owner) (*Phone, error) {
	b.adding.Lock()
	defer b.adding.Unlock()
	if p, ok := b.Phone(o.Number); ok {
		return p, nil
	}
	if chat, err := id.ParseChat(o.Number); err != nil || chat.User != o.Number {
		return nil, refuse("%q is not a number: want digits only", o.Number)
	}
	if o.Name == "" {
		o.Name = o.Number
	}
	p, err := b.attach(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := b.store.savePhone(ctx, o); err != nil {
		return nil, err
	}
	if err := p.connect(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// attach makes the phone and registers it with the network; it is not online yet.
func (b *Book) attach(ctx context.Context, o owner) (*Phone, error) {
	account, err := b.net.AddAccount(o.Number, o.Name)
	if err != nil {
		return nil, fmt.Errorf("add account %s: %w", o.Number, err)
	}
	device, err := b.sessions.primary(ctx, account)
	if err != nil {
		return nil, err
	}
	if err := b.net.RegisterPhone(o.Number, publicKeys(device)); err != nil {
		return nil, fmt.Errorf("register phone %s: %w", o.Number, err)
	}
	p := newPhone(b, o, account, device)
	b.mu.Lock()
	b.phones[o.Number] = p
	b.order = append(b.order, p)
	b.mu.Unlock()
	return p, nil
}

// Customers lists the customers in the order in which they were added.
func (b *Book) Customers() []*Phone { return b.list(true) }

// Businesses lists the phones of business numbers in the order in which they were added.
func (b *Book) Businesses() []*Phone { return b.list(false) }

func (b *Book) list(customers bool) []*Phone {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := []*Phone{}
	for _, p := range b.order {
		if p.customer == customers {
			out = append(out, p)
		}
	}
	return out
}

// Phone finds the phone of a number, a customer's or a business number's.
func (b *Book) Phone(number string) (*Phone, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	p, ok := b.phones[number]
	return p, ok
}

func (b *Book) isCustomer(number string) bool {
	p, ok := b.Phone(number)
	return ok && p.customer
}

// number is the phone number behind an address, or the address itself where the network knows none.
func (b *Book) number(j types.JID) string {
	if a, ok := b.net.AccountByJID(j.ToNonAD()); ok {
		return a.Phone
	}
	return j.User
}

// Subscribe returns what changes on the phones from now on. A subscriber that reads too slowly loses changes and is told
// so. The function ends the subscription; Close ends all.
func (b *Book) Subscribe() (<-chan Change, func()) { return b.hub.subscribe() }

func (b *Book) announce(c Change) {
	c.At = time.Now()
	b.hub.announce(c)
}

// start runs fn as work of the book: Close waits for it, and fn has to end with the context.
func (b *Book) start(fn func(ctx context.Context)) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.ctx.Err() != nil {
		return
	}
	b.work.Go(func() { fn(b.ctx) })
}
