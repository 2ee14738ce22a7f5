package storetest

import (
	"crypto/sha256"
	"fmt"
	"time"

	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/message"
	"tapgate/internal/store"
)

func media() []testCase {
	return []testCase{
		{"a file comes back as it was", fileWhole},
		{"a file has one id in its channel", fileTwice},
		{"a file of another channel is not found", fileElsewhere},
		{"files are listed by time", fileList},
		{"a deleted file is gone", fileDelete},
		{"old files are swept, oldest first", fileSweep},
	}
}

// file makes a row; files with the same bytes have the same digest.
func (f *fixture) file(ch id.Channel, bytes string) store.File {
	n := f.next()
	return store.File{
		Channel: ch, At: at(n),
		Media: message.Media{
			As: message.Video, ID: fmt.Sprintf("mp4-%022x-c00000", n), MimeType: "video/mp4", FileName: "a b.mp4",
			Size: int64(len(bytes)), SHA256: sha256.Sum256([]byte(bytes)), Width: 640, Height: 480, Seconds: 3, Thumbnail: []byte{1, 2},
		},
	}
}

func (f *fixture) add(ch id.Channel, bytes string) store.File {
	f.Helper()
	row := f.file(ch, bytes)
	f.must(f.s.AddFile(f.ctx, row))
	return row
}

func (f *fixture) count(bytes string, want int) {
	f.Helper()
	n, err := f.s.FileCount(f.ctx, sha256.Sum256([]byte(bytes)))
	f.must(err)
	if n != want {
		f.Errorf("%d rows name %q, want %d", n, bytes, want)
	}
}

func fileWhole(f *fixture) {
	row := f.add(f.channel(), "x")
	got, err := f.s.File(f.ctx, row.Channel, id.Media(row.Media.ID))
	f.must(err)
	f.same("file", row, got)
	f.kind("a file of no channel", f.s.AddFile(f.ctx, f.file("NONE", "x")), fault.NotFound)
	row.Media.ID, row.Media.Source = "jpeg-00-00", &message.MediaSource{URL: "https://example.org"}
	if f.s.AddFile(f.ctx, row) == nil {
		f.Error("a file that is still elsewhere was stored")
	}
}

func fileTwice(f *fixture) {
	row := f.add(f.channel(), "x")
	again := row
	again.Media.FileName = "other"
	f.kind("AddFile", f.s.AddFile(f.ctx, again), fault.Conflict)
	got, err := f.s.File(f.ctx, row.Channel, id.Media(row.Media.ID))
	f.must(err)
	f.same("file", row, got)
	again.Channel = f.channel()
	f.must(f.s.AddFile(f.ctx, again))
	f.count("x", 2)
}

func fileElsewhere(f *fixture) {
	row, other := f.add(f.channel(), "x"), f.channel()
	_, err := f.s.File(f.ctx, other, id.Media(row.Media.ID))
	f.kind("File", err, fault.NotFound)
	f.kind("DeleteFile", f.s.DeleteFile(f.ctx, other, id.Media(row.Media.ID)), fault.NotFound)
	f.count("x", 1)
}

func fileList(f *fixture) {
	ch := f.channel()
	a, b, c := f.add(ch, "a"), f.add(ch, "b"), f.add(ch, "c")
	f.add(f.channel(), "d")
	for _, try := range []struct {
		name  string
		query store.FileQuery
		total int
		want  []store.File
	}{
		{"newest first", store.FileQuery{Count: 10}, 3, []store.File{c, b, a}},
		{"oldest first", store.FileQuery{Count: 10, OldestFirst: true}, 3, []store.File{a, b, c}},
		{"a page", store.FileQuery{Count: 1, Offset: 1}, 3, []store.File{b}},
		{"beyond the end", store.FileQuery{Count: 1, Offset: 3}, 3, nil},
		{"from", store.FileQuery{Count: 10, From: b.At}, 2, []store.File{c, b}},
		{"to", store.FileQuery{Count: 10, To: b.At}, 2, []store.File{b, a}},
		{"between", store.FileQuery{Count: 10, From: a.At.Add(time.Second), To: c.At.Add(-time.Second)}, 1, []store.File{b}},
	} {
		got, total, err := f.s.Files(f.ctx, ch, try.query)
		f.must(err)
		f.same(try.name, try.want, got)
		f.same(try.name+": total", try.total, total)
	}
}

func fileDelete(f *fixture) {
	row := f.add(f.channel(), "x")
	f.must(f.s.DeleteFile(f.ctx, row.Channel, id.Media(row.Media.ID)))
	_, err := f.s.File(f.ctx, row.Channel, id.Media(row.Media.ID))
	f.kind("File", err, fault.NotFound)
	f.kind("DeleteFile", f.s.DeleteFile(f.ctx, row.Channel, id.Media(row.Media.ID)), fault.NotFound)
	f.count("x", 0)
}

func fileSweep(f *fixture) {
	ch, other := f.channel(), f.channel()
	a, b := f.add(ch, "a"), f.add(other, "b")
	c := f.add(ch, "a")
	got, err := f.s.SweepFiles(f.ctx, c.At, 1)
	f.must(err)
	f.same("first", [][32]byte{a.Media.SHA256}, got)
	got, err = f.s.SweepFiles(f.ctx, c.At, 10)
	f.must(err)
	f.same("second", [][32]byte{b.Media.SHA256}, got)
	got, err = f.s.SweepFiles(f.ctx, c.At, 10)
	f.must(err)
	f.same("third", 0, len(got))
	f.count("a", 1)
	f.count("b", 0)
}
