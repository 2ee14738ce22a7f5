package media

import (
	"bufio"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"
	"time"
)

// shelf keeps files under their digest, in two levels of directories. A file that is complete and
// on the disk is moved to its place; what stands in a place is never written to again.
type shelf struct {
	root *os.Root
	// placing is held shared from before a file is in its place until its row is stored, and alone
	// while rows and files are deleted: a file must not go between the two.
	placing sync.RWMutex
}

// draftDir holds files on their way in. What is in it at a start was never announced.
const draftDir = "incoming"

func openShelf(dir string) (*shelf, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(root.RemoveAll(draftDir), root.Mkdir(draftDir, 0o700)); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return &shelf{root: root}, nil
}

func (s *shelf) close() error { return s.root.Close() }

// errTooLong says that a file has more bytes than it may.
type errTooLong struct{ limit int64 }

func (e errTooLong) Error() string { return fmt.Sprintf("more than %d bytes", e.limit) }

// draft is a file on its way in: complete, on the disk, and nameless.
type draft struct {
	shelf  *shelf
	name   string
	file   *os.File
	size   int64
	digest [32]byte
}

// write takes in what r has, at most limit bytes. The error is an errTooLong, that of r, or one of the
// disk.
func (s *shelf) write(r io.Reader, limit int64) (_ *draft, err error) {
	name := path.Join(draftDir, rand.Text())
	f, err := s.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	d := &draft{shelf: s, name: name, file: f}
	defer func() {
		if err != nil {
			d.discard()
		}
	}()
	hash := sha256.New()
	if d.size, err = io.Copy(io.MultiWriter(f, hash), io.LimitReader(r, limit+1)); err != nil {
		return nil, err
	}
	if d.size > limit {
		return nil, errTooLong{limit}
	}
	d.digest = [32]byte(hash.Sum(nil))
	return d, f.Sync()
}

// reader reads the draft from its beginning.
func (d *draft) reader() *io.SectionReader { return io.NewSectionReader(d.file, 0, d.size) }

// head returns the first bytes, enough to tell what the file is.
func (d *draft) head() ([]byte, error) {
	return bufio.NewReaderSize(d.reader(), headSize).Peek(int(min(headSize, d.size)))
}

// discard removes the draft, unless it was placed. It may be called twice.
func (d *draft) discard() {
	_ = d.file.Close()
	_ = d.shelf.root.Remove(d.name) // what stays behind is removed at the next start
}

// place moves the draft to where its digest says. The shelf must be held shared.
func (d *draft) place() error {
	to := blobName(d.digest)
	dir := path.Dir(to)
	if err := d.shelf.root.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	// Where the same bytes are there, their directory may not be on the disk yet: whoever put them
	// there may be about to sync it.
	if _, err := d.shelf.root.Lstat(to); err != nil {
		if err := d.shelf.root.Rename(d.name, to); err != nil {
			return err
		}
	}
	for _, p := range []string{dir, path.Dir(dir), "."} {
		if err := d.shelf.syncDir(p); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) syncDir(name string) error {
	dir, err := s.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(ignoreUnsupported(dir.Sync()), dir.Close())
}

// ignoreUnsupported forgives systems that can't sync a directory.
func ignoreUnsupported(err error) error {
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrInvalid) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

func blobName(digest [32]byte) string {
	name := hex.EncodeToString(digest[:])
	return path.Join(name[:2], name[2:4], name)
}

func (s *shelf) open(digest [32]byte) (*os.File, error) { return s.root.Open(blobName(digest)) }

func (s *shelf) remove(digest [32]byte) error {
	if err := s.root.Remove(blobName(digest)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// together runs do while files may be placed.
func (s *shelf) together(do func() error) error {
	s.placing.RLock()
	defer s.placing.RUnlock()
	return do()
}

// alone runs do while no file is placed.
func (s *shelf) alone(do func() error) error {
	s.placing.Lock()
	defer s.placing.Unlock()
	return do()
}

// each calls do with the digest of each file that was placed before a time.
func (s *shelf) each(before time.Time, do func(digest [32]byte) error) error {
	return fs.WalkDir(s.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && name == draftDir {
				return fs.SkipDir
			}
			return err
		}
		b, err := hex.DecodeString(path.Base(name))
		if err != nil || len(b) != 32 {
			return nil // not ours
		}
		info, err := d.Info()
		if err != nil || info.ModTime().After(before) {
			return nil
		}
		return do([32]byte(b))
	})
}
