package phone_test

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"
	"go.uber.org/goleak"

	"tapgate/internal/id"
	"tapgate/internal/sandbox"
	"tapgate/internal/sandbox/phone"
)

func TestBusinessLearnsItsPushName(t *testing.T) {
	w := newWorld(t)
	select {
	case name := <-w.business.pushName:
		if name != "Business" {
			t.Errorf("push name %q, want Business", name)
		}
	case <-time.After(patience):
		t.Fatal("the business did not learn its push name")
	}
	if p, ok := w.book.Phone(businessNumber); !ok || p.Name() != "Business" {
		t.Error("the business number has no phone")
	}
	if all := w.book.Customers(); len(all) != 1 || all[0].Number() != jonathan {
		t.Errorf("customers %v", all)
	}
}

// The business number's own phone shows what its companion sent and what customers wrote.
func TestBusinessPhoneShowsTheChat(t *testing.T) {
	w := newWorld(t)
	own, _ := w.book.Phone(businessNumber)
	sent := w.business.send(t, jid(jonathan), quickReply(), biz(flowNode("mixed")))
	shown := w.message(own, sent)
	if !shown.FromMe || shown.Chat != jonathan+"@s.whatsapp.net" || !shown.Drawn || shown.Biz != "native_flow:mixed" {
		t.Errorf("shown %+v", shown)
	}
	w.message(w.customer, sent)
	answer := must(w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Button: at(0)}))(t)
	if shown := w.message(own, answer); shown.FromMe || shown.Kind != phone.KindReply || shown.From != jonathan {
		t.Errorf("shown %+v", shown)
	}
	w.until("delivery", func() bool { m, _ := own.Message(sent); return m.Status == phone.StatusDelivered })
}

func TestAdd(t *testing.T) {
	n := openNetwork(t)
	b := openBook(t, n, "")
	p := must(b.Add(context20s(t), jonathan, "Jonathan"))(t)
	again := must(b.Add(context20s(t), jonathan, "Somebody"))(t)
	if p != again || p.Name() != "Jonathan" || p.Platform() != phone.Android || !p.Online() {
		t.Errorf("again %v, name %q, platform %q, online %v", p != again, p.Name(), p.Platform(), p.Online())
	}
	for _, number := range []string{"", "abc", "+61371989950", "123"} {
		_, err := b.Add(context20s(t), number, "X")
		refused(t, err, "not a number")
	}
	if len(b.Customers()) != 1 {
		t.Errorf("%d customers", len(b.Customers()))
	}
}

func TestGroup(t *testing.T) {
	w := newWorld(t)
	second := must(w.book.Add(context20s(t), mary, "Mary"))(t)
	chat := must(w.book.CreateGroup(context20s(t), "Team", businessNumber, jonathan, mary))(t)
	groups := w.book.Groups()
	if len(groups) != 1 || groups[0].Chat != chat || groups[0].Subject != "Team" || len(groups[0].Members) != 3 {
		t.Fatalf("groups %+v", groups)
	}
	group := must(id.ParseChat(chat))(t)
	to := jid(group.User)
	to.Server = "g.us"
	sent := w.business.send(t, to, bare(nativeFlow(replyButton())), biz(flowNode("mixed")))
	list := w.business.send(t, to, withCaption(burgersMessage()), biz(listNode("product_list")))
	for _, p := range []*phone.Phone{w.customer, second} {
		if m := w.message(p, sent); !m.Drawn || m.Chat != chat || m.From != businessNumber || m.FromMe {
			t.Errorf("%s shows %+v", p.Name(), m)
		}
		if m := w.message(p, list); m.Drawn {
			t.Errorf("%s draws a list in a group", p.Name())
		}
		if n := len(p.Messages()); n != 2 {
			t.Errorf("%s shows %d messages, want 2", p.Name(), n)
		}
	}
	answer := must(w.customer.Tap(context20s(t), phone.Press{MessageID: sent, Button: at(0)}))(t)
	got := w.business.awaitID(t, answer)
	want := id.Message{Stanza: got.Info.ID, Chat: group, Participant: jonathan}.String()
	if answer != want || got.Info.Chat != to {
		t.Errorf("answer %q in %s, want %q", answer, got.Info.Chat, want)
	}
	// The other customer sees it under the same id.
	if m := w.message(second, answer); m.Kind != phone.KindReply || m.From != jonathan || m.Quoted == nil || m.Quoted.ID != sent {
		t.Errorf("Mary sees %+v", m)
	}
	written := must(second.Send(context20s(t), phone.Compose{To: chat, Text: "Hello all"}))(t)
	w.business.awaitID(t, written)
	w.message(w.customer, written)
}

func TestWipedPhoneAsksAgainAndShowsOnce(t *testing.T) {
	w := newWorld(t)
	// An answer makes both sides use an established session, which the wipe then breaks.
	first := w.business.send(t, jid(jonathan), text("One"))
	w.message(w.customer, first)
	w.business.awaitID(t, must(w.customer.Send(context20s(t), phone.Compose{Text: "Two"}))(t))
	second := w.business.send(t, jid(jonathan), text("Three"))
	w.message(w.customer, second)
	if err := w.customer.Wipe(context20s(t)); err != nil {
		t.Fatal(err)
	}
	third := w.business.send(t, jid(jonathan), text("Four"))
	m := w.message(w.customer, third)
	if m.Body != "Four" || m.RetryCount == 0 || !m.Drawn {
		t.Errorf("shown %+v", m)
	}
	count := 0
	for _, m := range w.customer.Messages() {
		if m.Body == "Four" {
			count++
		}
	}
	if count != 1 {
		t.Errorf("shown %d times", count)
	}
	// The client library's own answer to a retry loses the biz node: the phone then shows nothing.
	if err := w.customer.Wipe(context20s(t)); err != nil {
		t.Fatal(err)
	}
	buttons := w.business.send(t, jid(jonathan), quickReply(), biz(flowNode("mixed")))
	if m := w.message(w.customer, buttons); m.Drawn || m.Biz != "" || m.RetryCount == 0 {
		t.Errorf("shown after a retry without the node: %+v", m)
	}
}

// A business that lost its sessions asks again for what it can't read: each message arrives, in private and group.
func TestPhoneAnswersRetries(t *testing.T) {
	w := newWorld(t)
	w.message(w.customer, w.business.send(t, jid(jonathan), text("Hi")))
	chat := must(w.book.CreateGroup(context20s(t), "Team", jonathan, businessNumber))(t)
	const sends = 40
	for i := range sends {
		to := ""
		if i%4 == 3 {
			to = chat
		}
		if i%15 == 5 {
			w.business.wipe(t)
		}
		must(w.customer.Send(context20s(t), phone.Compose{To: to, Text: strconv.Itoa(i)}))(t)
	}
	deadline := time.After(patience)
	for w.business.texts() < sends {
		select {
		case <-w.business.changed:
		case <-deadline:
			t.Fatalf("%d of %d messages arrived", w.business.texts(), sends)
		}
	}
}

func TestOfflinePhoneGetsWhatItMissed(t *testing.T) {
	w := newWorld(t)
	if err := w.customer.SetOnline(context20s(t), false); err != nil || w.customer.Online() {
		t.Fatalf("still online: %v", err)
	}
	sent := w.business.send(t, jid(jonathan), quickReply(), biz(flowNode("mixed")))
	if _, ok := w.customer.Message(sent); ok {
		t.Fatal("an offline phone got a message")
	}
	if err := w.customer.SetOnline(context20s(t), true); err != nil {
		t.Fatal(err)
	}
	if m := w.message(w.customer, sent); !m.Drawn {
		t.Errorf("shown %+v", m)
	}
}

func TestReadAndTyping(t *testing.T) {
	w := newWorld(t)
	sent := w.business.send(t, jid(jonathan), text("Hi"))
	w.message(w.customer, sent)
	if err := w.customer.MarkRead(context20s(t), sent, "unknown"); err != nil {
		t.Fatal(err)
	}
	w.business.awaitReceipt(t, "read", stanzaOf(t, sent))
	if m, _ := w.customer.Message(sent); m.Status != phone.StatusRead {
		t.Errorf("status %q", m.Status)
	}
	if err := w.customer.Typing(context20s(t), businessNumber, true); err != nil {
		t.Fatal(err)
	}
	w.business.awaitTyping(t)
}

func TestRestart(t *testing.T) {
	n := openNetwork(t)
	dir := t.TempDir()
	b := must(phone.Open(context20s(t), phone.Options{Network: n, Dir: dir}))(t)
	changes := watching(t, b)
	p := must(b.Add(context20s(t), jonathan, "Jonathan"))(t)
	p.SetPlatform(phone.IOS)
	business := newBusiness(t, n, b)
	sent := business.send(t, jid(jonathan), quickReply(), biz(flowNode("mixed")))
	changes.message(p, sent)
	answer := must(p.Tap(context20s(t), phone.Press{MessageID: sent, Button: at(0), Platform: phone.Web}))(t)
	business.awaitID(t, answer)
	chat := must(b.CreateGroup(context20s(t), "Team", businessNumber, jonathan))(t)
	before := p.Messages()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	missed := business.send(t, jid(jonathan), quickReply(), biz(flowNode("mixed")))

	b = openBook(t, n, dir)
	changes = watching(t, b)
	p, ok := b.Phone(jonathan)
	if !ok || p.Name() != "Jonathan" || p.Platform() != phone.IOS || len(b.Customers()) != 1 {
		t.Fatalf("the phone did not come back: %v", ok)
	}
	if m := changes.message(p, missed); !m.Drawn {
		t.Errorf("a message of the time between is shown as %+v", m)
	}
	after := p.Messages()
	if len(after) != len(before)+1 || after[0].ID != sent || !after[0].Drawn || len(after[0].Pressed) != 1 || after[1].ID != answer || after[1].Kind != phone.KindReply {
		t.Errorf("messages after the restart %+v", after)
	}
	if groups := b.Groups(); len(groups) != 1 || groups[0].Chat != chat || len(groups[0].Members) != 2 {
		t.Errorf("groups %+v", groups)
	}
	// The same web client is used again, and the session with the business goes on.
	answer = must(p.Tap(context20s(t), phone.Press{MessageID: missed, Button: at(1), Platform: phone.Web}))(t)
	if got := business.awaitID(t, answer); got.Info.Sender.Device == 0 {
		t.Error("the web client's answer came from the phone")
	}
	if devices := n.Devices(jonathan); len(devices) != 2 {
		t.Errorf("devices %v", devices)
	}
}

// A message that was kept, and not sent before the process was killed, leaves after the restart under its id.
func TestRestartSendsWhatWasKept(t *testing.T) {
	n := openNetwork(t)
	dir := t.TempDir()
	b := must(phone.Open(context20s(t), phone.Options{Network: n, Dir: dir}))(t)
	p := must(b.Add(context20s(t), jonathan, "Jonathan"))(t)
	business := newBusiness(t, n, b)
	sent := must(p.Send(context20s(t), phone.Compose{Text: "Hello"}))(t)
	business.awaitID(t, sent)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}

	const stanza = "AC000102030405060708090A0B0C0D0E"
	kept := id.Message{Stanza: stanza, Chat: id.User(jonathan).Private()}.String()
	db := must(sql.Open("sqlite", filepath.Join(dir, "phones.db")))(t)
	must(db.ExecContext(context20s(t), `INSERT INTO message (number, id, facts, raw)
		SELECT number, ?, json_set(facts, '$.id', ?, '$.stanza', ?, '$.status', 'pending'), raw FROM message`, kept, kept, stanza))(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	b = openBook(t, n, dir)
	if got := business.awaitID(t, kept); got.Message.GetConversation() != "Hello" {
		t.Errorf("got %v", got.Message)
	}
	p, _ = b.Phone(jonathan)
	watching(t, b).until("delivery", func() bool { m, _ := p.Message(kept); return m.Status == phone.StatusDelivered })
}

func TestUnlinkedWebClientIsLinkedAgain(t *testing.T) {
	w := newWorld(t)
	w.customer.SetPlatform(phone.Web)
	one := must(w.customer.Send(context20s(t), phone.Compose{Text: "One"}))(t)
	w.business.awaitID(t, one)
	w.until("delivery", func() bool { m, _ := w.customer.Message(one); return m.Status == phone.StatusDelivered })
	first := w.net.Devices(jonathan)[1]
	changes := watching(t, w.book).changes
	if err := w.net.Unlink(first); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(patience)
	for noticed := false; !noticed; {
		select {
		case c := <-changes:
			noticed = c.What == "presence" && c.Customer == jonathan
		case <-deadline:
			t.Fatal("the phone did not notice that its web client is gone")
		}
	}
	got := w.business.awaitID(t, must(w.customer.Send(context20s(t), phone.Compose{Text: "Two"}))(t))
	if got.Info.Sender.Device == 0 || got.Info.Sender.Device == first.Device {
		t.Errorf("sent from device %d, the unlinked one was %d", got.Info.Sender.Device, first.Device)
	}
}

func TestCloseLeavesNothingRunning(t *testing.T) {
	running := goleak.IgnoreCurrent()
	n := must(sandbox.Open(sandbox.Options{}))(t)
	b := must(phone.Open(context20s(t), phone.Options{Network: n}))(t)
	changes, _ := b.Subscribe()
	p := must(b.Add(context20s(t), jonathan, "Jonathan"))(t)
	must(b.Add(context20s(t), mary, "Mary"))(t)
	p.SetPlatform(phone.Web)
	must(p.Send(context20s(t), phone.Compose{To: mary, Text: "Hi"}))(t)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for range changes { // ends when the book closed it
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	// The client library leaves its reader behind when it disconnects while a frame comes in.
	goleak.VerifyNone(t, running, goleak.IgnoreAnyFunction("go.mau.fi/whatsmeow/socket.(*FrameSocket).readPump"))
}

// awaitReceipt waits for a receipt of that type about the stanza.
func (b *business) awaitReceipt(t testing.TB, kind, stanza string) {
	t.Helper()
	deadline := time.After(patience)
	for {
		b.mu.Lock()
		for _, r := range b.receipts {
			if string(r.Type) == kind && slices.Contains(r.MessageIDs, stanza) {
				b.mu.Unlock()
				return
			}
		}
		b.mu.Unlock()
		select {
		case <-b.changed:
		case <-deadline:
			t.Fatalf("no receipt %q", kind)
		}
	}
}

func (b *business) awaitTyping(t testing.TB) {
	t.Helper()
	select {
	case e := <-b.typing:
		if e.State != "composing" {
			t.Errorf("state %q", e.State)
		}
	case <-time.After(patience):
		t.Fatal("the business does not see the customer typing")
	}
}

func TestEnterCode(t *testing.T) {
	n := openNetwork(t)
	b := openBook(t, n, "")
	container, _ := openContainer(t, t.Name())
	cli := whatsmeow.NewClient(container.NewDevice(), nil)
	web := &http.Client{Transport: n.Transport()}
	cli.SetPreLoginHTTPClient(web)
	cli.SetWebsocketHTTPClient(web)
	ready, online := make(chan struct{}, 8), make(chan struct{}, 8)
	cli.AddEventHandler(func(event any) {
		switch event.(type) {
		case *events.QR:
			ready <- struct{}{}
		case *events.Connected:
			online <- struct{}{}
		}
	})
	if err := cli.Connect(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cli.Disconnect)
	<-ready
	code := must(cli.PairPhone(context20s(t), businessNumber, true, whatsmeow.PairClientChrome, "Chrome (Linux)"))(t)
	if err := b.EnterCode(context20s(t), businessNumber, code); err != nil {
		t.Fatal(err)
	}
	select {
	case <-online:
	case <-time.After(patience):
		t.Fatal("not online")
	}
	must(b.Add(context20s(t), jonathan, "Jonathan"))(t)
	if err := b.Scan(context20s(t), jonathan, "2@x,y,z,w"); err == nil {
		t.Error("a customer's number was used as a business number")
	}
	_, err := b.Add(context20s(t), businessNumber, "X")
	refused(t, err, "business number")
}
