package store

import (
	"fmt"

	"tapgate/internal/message"
)

// mediaRow is the stored form of message.Media. What it is of, it says only inside something else:
// content that is a file has it as its kind.
type mediaRow struct {
	As        string `json:"as,omitempty"`
	ID        string `json:"id,omitempty"`
	MimeType  string `json:"mime_type,omitempty"`
	FileName  string `json:"file_name,omitempty"`
	Caption   string `json:"caption,omitempty"`
	Size      int64  `json:"size,omitempty"`
	SHA256    []byte `json:"sha256,omitempty"`
	Width     int    `json:"width,omitempty"`
	Height    int    `json:"height,omitempty"`
	Seconds   int    `json:"seconds,omitempty"`
	Thumbnail []byte `json:"thumbnail,omitempty"`
	Link      string `json:"link,omitempty"`
	Remote    []byte `json:"remote,omitempty"`
}

// packMedia refuses media whose file is still to be had elsewhere: a message is stored after its
// files are.
func packMedia(m message.Media) (*mediaRow, error) {
	if m.Source != nil {
		return nil, fmt.Errorf("%s that is not in the media store has no stored form", m.As)
	}
	row := &mediaRow{
		As: string(m.As), ID: m.ID, MimeType: m.MimeType, FileName: m.FileName, Caption: m.Caption,
		Size: m.Size, Width: m.Width, Height: m.Height, Seconds: m.Seconds,
		Thumbnail: m.Thumbnail, Link: m.Link, Remote: m.Remote,
	}
	if m.SHA256 != [32]byte{} {
		row.SHA256 = m.SHA256[:]
	}
	return row, nil
}

func (r *mediaRow) unpack() message.Media {
	m := message.Media{
		As: message.MediaKind(r.As), ID: r.ID, MimeType: r.MimeType, FileName: r.FileName, Caption: r.Caption,
		Size: r.Size, Width: r.Width, Height: r.Height, Seconds: r.Seconds,
		Thumbnail: r.Thumbnail, Link: r.Link, Remote: r.Remote,
	}
	copy(m.SHA256[:], r.SHA256)
	return m
}
