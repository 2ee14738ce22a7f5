package media

import (
	"sync"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/message"
)

// cacheKey is a URL and all that decides which file becomes of it.
type cacheKey struct {
	channel              id.Channel
	url                  string
	as                   message.MediaKind
	noEncode, orDocument bool
	mimeType             string
}

// cache remembers which file a URL became. It is bounded per channel, so that one does not drive out
// what another one remembers.
type cache struct {
	keep time.Duration

	mu    sync.Mutex
	files map[id.Channel]map[cacheKey]cached
}

type cached struct {
	mediaID string
	at      time.Time
}

// maxCached is how many URLs of a channel are remembered.
const maxCached = 256

func newCache(keep time.Duration) *cache {
	return &cache{keep: keep, files: map[id.Channel]map[cacheKey]cached{}}
}

func (c *cache) get(k cacheKey, now time.Time) (mediaID string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f, ok := c.files[k.channel][k]
	return f.mediaID, ok && now.Sub(f.at) < c.keep
}

func (c *cache) put(k cacheKey, mediaID string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	files := c.files[k.channel]
	if files == nil {
		files = map[cacheKey]cached{}
		c.files[k.channel] = files
	}
	files[k] = cached{mediaID, now}
	if len(files) <= maxCached {
		return
	}
	oldest := k
	for other, f := range files {
		if f.at.Before(files[oldest].at) {
			oldest = other
		}
	}
	delete(files, oldest)
}
