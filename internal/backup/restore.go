package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// partDir is where a restoration puts files until all of them are there and good. A directory that
// holds it was not restored to the end.
const partDir = "restoring"

// maxManifest bounds the manifest, in bytes.
const maxManifest = 256 << 20

// Unfinished reports whether a restoration of the directory did not come to its end.
func Unfinished(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, partDir))
	return err == nil
}

// Restore puts what an archive holds into dir, which must be there and is not in use. Nothing is in its
// place before all of it was read and compared with the manifest, the databases were checked, and
// prepare, which gets the directory in which the files stand, has returned nil.
func Restore(ctx context.Context, r io.Reader, dir string, prepare func(dir string) error) (Manifest, error) {
	part := filepath.Join(dir, partDir)
	if err := os.Mkdir(part, 0o700); err != nil {
		return Manifest{}, err
	}
	m, err := unpack(ctx, r, part)
	for _, name := range databases {
		if err == nil {
			err = Check(ctx, filepath.Join(part, name))
		}
	}
	if err == nil {
		err = prepare(part)
	}
	if err != nil {
		return m, errors.Join(err, os.RemoveAll(part))
	}
	return m, place(part, dir)
}

// unpack reads the archive into an empty directory and compares it with its manifest.
func unpack(ctx context.Context, r io.Reader, dir string) (m Manifest, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return m, err
	}
	defer root.Close()
	plain, err := gzip.NewReader(r)
	if err != nil {
		return m, fmt.Errorf("%w: this is no backup: %w", ErrDamaged, err)
	}
	var found []File
	for in := tar.NewReader(source{plain}); ; {
		h, err := in.Next()
		if err := ctx.Err(); err != nil {
			return m, err
		}
		if err != nil { // the end too: the manifest comes before it
			return m, fmt.Errorf("%w: the archive is not complete: %w", ErrDamaged, err)
		}
		if h.Name == manifestName {
			if err := json.NewDecoder(io.LimitReader(in, maxManifest)).Decode(&m); err != nil {
				return m, fmt.Errorf("%w: manifest: %w", ErrDamaged, err)
			}
			return m, m.check(found)
		}
		if h.Typeflag != tar.TypeReg || !safe(h.Name) {
			return m, fmt.Errorf("%w: a backup holds no %q", ErrDamaged, h.Name)
		}
		f, err := write(root, h.Name, in)
		if err != nil {
			return m, fmt.Errorf("%s: %w", h.Name, err)
		}
		found = append(found, f)
	}
}

// source is an archive as it is read: what fails there is the archive's fault, not the disk's.
type source struct{ r io.Reader }

// Read implements io.Reader.
func (s source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return n, err
}

// check compares what was found with what the manifest says.
func (m Manifest) check(found []File) error {
	if m.Format != format {
		return fmt.Errorf("the backup has format %d, this program knows %d: use the program that made it, version %s", m.Format, format, m.Version)
	}
	if !slices.Equal(m.Files, found) {
		return fmt.Errorf("%w: the files are not those of the manifest", ErrDamaged)
	}
	for _, name := range databases {
		if !slices.ContainsFunc(found, func(f File) bool { return f.Path == name }) {
			return fmt.Errorf("%w: %s is missing", ErrDamaged, name)
		}
	}
	return nil
}

// write writes one file to the disk.
func write(root *os.Root, name string, r io.Reader) (File, error) {
	if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return File{}, err
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return File{}, err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), r)
	if errors.Is(err, io.ErrUnexpectedEOF) { // the tar reader's own word for it
		err = fmt.Errorf("%w: the archive is not complete: %w", ErrDamaged, err)
	}
	err = errors.Join(err, f.Sync(), f.Close())
	return File{Path: name, Size: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, err
}

// place moves what stands in part to dir. The part is removed last: until then the directory counts as
// unfinished.
func place(part, dir string) error {
	list, err := os.ReadDir(part)
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := os.Rename(filepath.Join(part, e.Name()), filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close(), os.Remove(part))
}
