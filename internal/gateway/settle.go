package gateway

import (
	"context"
	"time"

	"tapgate/internal/event"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// maxUnsettled is how many rows have ended, at most, of which the database does not know yet. After
// a crash they leave again under the same ids, which receivers drop. Half of them wait, half of
// them may be on their way to the disk.
const maxUnsettled = 64

// ending is a row that has ended.
type ending struct {
	entry
	result
	try store.Try
}

// settle makes the ends of rows durable, in their order, and tells of them. It goes on behind the
// sender, which has brought the next row on its way meanwhile, and takes what has gathered at once.
func (a *actor) settle() {
	defer close(a.done)
	for first := range a.endings {
		a.finish(gather(first, a.endings))
	}
}

// gather returns first and what waits behind it.
func gather(first *ending, more <-chan *ending) []*ending {
	list := []*ending{first}
	for len(list) < maxUnsettled/2 {
		select {
		case e, ok := <-more:
			if !ok {
				return list
			}
			list = append(list, e)
		default:
			return list
		}
	}
	return list
}

// finish makes the ends durable and tells of them. If that is not possible before the gateway
// stops, the rows are sent again after the next start, under the same ids.
func (a *actor) finish(list []*ending) {
	ctx := context.WithoutCancel(a.hard) // what WhatsApp has confirmed is worth a moment more
	ends := make([]store.Ending, len(list))
	for i, e := range list {
		ends[i] = a.outcome(ctx, e)
	}
	for n := 1; ; n++ {
		err := a.Store.Finish(ctx, a.id, ends...)
		if err == nil {
			break
		}
		a.log().Error("outcome not stored", "messages", len(ends), "first", list[0].Message.String(), "error", err)
		if !a.pause(backoff(n)) {
			return
		}
	}
	for i, e := range list {
		a.line.land(e.entry)
		a.log().Info("message finished", "message", e.Message.String(), "status", e.Status,
			"code", e.Code, "attempts", e.Attempts+1, "recipe", e.Recipe)
		for _, rec := range ends[i].Tell {
			a.wakeFor(rec.Webhooks)
		}
	}
}

// overtakeWait bounds how long a receipt waits for the ack that it has overtaken.
const overtakeWait = 500 * time.Millisecond

// afterAck waits, for a moment, until a message in flight has ended: programs shall hear that it was
// sent before they hear that it was delivered.
func (a *actor) afterAck(ctx context.Context, s event.StatusChanged) {
	over := a.line.landed(s.Message.Stanza)
	if over == nil || !s.Message.FromMe {
		return
	}
	late := time.NewTimer(overtakeWait)
	defer late.Stop()
	select {
	case <-over:
	case <-late.C:
	case <-ctx.Done():
	case <-a.soft.Done():
	}
}

// outcome returns the end of a row with what webhooks hear of it: the message, if it was sent, and
// its status; of an edit that was sent only the message that it has changed. What can't be rendered
// is not told, since the row has to end.
func (a *actor) outcome(ctx context.Context, e *ending) store.Ending {
	end := store.Ending{Seq: e.Seq, Outcome: e.Outcome, Try: e.try}
	told := []event.Payload{event.StatusChanged{Message: e.Message, Status: e.Status, At: e.At, Reason: e.Reason}}
	if e.Status == message.Sent {
		m, err := a.messageOf(ctx, e.entry)
		switch {
		case err != nil:
			a.log().Error("sent message not told", "message", e.Message.String(), "error", err)
		case m.Edits.IsZero():
			m.Status, m.At = e.Status, e.At
			told = append([]event.Payload{event.MessageSent{Message: m}}, told...)
		default:
			end.Edited, told = a.changed(ctx, m)
		}
	}
	c := a.view.Load().channel
	for _, p := range told {
		rec, err := a.plan(c, p)
		if err != nil {
			a.log().Error("outcome not told", "message", e.Message.String(), "error", err)
			continue
		}
		end.Tell = append(end.Tell, rec)
	}
	return end
}

func (a *actor) messageOf(ctx context.Context, e entry) (message.Message, error) {
	if e.message != nil {
		return *e.message, nil
	}
	return a.Store.Message(ctx, a.id, e.Message)
}
