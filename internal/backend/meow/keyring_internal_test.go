package meow

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// shelf is a device's keyring on a real database, and the same database without it.
type shelf struct {
	*keyring
	plain      store.AllSessionSpecificStores
	statements *counter
}

// counter counts the statements that reach the driver, and lets some fail.
type counter struct {
	count atomic.Int64
	mu    sync.Mutex
	fails func(text string) bool
}

var errTest = errors.New("disk on fire")

func (c *counter) take(text string) error {
	c.count.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fails != nil && c.fails(text) {
		return errTest
	}
	return nil
}

func (c *counter) set(fails func(text string) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fails = fails
}

func newShelf(t *testing.T, o Options) *shelf {
	t.Helper()
	ctx := t.Context()
	s := &shelf{statements: &counter{}}
	o.Path = filepath.Join(t.TempDir(), "keys.db")
	o = WithWatch(o, Watch{Before: s.statements.take})
	b, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	device := types.NewADJID("919984351847", 0, 3)
	d := b.container.guarded(b.container.NewDevice())
	d.ID, d.Account = &device, &waAdv.ADVSignedDeviceIdentity{
		Details: []byte{1}, AccountSignature: make([]byte, 64), AccountSignatureKey: make([]byte, 32), DeviceSignature: make([]byte, 64),
	}
	if err := d.Save(ctx); err != nil {
		t.Fatal(err)
	}
	s.keyring = d.Identities.(*keyring)
	db, err := (Options{Path: o.Path, Layers: Layers{NoStatements: true, NoGroups: true}}).database()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s.plain = sqlstore.NewSQLStore(sqlstore.NewWithDB(db.DB, "sqlite", waLog.Noop), device)
	return s
}

// identityOf asks the database itself for the key of an address; 0 stands for none.
func (s *shelf) identityOf(t *testing.T, address string) byte {
	t.Helper()
	for k := range byte(16) {
		trusted, err := s.plain.IsTrustedIdentity(t.Context(), address, [32]byte{k})
		if err != nil {
			t.Fatal(err)
		}
		other, _ := s.plain.IsTrustedIdentity(t.Context(), address, [32]byte{255})
		if trusted && !other {
			return k
		}
	}
	return 0
}

func TestKeyringSparesStatements(t *testing.T) {
	ctx := t.Context()
	s := newShelf(t, Options{})
	const a = "61371989950:0"
	steps := []struct {
		what string
		do   func() error
		cost int64
	}{
		{"the first key", func() error { return s.PutIdentity(ctx, a, [32]byte{1}) }, 1},
		{"the same key", func() error { return s.PutIdentity(ctx, a, [32]byte{1}) }, 0},
		{"is it trusted", func() error { _, err := s.IsTrustedIdentity(ctx, a, [32]byte{1}); return err }, 0},
		{"another key", func() error { return s.PutIdentity(ctx, a, [32]byte{2}) }, 1},
		{"no session yet", func() error { _, err := s.GetSession(ctx, a); return err }, 1},
		{"still none", func() error { _, err := s.HasSession(ctx, a); return err }, 0},
		{"a session", func() error { return s.PutManySessions(ctx, map[string][]byte{a: {1}}) }, 1},
		{"it is there", func() error { _, err := s.GetManySessions(ctx, []string{a}); return err }, 0},
	}
	for _, step := range steps {
		before := s.statements.count.Load()
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if n := s.statements.count.Load() - before; n != step.cost {
			t.Errorf("%s: %d statements, want %d", step.what, n, step.cost)
		}
	}
}

var addresses = []string{"1:0", "1:1", "2:0", "2_1:0", "3:0"}

// step does one of everything that changes sessions and keys, in a transaction or not.
func (s *shelf) step(ctx context.Context, r *rand.Rand, deep bool) error {
	a, b := addresses[r.IntN(len(addresses))], addresses[r.IntN(len(addresses))]
	user := fmt.Sprint(r.IntN(3) + 1)
	switch r.IntN(13) {
	case 0, 1, 2:
		return s.PutSession(ctx, a, []byte{byte(r.IntN(250) + 1)})
	case 3, 4:
		return s.PutManySessions(ctx, map[string][]byte{a: {byte(r.IntN(250) + 1)}, b: {byte(r.IntN(250) + 1)}})
	case 5, 6:
		return s.PutIdentity(ctx, a, [32]byte{byte(r.IntN(15) + 1)})
	case 7:
		return s.DeleteSession(ctx, a)
	case 8:
		return errors.Join(s.DeleteAllIdentities(ctx, user), s.DeleteAllSessions(ctx, user))
	case 9:
		return s.DeleteIdentity(ctx, a)
	case 10:
		// each pair of numbers is moved once only, so they are ever new
		from, to := types.NewJID("1", types.DefaultUserServer), types.NewJID("2", types.HiddenUserServer)
		s.migrated.Clear()
		return s.MigratePNToLID(ctx, from, to)
	}
	if deep {
		return nil
	}
	fail := r.IntN(3) == 0
	return s.DoDecryptionTxn(ctx, func(ctx context.Context) error {
		for range r.IntN(4) {
			if err := s.step(ctx, r, true); err != nil {
				return err
			}
			if _, err := s.GetSession(ctx, a); err != nil {
				return err
			}
		}
		if fail {
			return errTest
		}
		return nil
	})
}

// agree compares what the keyring says with what the database says.
func (s *shelf) agree(t *testing.T, when string) {
	t.Helper()
	many, err := s.GetManySessions(t.Context(), addresses)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		want, err := s.plain.GetSession(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.GetSession(t.Context(), a)
		if err != nil || string(got) != string(want) || string(many[a]) != string(want) {
			t.Fatalf("%s: the session of %s is %v (and %v), the database has %v: %v", when, a, got, many[a], want, err)
		}
		if key, known, _ := s.identities.get(a); known && key[0] != s.identityOf(t, a) {
			t.Fatalf("%s: the key of %s is %d, the database has %d", when, a, key[0], s.identityOf(t, a))
		}
	}
}

// Whatever is done and whatever fails, the keyring says what the database says.
func TestKeyringAgreesWithTheDatabase(t *testing.T) {
	for _, layers := range []Layers{{}, {NoGroups: true, NoStatements: true}} {
		s := newShelf(t, Options{Layers: layers})
		r := rand.New(rand.NewPCG(7, 7))
		failed := 0
		for i := range 600 {
			n := r.IntN(12) // lets the n-th statement fail, if there are so many
			s.statements.set(func(string) bool { n--; return n == 0 })
			if s.step(t.Context(), r, false) != nil {
				failed++
			}
			s.statements.set(nil)
			s.agree(t, fmt.Sprint("step ", i))
		}
		if failed < 50 {
			t.Errorf("only %d of 600 steps failed", failed)
		}
	}
}

// The same while many do it at once: when all is quiet, memory and database are the same.
func TestKeyringAgreesAfterARace(t *testing.T) {
	s := newShelf(t, Options{})
	for round := range 15 {
		var all sync.WaitGroup
		for i := range 8 {
			r := rand.New(rand.NewPCG(uint64(round), uint64(i)))
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				for range 12 {
					if err := s.step(ctx, r, false); err != nil && !errors.Is(err, errTest) {
						t.Error(err)
					}
					if _, err := s.GetManySessions(ctx, addresses); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		s.agree(t, fmt.Sprint("round ", round))
	}
}

// What a transaction wrote nobody else sees before it is committed, and nobody ever if it is not.
func TestKeyringTransaction(t *testing.T) {
	s := newShelf(t, Options{})
	ctx := t.Context()
	const a = "1:0"
	if err := s.PutSession(ctx, a, []byte{1}); err != nil {
		t.Fatal(err)
	}
	is := func(when string, ctx context.Context, want byte) {
		t.Helper()
		if got, err := s.GetSession(ctx, a); err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%s: the session is %v, want %d: %v", when, got, want, err)
		}
	}
	for _, fail := range []error{errTest, nil} {
		err := s.DoDecryptionTxn(ctx, func(inside context.Context) error {
			is("before", inside, 1)
			if err := s.PutSession(inside, a, []byte{2}); err != nil {
				return err
			}
			is("inside", inside, 2)
			is("outside", ctx, 1)
			return fail
		})
		if !errors.Is(err, fail) {
			t.Errorf("%v, want %v", err, fail)
		}
		if fail != nil {
			is("after a rollback", ctx, 1)
		}
	}
	is("after the commit", ctx, 2)
}

// A memory that is full forgets, and is right nevertheless.
func TestKeyringForgets(t *testing.T) {
	s := newShelf(t, Options{})
	s.sessions.limit = 3
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 100 {
		if err := s.step(t.Context(), r, false); err != nil && !errors.Is(err, errTest) {
			t.Fatal(err)
		}
		s.agree(t, fmt.Sprint("step ", i))
		if n := len(s.sessions.known); n > 3 {
			t.Fatalf("%d sessions are remembered", n)
		}
	}
}
