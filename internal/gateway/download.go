package gateway

import (
	"errors"
	"slices"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/event"
	"tapgate/internal/fault"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

// maxDownloads is how often a file is tried to be fetched before webhooks hear of its message without
// it. With the waits in between that takes half a minute.
const maxDownloads = 5

// named gives a received file the id under which it can be fetched.
func named(m message.Message) message.Message {
	if media, ok := m.Content.(message.Media); ok && media.ID == "" && media.Remote != nil {
		media.ID = string(m.ID.Media(media.Extension()))
		m.Content = media
	}
	return m
}

// fetchesFirst reports whether webhooks shall hear of a message when its file is there.
func (a *actor) fetchesFirst(c channel.Channel, m message.Message) bool {
	media, ok := m.Content.(message.Media)
	return ok && a.Media != nil && media.Remote != nil && m.Status != message.Deleted && slices.Contains(c.Settings.AutoDownload, setting(media.As))
}

// setting is how the settings call a kind of media.
func setting(as message.MediaKind) string {
	if as == message.GIF || as == message.Short {
		as = message.Video
	}
	return string(as)
}

// download fetches the files of messages that were stored and are still to be told, one after the
// other, until there are none or the gateway stops. What it does not finish goes on after the next start.
func (a *actor) download() {
	for failed := 0; a.soft.Err() == nil; {
		d, ok, err := a.Store.NextDownload(a.soft, a.id)
		switch wait := min(d.NextAt.Sub(a.Now()), longestPause); {
		case err != nil:
			if failed++; a.pause(backoff(failed)) {
				a.log().Error("downloads not read", "error", err)
			}
		case !ok:
			if !a.more() {
				return
			}
		case wait > 0:
			_ = a.await(a.arrived, wait)
		default:
			failed = 0
			a.bring(d)
		}
	}
}

// bring fetches one file and tells of its message, or postpones that.
func (a *actor) bring(d store.Download) {
	m := d.Message
	media, ok := m.Content.(message.Media)
	if ok && m.Status != message.Deleted {
		kept, err := a.pull(a.soft, media)
		switch {
		case a.soft.Err() != nil:
			return
		case err == nil:
			m.Content = kept
		case !final(err) && d.Attempts+1 < maxDownloads:
			a.log().Info("media not fetched yet", "message", m.ID.String(), "attempts", d.Attempts+1, "error", err)
			a.putOff(d)
			return
		default:
			a.log().Warn("media not fetched", "message", m.ID.String(), "attempts", d.Attempts+1, "error", err)
		}
	}
	a.changes.RLock()
	defer a.changes.RUnlock()
	m = a.current(m)
	rec, err := a.plan(a.view.Load().channel, event.MessageReceived{Message: m})
	if err != nil {
		a.log().Error("message not told", "message", m.ID.String(), "error", err)
	}
	fresh, err := a.Store.EndDownload(a.soft, a.id, m, rec)
	if err != nil {
		a.log().Error("download not ended", "message", m.ID.String(), "error", err)
		a.pause(time.Second)
		return
	}
	if fresh {
		a.wakeFor(rec.Webhooks)
	}
}

// current returns a message with what was changed of it while its file was fetched.
func (a *actor) current(m message.Message) message.Message {
	now, err := a.Store.Message(a.soft, a.id, m.ID)
	if err != nil {
		a.log().Error("message not read again", "message", m.ID.String(), "error", err)
		return m
	}
	m.Status = now.Status
	kept, isFile := m.Content.(message.Media)
	if changed, ok := now.Content.(message.Media); ok && isFile {
		kept.Caption = changed.Caption
		m.Content = kept
	}
	return m
}

func (a *actor) putOff(d store.Download) {
	next := a.Now().Add(backoff(d.Attempts + 1))
	if err := a.Store.PostponeDownload(a.soft, a.id, d.Message.ID, next); err != nil {
		a.log().Error("attempt not recorded", "message", d.Message.ID.String(), "error", err)
		a.pause(time.Second)
	}
}

// final reports whether trying again won't help.
func final(err error) bool {
	f := (*fault.Error)(nil)
	return errors.As(err, &f) && f.Kind != fault.Busy && f.Kind != fault.Unavailable && f.Kind != fault.Internal
}

// expect says that a file may wait to be fetched.
func (a *actor) expect() {
	select {
	case a.arrived <- struct{}{}:
	default:
	}
	if a.fetching.CompareAndSwap(false, true) {
		a.spawn(a.download)
	}
}

// more ends a download that found nothing, unless something was expected meanwhile.
func (a *actor) more() bool {
	a.fetching.Store(false)
	select {
	case <-a.arrived:
		return a.fetching.CompareAndSwap(false, true) // somebody else may be at it
	default:
		return false
	}
}
