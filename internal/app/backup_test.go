package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tapgate/internal/app"
	"tapgate/internal/config"
	"tapgate/internal/fault"
)

// TestBackup makes a backup while messages are sent and go on being sent, restores it where the old
// instance has ended, and sends on: whatever the API ever said was sent arrives, once, in both
// directions, although the keys of the backup are older than those that the phones have seen.
func TestBackup(t *testing.T) {
	r, err := app.Network(t.Context(), config.Network{Listen: "127.0.0.1:0"}, logTo(t))
	net := keep(t, r, err)
	dir := t.TempDir()
	c := config.Serve{
		Listen: "127.0.0.1:0", Data: filepath.Join(dir, "old"), Token: "first", Peer: net.facts.Network, Root: net.facts.RootKey,
	}
	gateway, err := app.Serve(t.Context(), c, logTo(t))
	gw := keep(t, gateway, err)
	qr, _ := at(gw.must(200, "GET", gw.facts.API+"/users/login/rowdata", ""), "rowdata").(string)
	net.must(200, "POST", net.facts.API+"/sandbox/scan", `{"phone":"`+app.Business+`","qr":"`+qr+`"}`)
	auth := func(doc any) bool { return at(doc, "status", "text") == "AUTH" }
	gw.await("connected", gw.facts.API+"/health", auth)
	upload, err := http.Post(gw.facts.API+"/media?token=first", "text/plain", strings.NewReader("a file of the media store"))
	if err != nil || upload.StatusCode != 200 {
		t.Fatalf("%v, %v", upload, err)
	}
	var file struct{ Media []struct{ ID string } }
	if err := errors.Join(json.NewDecoder(upload.Body).Decode(&file), upload.Body.Close()); err != nil || len(file.Media) != 1 {
		t.Fatalf("%+v, %v", file, err)
	}

	n := 0
	send := func(u user) {
		n++
		u.must(200, "POST", u.facts.API+"/messages/text", fmt.Sprintf(`{"to":"%s","body":"text %d"}`, app.Jonathan, n))
	}
	for range 5 {
		send(gw)
	}
	// the backup runs beside the sends
	var archive bytes.Buffer
	var making sync.WaitGroup
	made := make(chan error, 1)
	making.Go(func() {
		_, err := app.Backup(t.Context(), c.Data, &archive, dir, "test")
		made <- err
	})
	for len(made) == 0 {
		send(gw)
	}
	making.Wait()
	if err := <-made; err != nil {
		t.Fatal(err)
	}
	for range 5 { // of these the backup knows nothing
		send(gw)
	}
	stop(t, gateway)

	c.Data = filepath.Join(dir, "new")
	whole := bytes.Clone(archive.Bytes())
	if _, err := app.Restore(t.Context(), c.Data, &archive, logTo(t)); err != nil {
		t.Fatal(err)
	}
	private(t, c.Data)
	if _, err := app.Restore(t.Context(), c.Data, bytes.NewReader(whole), logTo(t)); !fault.Is(err, fault.Conflict) {
		t.Errorf("restored over what is there: %v", err)
	}
	gateway, err = app.Serve(t.Context(), c, logTo(t))
	gw = keep(t, gateway, err)
	gw.await("connected again", gw.facts.API+"/health", auth)
	if _, err := app.Restore(t.Context(), c.Data, bytes.NewReader(whole), logTo(t)); !fault.Is(err, fault.Conflict) {
		t.Errorf("restored under a running instance: %v", err)
	}
	for range 5 {
		send(gw)
	}
	kept, err := http.Get(gw.facts.API + "/media/" + file.Media[0].ID + "?token=first")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(kept.Body); string(text) != "a file of the media store" || errors.Join(err, kept.Body.Close()) != nil {
		t.Errorf("the file is %q, %v", text, err)
	}
	wrote := net.must(200, "POST", net.facts.API+"/sandbox/customers/"+app.Jonathan+"/messages", `{"text":"still there?","to":"`+app.Business+`"}`)
	id, _ := at(wrote, "id").(string)
	gw.await("what a customer writes", gw.facts.API+"/messages/"+id, func(doc any) bool { return at(doc, "text", "body") == "still there?" })

	messages := net.facts.API + "/sandbox/customers/" + app.Jonathan + "/messages"
	last := fmt.Sprintf("text %d", n)
	net.await("the last message", messages, func(doc any) bool { return counts(doc)[last] > 0 })
	got := counts(net.must(200, "GET", messages, ""))
	for i := 1; i <= n; i++ {
		if body := fmt.Sprintf("text %d", i); got[body] != 1 {
			t.Errorf("%q was drawn %d times", body, got[body])
		}
	}
	t.Logf("%d messages, archive of %d bytes", n, len(whole))
}

// counts says how often each text was drawn.
func counts(doc any) map[string]int {
	count := map[string]int{}
	list, _ := doc.([]any)
	for _, m := range list {
		if body, ok := at(m, "body").(string); ok && at(m, "drawn") == true {
			count[body]++
		}
	}
	return count
}

// private checks that nobody but the owner may look into a directory.
func private(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %o", path, info.Mode().Perm())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A backup that is cut off, changed, or none at all is refused, and leaves nothing behind.
func TestRestoreRefuses(t *testing.T) {
	dir := t.TempDir()
	r, err := app.Network(t.Context(), config.Network{Listen: "127.0.0.1:0"}, logTo(t))
	net := keep(t, r, err)
	c := config.Serve{Listen: "127.0.0.1:0", Data: filepath.Join(dir, "old"), Peer: net.facts.Network, Root: net.facts.RootKey}
	gateway, err := app.Serve(t.Context(), c, logTo(t))
	keep(t, gateway, err)
	private(t, c.Data) // of a running instance
	var archive bytes.Buffer
	if _, err := app.Backup(t.Context(), c.Data, &archive, dir, "test"); err != nil {
		t.Fatal(err)
	}
	whole := archive.Bytes()
	flipped := bytes.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	for name, bad := range map[string][]byte{
		"cut off": whole[:len(whole)*9/10], "changed": flipped, "no archive": []byte("hello"), "empty": nil,
	} {
		target := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		if _, err := app.Restore(t.Context(), target, bytes.NewReader(bad), logTo(t)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := app.Restore(t.Context(), target, bytes.NewReader(whole), logTo(t)); err != nil {
			t.Errorf("%s, and then the whole: %v", name, err)
		}
	}
	if _, err := app.Backup(t.Context(), dir, &archive, dir, "test"); !fault.Is(err, fault.NotFound) {
		t.Errorf("backup of what is no data directory: %v", err)
	}
	unfinished := filepath.Join(dir, "unfinished")
	if err := os.MkdirAll(filepath.Join(unfinished, "restoring"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.Data = unfinished
	if _, err := app.Serve(t.Context(), c, logTo(t)); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "restored to the end") {
		t.Errorf("served from a directory that was half restored: %v", err)
	}
}
