package backup_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"tapgate/internal/backup"
)

// member is one entry of an archive that somebody made by hand.
type member struct {
	tar.Header
	data []byte
}

func file(name string, data []byte) member {
	return member{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o600}, data}
}

// pack makes an archive with a manifest that fits, unless change makes another one of it.
func pack(t *testing.T, members []member, change func(*backup.Manifest)) []byte {
	t.Helper()
	m := backup.Manifest{Format: 1, Version: "test"}
	for _, x := range members {
		sum := sha256.Sum256(x.data)
		m.Files = append(m.Files, backup.File{Path: x.Name, Size: int64(len(x.data)), SHA256: hex.EncodeToString(sum[:])})
	}
	if change != nil {
		change(&m)
	}
	manifest, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	packed := gzip.NewWriter(&out)
	w := tar.NewWriter(packed)
	for _, x := range append(slices.Clone(members), file("manifest.json", manifest)) {
		if x.Typeflag == tar.TypeReg {
			x.Size = int64(len(x.data))
		}
		if err := w.WriteHeader(&x.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(x.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), packed.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// database is an empty but good database.
func database(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`create table x (y)`)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// everything lists what is below a directory.
func everything(t *testing.T, dir string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if name, _ := filepath.Rel(dir, path); name != "." {
			list = append(list, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A backup that somebody else made writes nothing outside its directory, and nothing at all unless it is
// whole and good.
func TestHostileArchive(t *testing.T) {
	db := database(t)
	good := []member{file("gateway.db", db), file("whatsmeow.db", db), file("media.key", []byte("key"))}
	with := func(x member) []byte { return pack(t, append(slices.Clone(good), x), nil) }
	special := func(kind byte, name, to string) []byte {
		return with(member{tar.Header{Name: name, Typeflag: kind, Linkname: to, Mode: 0o600}, nil})
	}
	whole := pack(t, good, nil)
	notPlain := func(data []byte) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		w.Close()
		return out.Bytes()
	}
	for name, archive := range map[string][]byte{
		"a file above the directory":      with(file("../evil", []byte("x"))),
		"a file above, from below":        with(file("media/../../evil", []byte("x"))),
		"an absolute path":                with(file("/tmp/evil", []byte("x"))),
		"a path that is not clean":        with(file("media//evil", []byte("x"))),
		"a file without a name":           with(file("", []byte("x"))),
		"the directory itself":            with(file(".", []byte("x"))),
		"the part directory":              with(file("restoring", []byte("x"))),
		"the lock":                        with(file("lock", []byte("x"))),
		"a log beside a database":         with(file("gateway.db-wal", []byte("x"))),
		"a symbolic link":                 special(tar.TypeSymlink, "media", "/etc"),
		"a hard link":                     special(tar.TypeLink, "passwd", "/etc/passwd"),
		"a directory":                     special(tar.TypeDir, "media", ""),
		"a device":                        special(tar.TypeChar, "null", ""),
		"a pipe":                          special(tar.TypeFifo, "pipe", ""),
		"a file twice":                    with(file("media.key", []byte("other"))),
		"a file below a file":             with(file("media.key/x", []byte("x"))),
		"a database that is none":         pack(t, []member{file("gateway.db", []byte("hello")), file("whatsmeow.db", db)}, nil),
		"a database that is damaged":      pack(t, []member{file("gateway.db", append(slices.Clone(db[:100]), make([]byte, len(db)-100)...)), file("whatsmeow.db", db)}, nil),
		"without a database":              pack(t, good[:1], nil),
		"empty":                           nil,
		"no archive":                      []byte("hello"),
		"packed, but no archive":          notPlain(bytes.Repeat([]byte("hello"), 1000)),
		"nothing in it":                   notPlain(nil),
		"zeros without end":               notPlain(make([]byte, 64<<20)),
		"cut off":                         whole[:len(whole)/2],
		"of a later program":              pack(t, good, func(m *backup.Manifest) { m.Format = 2 }),
		"of no program":                   pack(t, good, func(m *backup.Manifest) { m.Format = 0 }),
		"a file that is not listed":       pack(t, good, func(m *backup.Manifest) { m.Files = m.Files[:2] }),
		"a file of another length":        pack(t, good, func(m *backup.Manifest) { m.Files[2].Size++ }),
		"a file with other bytes":         pack(t, good, func(m *backup.Manifest) { m.Files[2].SHA256 = m.Files[1].SHA256 }),
		"a listed file that is not there": pack(t, good, func(m *backup.Manifest) { m.Files = append(m.Files, backup.File{Path: "x"}) }),
	} {
		above := t.TempDir()
		dir := filepath.Join(above, "data")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Restore(t.Context(), bytes.NewReader(archive), dir, func(string) error { return nil }); err == nil {
			t.Errorf("%s was restored", name)
		}
		if left := everything(t, above); !slices.Equal(left, []string{"data"}) {
			t.Errorf("%s left %q", name, left)
		}
	}
	dir := t.TempDir()
	if _, err := backup.Restore(t.Context(), bytes.NewReader(whole), dir, func(string) error { return nil }); err != nil {
		t.Errorf("the good one: %v", err)
	}
	if got, want := everything(t, dir), []string{"gateway.db", "media.key", "whatsmeow.db"}; !slices.Equal(got, want) {
		t.Errorf("the good one is %q, want %q", got, want)
	}
}
