// Package backup puts a data directory into one file, also while it is in use, and back into an empty
// directory.
//
// gateway.db is copied first and whatsmeow.db after it: the keys in a backup are never older than the
// rows. A row that had left in between leaves again under the same id, encrypted with a later key; the
// other way round keys would be used twice, and phones drop what is encrypted so in silence. What
// happens between the backup and its restoration can still make the keys too old, so whoever restores
// one has to see to new sessions: see Options.Prepare of Restore.
//
// The archive is a compressed tar. Its last member is the manifest: one that has none is incomplete.
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
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// format is the version of the archive's form.
const format = 1

// manifestName is the last member of an archive.
const manifestName = "manifest.json"

// databases are copied by SQLite, in this order; all other files come after them.
var databases = []string{"gateway.db", "whatsmeow.db"}

// Manifest says what an archive holds.
type Manifest struct {
	Format int `json:"format"`
	// Version is that of the program that made the backup.
	Version string    `json:"version"`
	MadeAt  time.Time `json:"made_at"`
	Files   []File    `json:"files"`
}

// File is one file of the directory.
type File struct {
	// Path is relative to the directory, with slashes.
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Size is how many bytes the files have together.
func (m Manifest) Size() (n int64) {
	for _, f := range m.Files {
		n += f.Size
	}
	return n
}

// left reports whether a file stays out: it belongs to the running process, or is half of something.
func left(name string) bool {
	for _, db := range databases {
		if strings.HasPrefix(name, db) {
			return true // copied before, and what accompanies it is in the copy
		}
	}
	return name == "lock" || name == partDir || strings.HasPrefix(name, "media/incoming") || strings.HasSuffix(name, ".new")
}

// Write writes an archive of dir to w. Copies of the databases stand in temp, a directory that nobody
// else may read, until they are in the archive. A process may work in dir meanwhile.
func Write(ctx context.Context, dir string, w io.Writer, temp, version string) (Manifest, error) {
	m := Manifest{Format: format, Version: version, MadeAt: time.Now().UTC().Truncate(time.Second)}
	packed := gzip.NewWriter(w)
	a := &archive{out: tar.NewWriter(packed), manifest: &m}
	for _, name := range databases {
		copied := filepath.Join(temp, name)
		if err := Copy(ctx, filepath.Join(dir, name), copied); err != nil {
			return m, fmt.Errorf("copy %s: %w", name, err)
		}
	}
	for _, name := range databases {
		copied := filepath.Join(temp, name)
		if err := errors.Join(a.add(copied, name), os.Remove(copied)); err != nil {
			return m, err
		}
	}
	if err := a.rest(ctx, dir); err != nil {
		return m, err
	}
	if err := a.end(); err != nil {
		return m, err
	}
	return m, errors.Join(a.out.Close(), packed.Close())
}

// archive is an archive that is being written.
type archive struct {
	out      *tar.Writer
	manifest *Manifest
}

// rest adds all files but the databases.
func (a *archive) rest(ctx context.Context, dir string) error {
	return filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted meanwhile
		}
		if err := errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		switch {
		case left(name) && d.IsDir():
			return fs.SkipDir
		case left(name), !d.Type().IsRegular():
			return nil
		}
		if err := a.add(p, name); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

// add adds a file. It must not change meanwhile: the databases are copies, and files of the media store
// are never written to again.
func (a *archive) add(file, name string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime().Truncate(time.Second), Format: tar.FormatPAX}
	if err := a.out.WriteHeader(&h); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(a.out, sum), io.LimitReader(f, h.Size)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	a.manifest.Files = append(a.manifest.Files, File{Path: name, Size: h.Size, SHA256: hex.EncodeToString(sum.Sum(nil))})
	return nil
}

// end adds the manifest.
func (a *archive) end() error {
	text, err := json.MarshalIndent(a.manifest, "", "  ")
	if err != nil {
		return err
	}
	h := tar.Header{Name: manifestName, Mode: 0o600, Size: int64(len(text)), ModTime: a.manifest.MadeAt, Format: tar.FormatPAX}
	if err := a.out.WriteHeader(&h); err != nil {
		return err
	}
	_, err = a.out.Write(text)
	return err
}

// safe reports whether a name of an archive is one that Write gives: it stays inside the directory.
func safe(name string) bool {
	if slices.Contains(databases, name) {
		return true
	}
	return path.Clean(name) == name && filepath.IsLocal(filepath.FromSlash(name)) && name != "." && !left(name)
}
