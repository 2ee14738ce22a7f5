package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"

	waBinary "go.mau.fi/whatsmeow/binary"
)

const (
	uploadPath   = "/mms/"
	downloadPath = "/v/sandbox/"
	mediaHost    = "mmg.whatsapp.net"
	// MaxMedia is the largest upload, in bytes (100 MiB).
	MaxMedia = 100 << 20
)

// mediaConn tells a client where to upload and with which authorisation.
func (c *conn) mediaConn(q *query) *waBinary.Node {
	return q.result(element("media_conn", waBinary.Attrs{
		"auth": c.n.mediaAuth(), "ttl": 3600, "auth_ttl": 3600, "max_buckets": 12,
	}, children(element("host", waBinary.Attrs{"hostname": mediaHost, "type": "primary"}, nil))))
}

// mediaAuth is the same after a restart: clients keep it for its whole lifetime.
func (n *Network) mediaAuth() string {
	mac := hmac.New(sha256.New, []byte(n.seed))
	mac.Write([]byte("media"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// serveMedia stores and returns opaque bytes: media is encrypted by the clients.
func (n *Network) serveMedia(w http.ResponseWriter, r *http.Request) {
	upload := strings.HasPrefix(r.URL.Path, uploadPath)
	switch {
	case upload && r.URL.Query().Get("auth") != n.mediaAuth():
		http.Error(w, "unauthorized", http.StatusUnauthorized)
	case upload && r.Method == http.MethodPost:
		n.upload(w, r)
	case upload && r.Method == http.MethodDelete:
		n.media.remove(mediaName(r.URL.Query().Get("token")))
	case !upload && r.Method == http.MethodGet:
		n.download(w, r)
	default:
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	}
}

// upload takes a body whose hash is its token. It answers with both ways to get
// it back; the path must contain a '?', because clients append "&hash=".
func (n *Network) upload(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxMedia))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		http.Error(w, "larger than 100 MiB", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		return // the client went away
	}
	sum := sha256.Sum256(body)
	if r.URL.Query().Get("token") != base64.URLEncoding.EncodeToString(sum[:]) {
		http.Error(w, "token is not the hash of the body", http.StatusBadRequest)
		return
	}
	name := hex.EncodeToString(sum[:])
	if err := n.media.put(name, body); err != nil {
		n.log.Error("media not stored", "error", err)
		http.Error(w, "not stored", http.StatusInternalServerError)
		return
	}
	path := downloadPath + name + "?ccb=11-4"
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"url": "https://" + mediaHost + path, "direct_path": path})
}

func (n *Network) download(w http.ResponseWriter, r *http.Request) {
	body, err := n.media.get(strings.TrimPrefix(r.URL.Path, downloadPath))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(body)
}

// mediaName turns a token into the name of the stored bytes; "" if it is none.
func mediaName(token string) string {
	sum, err := base64.URLEncoding.DecodeString(token)
	if err != nil || len(sum) != sha256.Size {
		return ""
	}
	return hex.EncodeToString(sum)
}

// mediaStore keeps bytes under the hex SHA-256 of them: in files, or in memory if
// there is no directory.
type mediaStore struct {
	dir    string
	mu     *sync.Mutex
	memory map[string][]byte
}

func openMedia(stateDir string) (mediaStore, error) {
	if stateDir == "" {
		return mediaStore{mu: new(sync.Mutex), memory: make(map[string][]byte)}, nil
	}
	dir := filepath.Join(stateDir, "media")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return mediaStore{}, fmt.Errorf("create media directory: %w", err)
	}
	return mediaStore{dir: dir}, nil
}

// validName keeps paths of requests away from the file system.
func validName(name string) bool {
	raw, err := hex.DecodeString(name)
	return err == nil && len(raw) == sha256.Size && name == strings.ToLower(name)
}

// put writes a file beside its place and renames it, so that a crash leaves no
// half of it under its name.
func (m mediaStore) put(name string, body []byte) error {
	if m.dir == "" {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.memory[name] = body
		return nil
	}
	temporary, err := os.CreateTemp(m.dir, "upload-*")
	if err != nil {
		return fmt.Errorf("create media file: %w", err)
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(body)
	if err := errors.Join(err, temporary.Close()); err != nil {
		return fmt.Errorf("write media file: %w", err)
	}
	if err := os.Rename(temporary.Name(), filepath.Join(m.dir, name)); err != nil {
		return fmt.Errorf("name media file: %w", err)
	}
	return nil
}

func (m mediaStore) get(name string) ([]byte, error) {
	if !validName(name) {
		return nil, fs.ErrNotExist
	}
	if m.dir != "" {
		return os.ReadFile(filepath.Join(m.dir, name))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	body, ok := m.memory[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return body, nil
}

func (m mediaStore) remove(name string) {
	switch {
	case !validName(name):
	case m.dir != "":
		_ = os.Remove(filepath.Join(m.dir, name)) // gone is what was asked for
	default:
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.memory, name)
	}
}
