package store

import (
	"context"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/message"
)

// Downloads are messages that came in with a file that webhooks shall find when they hear of them.
// Such a message is stored at once, and told when its file is there, or when that was given up.
type Downloads interface {
	// ReceiveLater stores a message that came in and that its file is to be fetched, in one
	// transaction. fresh is false, and nothing is written, when the message is known already.
	ReceiveLater(ctx context.Context, ch id.Channel, m message.Message) (fresh bool, err error)
	// NextDownload returns the message of the channel whose turn comes first, also when its NextAt is
	// still to come; ok is false when there is none.
	NextDownload(ctx context.Context, ch id.Channel) (d Download, ok bool, err error)
	// PostponeDownload records a failed attempt: it is not the message's turn before next. It does
	// nothing to a download that has ended.
	PostponeDownload(ctx context.Context, ch id.Channel, m id.Message, next time.Time) error
	// EndDownload stores the message with what the file tells of itself, ends the download, and
	// records what webhooks hear of it, in one transaction. A download that has ended already stays as
	// it is, nothing is told, and fresh is false.
	EndDownload(ctx context.Context, ch id.Channel, m message.Message, tell Record) (fresh bool, err error)
}

// Download is a file to fetch.
type Download struct {
	Message message.Message
	// Attempts is how many failed.
	Attempts int
	NextAt   time.Time // no attempt before it; zero before the first
}
