package sandbox_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/sandbox"
)

func TestMedia(t *testing.T) {
	for name, dir := range map[string]string{"memory": "", "files": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			n := openNetwork(t, sandbox.Options{Dir: dir})
			business := pairByQR(t, n, businessNumber)
			customer := phone(t, n, customerNumber, "Jonathan")
			picture := bytes.Repeat([]byte("pixel"), 50_000)
			up, err := business.Upload(context.Background(), picture, whatsmeow.MediaImage)
			if err != nil {
				t.Fatal(err)
			}
			image := &waE2E.ImageMessage{
				URL: proto.String(up.URL), DirectPath: proto.String(up.DirectPath), MediaKey: up.MediaKey,
				FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256, FileLength: proto.Uint64(up.FileLength),
			}
			for _, url := range []string{up.URL, ""} { // by URL, and by path alone
				image.URL = proto.String(url)
				got, err := customer.Download(context.Background(), image)
				if err != nil || !bytes.Equal(got, picture) {
					t.Errorf("download by %q: %d bytes, %v", url, len(got), err)
				}
			}
			if err := business.DeleteMedia(context.Background(), whatsmeow.MediaImage, up.DirectPath, up.FileEncSHA256, ""); err != nil {
				t.Error(err)
			}
			if _, err := customer.Download(context.Background(), image); !errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith404) {
				t.Errorf("download after the deletion: %v, want 404", err)
			}
		})
	}
}

func TestMediaRefusals(t *testing.T) {
	dir := t.TempDir()
	n := openNetwork(t, sandbox.Options{Dir: dir})
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	hc := &http.Client{Transport: n.Transport()}
	for name, c := range map[string]struct {
		method, path string
		want         int
	}{
		"no authorisation":  {http.MethodPost, "/mms/image/x?token=x", http.StatusUnauthorized},
		"unknown media":     {http.MethodGet, "/v/sandbox/" + strings.Repeat("0", 64), http.StatusNotFound},
		"out of the folder": {http.MethodGet, "/v/sandbox/..%2Fsecret", http.StatusNotFound},
		"wrong method":      {http.MethodPut, "/v/sandbox/x", http.StatusMethodNotAllowed},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, "https://mmg.whatsapp.net"+c.path, strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := hc.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.want {
			t.Errorf("%s: %s, want %d", name, resp.Status, c.want)
		}
	}
}
