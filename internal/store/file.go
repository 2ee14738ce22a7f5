package store

import (
	"context"
	"fmt"
	"time"

	"tapgate/internal/id"
	"tapgate/internal/message"
)

// Media keeps what is known of the files of the media store. Their bytes are elsewhere, under their
// digest; several rows may name the same bytes.
type Media interface {
	// AddFile stores a row. The error is of kind fault.Conflict when the channel has a file of this
	// id, which stays as it is.
	AddFile(ctx context.Context, f File) error
	// File returns one row.
	File(ctx context.Context, ch id.Channel, m id.Media) (File, error)
	// Files returns the rows of a channel that the query asks for, and how many there are beyond
	// Offset and Count.
	Files(ctx context.Context, ch id.Channel, q FileQuery) (list []File, total int, err error)
	// DeleteFile removes one row.
	DeleteFile(ctx context.Context, ch id.Channel, m id.Media) error
	// SweepFiles removes at most limit rows of any channel that were stored before a time, oldest
	// first, and returns the digest of each.
	SweepFiles(ctx context.Context, before time.Time, limit int) (digests [][32]byte, err error)
	// FileCount counts the rows of all channels that name the bytes with this digest.
	FileCount(ctx context.Context, digest [32]byte) (int, error)
}

// File is a row of the media store.
type File struct {
	Channel id.Channel
	// Media says what the file is. Its ID is set, its Source is nil.
	Media message.Media
	// At is when it was stored.
	At time.Time
}

// FileQuery asks for files in the order of time.
type FileQuery struct {
	Offset, Count int
	// From and To bound when the files were stored, both inclusive; zero means no bound.
	From, To time.Time
	// OldestFirst turns the order round, which is newest first.
	OldestFirst bool
}

// fileRow is the stored form of a file.
type fileRow struct {
	versioned
	mediaRow
}

// EncodeFile returns the form of m that implementations store.
func EncodeFile(m message.Media) ([]byte, error) {
	row, err := packMedia(m)
	if err != nil {
		return nil, fmt.Errorf("store media: %w", err)
	}
	return encodeRow(fileRow{versioned{rowVersion}, *row})
}

// DecodeFile reads what EncodeFile wrote.
func DecodeFile(b []byte) (message.Media, error) {
	var row fileRow
	if err := decodeRow(b, &row); err != nil {
		return message.Media{}, fmt.Errorf("read stored media: %w", err)
	}
	return row.unpack(), nil
}
