package crash_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"tapgate/test/process"
)

var (
	kills = flag.Int("kills", 30, "how often the gateway is killed")
	seed  = flag.Uint64("seed", 1, "seed of all random decisions of the test")
)

// customers are the two that every network has.
var customers = []string{"61371989950", "5491122334455"}

func TestCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("the crash test takes a minute: not with -short")
	}
	w := newWorld(t, *seed)
	traffic, end := context.WithCancel(t.Context())
	defer end()
	var (
		work  sync.WaitGroup
		chats []*chat
	)
	for i, number := range customers {
		c := &chat{world: w, number: number, random: rand.New(rand.NewPCG(*seed, uint64(10+i))), moods: rand.New(rand.NewPCG(*seed, uint64(20+i)))}
		chats = append(chats, c)
		work.Go(func() { c.program(traffic) })
		work.Go(func() { c.customer(traffic) })
	}
	work.Go(func() { w.mischief(traffic, rand.New(rand.NewPCG(*seed, 3))) })
	w.reap(rand.New(rand.NewPCG(*seed, 1)))
	end()
	work.Wait()

	// the faults stop; from here everything has to come to its end
	if err := w.call(t.Context(), "POST", w.told("/settle"), nil, "", nil); err != nil {
		t.Fatal(err)
	}
	w.connected()
	began := time.Now()
	for _, c := range chats {
		c.finish()
	}
	drained := time.Since(began)
	w.audit(chats, drained)
}

// reap kills and revives the gateway.
func (w *world) reap(random *rand.Rand) {
	for k := range *kills {
		pause(context.Background(), time.Duration(random.IntN(700))*time.Millisecond)
		w.kill()
		pause(context.Background(), time.Duration(random.IntN(200))*time.Millisecond)
		if err := w.revive(); err != nil {
			w.t.Fatalf("start %d: %v", k+1, err)
		}
		if (k+1)%10 == 0 {
			w.t.Logf("%d of %d kills", k+1, *kills)
		}
	}
}

// mischief makes the network misbehave.
func (w *world) mischief(ctx context.Context, random *rand.Rand) {
	for ctx.Err() == nil {
		pause(ctx, time.Duration(200+random.IntN(800))*time.Millisecond)
		fault := []map[string]any{
			{"fault": "drop_connection", "phone": business},
			{"fault": "cut_before_ack", "phone": business},
			{"fault": "cut_before_process", "phone": business},
			{"fault": "drop_connection", "phone": customers[random.IntN(len(customers))]},
		}[random.IntN(4)]
		if err := w.call(ctx, "POST", w.sandbox("/faults"), fault, "", nil); err != nil && ctx.Err() == nil {
			w.t.Errorf("fault: %v", err)
		}
	}
}

// chat is the traffic with one customer. Its lists are written by one goroutine each and read when
// these have ended.
type chat struct {
	world    *world
	number   string
	random   *rand.Rand // of the program
	moods    *rand.Rand // of the customer
	mu       sync.Mutex
	accepted []string // ids of our messages, in the order of acceptance
	written  []string // ids of the customer's messages, in the order of writing
	// repeats counts requests that were made again after they had been answered, taps presses.
	repeats, taps int
}

// request is the n-th request of the program, the same each time it is asked for.
func (c *chat) request(n int) (path, key string, body map[string]any) {
	key = fmt.Sprintf("%s-%d", c.number, n)
	text := fmt.Sprintf("offer %d", n)
	interactive := map[string]any{"to": c.number, "body": map[string]any{"text": text}}
	switch n % 3 {
	case 0:
		return "/messages/text", key, map[string]any{"to": c.number, "body": text}
	case 1:
		interactive["type"] = "button"
		interactive["action"] = map[string]any{"buttons": []any{map[string]any{"type": "quick_reply", "title": "Take it", "id": fmt.Sprint("take", n)}}}
	case 2:
		interactive["type"] = "list"
		interactive["action"] = map[string]any{"list": map[string]any{"label": "Open", "sections": []any{
			map[string]any{"title": "All", "rows": []any{map[string]any{"id": fmt.Sprint("row", n), "title": "Take it"}}},
		}}}
	}
	return "/messages/interactive", key, interactive
}

// program sends one message after the other. What was not answered it sends again under the same
// key, as a careful program does; now and then it repeats what was answered long ago.
func (c *chat) program(ctx context.Context) {
	for n := 1; ctx.Err() == nil; n++ {
		id, ok := c.send(ctx, n)
		if !ok {
			return
		}
		c.mu.Lock()
		c.accepted = append(c.accepted, id)
		c.mu.Unlock()
		if ctx.Err() != nil {
			return
		}
		if c.random.IntN(5) > 0 {
			continue
		}
		old := 1 + c.random.IntN(n)
		again, ok := c.send(ctx, old)
		if !ok {
			return
		}
		c.repeats++
		if want := c.accepted[old-1]; again != want {
			c.world.t.Errorf("offer %d to %s was answered with %s, and when it was repeated with %s", old, c.number, want, again)
		}
	}
}

// send makes a request until it is answered, also when the traffic ends meanwhile: whether it was taken
// nobody knows before.
func (c *chat) send(ctx context.Context, n int) (string, bool) {
	path, key, body := c.request(n)
	deadline := time.Now().Add(process.Patience)
	for {
		var answer struct{ Message struct{ ID string } }
		err := c.world.call(context.WithoutCancel(ctx), "POST", c.world.api(path), body, key, &answer)
		if err == nil {
			return answer.Message.ID, true
		}
		if time.Now().After(deadline) {
			c.world.t.Errorf("offer %d to %s was never accepted: %v", n, c.number, err)
			return "", false
		}
		pause(context.Background(), 20*time.Millisecond)
	}
}

// customer writes, and presses the newest button now and then.
func (c *chat) customer(ctx context.Context) {
	for n := 1; ctx.Err() == nil; n++ {
		pause(ctx, time.Duration(20+c.moods.IntN(120))*time.Millisecond)
		path, body := "/messages", map[string]any{"text": fmt.Sprintf("question %d", n), "to": business}
		if press, ok := c.press(); ok && c.moods.IntN(3) == 0 {
			path, body = "/tap", press
		}
		var answer struct{ ID string }
		err := c.world.call(context.WithoutCancel(ctx), "POST", c.world.sandbox("/customers/"+c.number+path), body, "", &answer)
		if err != nil {
			continue // not on the phone yet, pressed already, or offline for a moment
		}
		if path == "/tap" {
			c.taps++
		}
		c.written = append(c.written, answer.ID)
	}
}

// press is how to press the newest message of ours; ok is false when it can't be pressed.
func (c *chat) press() (press map[string]any, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.accepted)
	if n == 0 || n%3 == 0 { // nothing yet, or a text
		return nil, false
	}
	press = map[string]any{"message_id": c.accepted[n-1]}
	if n%3 == 1 {
		press["button"] = 0
	} else {
		press["row"] = fmt.Sprint("row", n)
	}
	return press, true
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
