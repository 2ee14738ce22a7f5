package media_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tapgate/internal/channel"
	"tapgate/internal/fault"
	"tapgate/internal/id"
	"tapgate/internal/media"
	"tapgate/internal/message"
	"tapgate/internal/netguard"
	"tapgate/internal/store"
	"tapgate/internal/store/sqlite"
)

const (
	mantis = id.Channel("MANTIS-M72HC")
	heron  = id.Channel("HERON-AAAAA")
)

// house is a media store over a database, with a clock that the test moves.
type house struct {
	*media.Service
	t   *testing.T
	dir string
	now *atomic.Int64 // seconds
}

func open(t *testing.T, change func(*media.Options)) house {
	t.Helper()
	db, err := sqlite.Open(t.Context(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for i, ch := range []id.Channel{mantis, heron} {
		c := channel.Channel{ID: ch, Settings: channel.DefaultSettings()}
		if err := db.AddChannel(t.Context(), c, store.TokenHash{byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
	h := house{t: t, dir: t.TempDir(), now: &atomic.Int64{}}
	h.now.Store(1_800_000_000)
	o := media.Options{
		Dir: h.dir, Store: db, Now: func() time.Time { return time.Unix(h.now.Load(), 0) }, AnyPort: true,
		Transport: netguard.Transport(netguard.Options{AllowLoopback: true}),
		SignKey:   []byte("0123456789abcdef"), BaseURL: "https://gate.example.org",
	}
	if change != nil {
		change(&o)
	}
	if h.Service, err = media.New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Stop(context.WithoutCancel(t.Context())) })
	return h
}

func (h house) put(file []byte, o media.PutOptions) message.Media {
	h.t.Helper()
	m, err := h.Put(h.t.Context(), mantis, bytes.NewReader(file), o)
	if err != nil {
		h.t.Fatal(err)
	}
	return m
}

func (h house) read(mediaID string) []byte {
	h.t.Helper()
	f, err := h.Open(h.t.Context(), mantis, mediaID)
	if err != nil {
		h.t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		h.t.Fatal(err)
	}
	return b
}

// files counts the files below the store's directory.
func (h house) files() (n int) {
	h.t.Helper()
	err := filepath.WalkDir(h.dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			n++
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// refused checks that err is a fault of that kind which speaks of the words.
func refused(t *testing.T, what string, err error, kind fault.Kind, words ...string) {
	t.Helper()
	f := fault.Of(err)
	for _, word := range words {
		if !strings.Contains(f.Message+": "+f.Details(), word) {
			t.Errorf("%s: %q, %q: does not speak of %q", what, f.Message, f.Details(), word)
		}
	}
	if err == nil || f.Kind != kind {
		t.Errorf("%s: %v, want a fault of kind %s", what, err, kind)
	}
}

func drawing(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		img.Set(x, height/2, color.RGBA{R: 200, A: 255})
	}
	return img
}

func asPNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sample reads a file that the sandbox serves.
func sample(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "sandbox", "web", "samples", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestPicture: the caller calls a PNG a video, and is not believed.
func TestPicture(t *testing.T) {
	h := open(t, nil)
	file := asPNG(t, drawing(400, 200))
	m := h.put(file, media.PutOptions{MimeType: "video/mp4", FileName: `..\..\a` + "\x00" + `b.mp4`})
	if m.As != message.Image || m.MimeType != "image/png" || m.Width != 400 || m.Height != 200 || m.Size != int64(len(file)) ||
		m.FileName != "ab.png" || !strings.HasPrefix(m.ID, "png-") || m.Source != nil {
		t.Errorf("%+v", m)
	}
	small, err := jpeg.DecodeConfig(bytes.NewReader(m.Thumbnail))
	if err != nil || small.Width != 100 || small.Height != 50 {
		t.Errorf("thumbnail: %v, %d x %d", err, small.Width, small.Height)
	}
	if !bytes.Equal(h.read(m.ID), file) {
		t.Error("another file came back")
	}
}

func TestUnusualPictureBecomesJPEG(t *testing.T) {
	h := open(t, nil)
	frame := image.NewPaletted(image.Rect(0, 0, 40, 30), []color.Color{color.White, color.Black})
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	m := h.put(b.Bytes(), media.PutOptions{})
	shown, err := jpeg.DecodeConfig(bytes.NewReader(h.read(m.ID)))
	if m.MimeType != "image/jpeg" || err != nil || shown.Width != 40 || shown.Height != 30 {
		t.Errorf("%+v: %v, %d x %d", m, err, shown.Width, shown.Height)
	}
	if same := h.put(b.Bytes(), media.PutOptions{NoEncode: true}); same.MimeType != "image/gif" || !bytes.Equal(h.read(same.ID), b.Bytes()) {
		t.Errorf("in spite of NoEncode: %+v", same)
	}
}

// The sandbox's video was made to be 480 x 270, 3 seconds, H.264 and AAC with the index in front.
func TestVideoPassesWithoutEncoder(t *testing.T) {
	h := open(t, nil)
	file := sample(t, "video.mp4")
	m := h.put(file, media.PutOptions{FileName: "clip"})
	if m.As != message.Video || m.MimeType != "video/mp4" || m.Width != 480 || m.Height != 270 || m.Seconds != 3 || m.FileName != "clip.mp4" {
		t.Errorf("%+v", m)
	}
	if !bytes.Equal(h.read(m.ID), file) {
		t.Error("the file was changed")
	}
}

func TestDocument(t *testing.T) {
	h := open(t, nil)
	if m := h.put(sample(t, "document.pdf"), media.PutOptions{MimeType: "image/png"}); m.As != message.Document || m.MimeType != "application/pdf" {
		t.Errorf("%+v", m)
	}
}

// hugePNG is a PNG that says of itself to be very large and holds nothing.
func hugePNG(side uint32) []byte {
	chunk := make([]byte, 4+13)
	copy(chunk, "IHDR")
	binary.BigEndian.PutUint32(chunk[4:], side)
	binary.BigEndian.PutUint32(chunk[8:], side)
	chunk[12], chunk[13] = 8, 2
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
}

func TestRefused(t *testing.T) {
	h := open(t, func(o *media.Options) { o.Limits.Image, o.Limits.Document = 1000, 2000 })
	playlist := []byte("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")
	webm := []byte("\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1fB\x86\x81\x01B\x82\x84webm")
	for _, c := range []struct {
		name  string
		as    message.MediaKind
		src   message.MediaSource
		kind  fault.Kind
		words []string
	}{
		{"image bomb", "", message.MediaSource{Data: hugePNG(50_000)}, fault.TooLarge, []string{"50000 x 50000", "50 megapixels"}},
		{"image bomb as it is", "", message.MediaSource{Data: hugePNG(50_000), NoEncode: true}, fault.TooLarge, []string{"50 megapixels"}},
		{"playlist called a video", message.Video, message.MediaSource{Data: playlist, MimeType: "video/mp4", FileName: "a.mp4"}, fault.Unsupported, []string{"text/plain", "video"}},
		{"WebM without an encoder", message.Video, message.MediaSource{Data: webm}, fault.Unsupported, []string{"video/webm", "ffmpeg", "no_encode"}},
		{"broken image", "", message.MediaSource{Data: []byte("\xff\xd8\xffnothing")}, fault.Unsupported, []string{"image/jpeg", "broken"}},
		{"document as image", message.Image, message.MediaSource{Data: []byte("%PDF-1.4")}, fault.Unsupported, []string{"application/pdf"}},
		{"long image", message.Image, message.MediaSource{Data: append(asPNG(t, drawing(9, 9)), make([]byte, 1000)...)}, fault.TooLarge, []string{"1000 bytes"}},
		{"long image of a message", "", message.MediaSource{Data: append(asPNG(t, drawing(9, 9)), make([]byte, 1000)...)}, fault.TooLarge, []string{"1000 bytes", "as a document"}},
		{"empty", "", message.MediaSource{}, fault.Invalid, []string{"/media"}},
		{"unknown id", "", message.MediaSource{ID: "png-00-00"}, fault.NotFound, []string{"specified media not found"}},
		{"no id", "", message.MediaSource{ID: "../../etc/passwd"}, fault.NotFound, []string{"specified media not found"}},
		{"file URL", "", message.MediaSource{URL: "file:///etc/passwd"}, fault.Invalid, []string{"/media", "http"}},
		{"metadata service", "", message.MediaSource{URL: "http://169.254.169.254/latest"}, fault.Invalid, []string{"/media", "private or reserved"}},
		{"private address", "", message.MediaSource{URL: "http://10.0.0.1/"}, fault.Invalid, []string{"private or reserved"}},
		{"URL with a password", "", message.MediaSource{URL: "http://u:p@example.org/"}, fault.Invalid, []string{"password"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := h.Obtain(t.Context(), mantis, c.as, c.src)
			refused(t, "Obtain", err, c.kind, c.words...)
		})
	}
	if n := h.files(); n != 0 {
		t.Errorf("%d files stayed behind", n)
	}
}

func TestSameBytesAreStoredOnce(t *testing.T) {
	h := open(t, nil)
	a := h.put(sample(t, "document.pdf"), media.PutOptions{})
	b := h.put(sample(t, "document.pdf"), media.PutOptions{})
	if a.ID == b.ID || h.files() != 1 {
		t.Errorf("%s, %s: %d files", a.ID, b.ID, h.files())
	}
	_, err := h.Open(t.Context(), heron, a.ID)
	refused(t, "another channel's file", err, fault.NotFound, "specified media not found")
	refused(t, "another channel's file", h.Delete(t.Context(), heron, a.ID), fault.NotFound)
	if err := h.Delete(t.Context(), mantis, a.ID); err != nil || len(h.read(b.ID)) == 0 {
		t.Error(err)
	}
	if err := h.Delete(t.Context(), mantis, b.ID); err != nil || h.files() != 0 {
		t.Errorf("%v: %d files", err, h.files())
	}
	refused(t, "Delete", h.Delete(t.Context(), mantis, b.ID), fault.NotFound)
}

// TestThirtyDays: a file is there for thirty days and gone after.
func TestThirtyDays(t *testing.T) {
	h := open(t, nil)
	m := h.put(sample(t, "document.pdf"), media.PutOptions{})
	h.now.Add(30*24*3600 - 1)
	if err := h.Sweep(t.Context()); err != nil || len(h.read(m.ID)) == 0 {
		t.Error(err)
	}
	h.now.Add(2)
	_, err := h.Open(t.Context(), mantis, m.ID)
	refused(t, "Open", err, fault.NotFound)
	if err := h.Sweep(t.Context()); err != nil || h.files() != 0 {
		t.Errorf("%v: %d files", err, h.files())
	}
}

func TestLink(t *testing.T) {
	h := open(t, nil)
	m := h.put(sample(t, "document.pdf"), media.PutOptions{})
	link, err := h.Link(t.Context(), mantis, m.ID)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(link)
	if err != nil || u.Host != "gate.example.org" || !strings.HasSuffix(u.Path, ".pdf") {
		t.Fatalf("%s: %v", link, err)
	}
	f, err := h.OpenSigned(t.Context(), u.Path, u.Query())
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	later := u.Query()
	later.Set("e", "9999999999")
	for name, try := range map[string]struct {
		path  string
		query url.Values
	}{
		"no signature":    {u.Path, nil},
		"longer":          {u.Path, later},
		"another channel": {strings.Replace(u.Path, string(mantis), string(heron), 1), u.Query()},
	} {
		_, err := h.OpenSigned(t.Context(), try.path, try.query)
		refused(t, name, err, fault.NotFound)
	}
	h.now.Add(31 * 24 * 3600)
	_, err = h.OpenSigned(t.Context(), u.Path, u.Query())
	refused(t, "expired", err, fault.NotFound)
}

// TestFetch runs against a server on loopback, which the house lets through.
func TestFetch(t *testing.T) {
	file := asPNG(t, drawing(20, 10))
	var asked atomic.Int64
	ended := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/a.png", func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write(file)
	})
	mux.Handle("/away", http.RedirectHandler("http://169.254.169.254/latest", http.StatusFound))
	mux.Handle("/round", http.RedirectHandler("/round", http.StatusFound))
	mux.HandleFunc("/endless", func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 4096)); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("%PDF-"))
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
		case <-ended:
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(ended) })
	h := open(t, func(o *media.Options) {
		o.Limits = media.Limits{Image: 10_000, Video: 10_000, Audio: 10_000, Document: 10_000, Fetch: 300 * time.Millisecond}
	})
	get := func(h house, path string, noCache bool) (message.Media, error) {
		return h.Obtain(t.Context(), mantis, "", message.MediaSource{URL: server.URL + path, NoCache: noCache})
	}
	first, err := get(h, "/a.png", false)
	if err != nil || first.MimeType != "image/png" || first.Width != 20 || first.FileName != "a.png" {
		t.Fatalf("%+v, %v", first, err)
	}
	if again, err := get(h, "/a.png", false); err != nil || again.ID != first.ID || asked.Load() != 1 {
		t.Errorf("%+v, %v: asked %d times", again, err, asked.Load())
	}
	if fresh, err := get(h, "/a.png", true); err != nil || fresh.ID == first.ID || asked.Load() != 2 {
		t.Errorf("%+v, %v: asked %d times", fresh, err, asked.Load())
	}
	if _, err := h.Obtain(t.Context(), heron, "", message.MediaSource{URL: server.URL + "/a.png"}); err != nil || asked.Load() != 3 {
		t.Errorf("another channel: %v, asked %d times", err, asked.Load())
	}
	for path, want := range map[string]struct {
		kind  fault.Kind
		words string
	}{
		"/away":    {fault.Invalid, "private or reserved"},
		"/round":   {fault.Invalid, "3 redirects"},
		"/endless": {fault.TooLarge, "10000 bytes"},
		"/slow":    {fault.Invalid, "longer than"},
		"/none":    {fault.Invalid, "status 404"},
	} {
		_, err := get(h, path, false)
		refused(t, path, err, want.kind, want.words)
	}
	guarded := open(t, func(o *media.Options) { o.Transport = netguard.Transport(netguard.Options{}) })
	_, err = get(guarded, "/a.png", false)
	refused(t, "loopback", err, fault.Invalid, "private or reserved")
	narrow := open(t, func(o *media.Options) { o.AnyPort = false })
	_, err = get(narrow, "/a.png", false)
	refused(t, "port", err, fault.Invalid, "port")
}

// TestReceived: what came with a message keeps its id and its bytes, and may be brought twice.
func TestReceived(t *testing.T) {
	h := open(t, nil)
	said := message.Media{
		As: message.Video, ID: "mp4-3eb0aabbccddeeff001122-80000e4a0e1fbe", Caption: "Look", Seconds: 7, Width: 3, Height: 4, Thumbnail: []byte{1},
	}
	for range 2 {
		m, err := h.Keep(t.Context(), mantis, said, strings.NewReader("no video at all"))
		if err != nil || m.ID != said.ID || m.Seconds != 7 || m.Width != 3 || m.Caption != "Look" || string(h.read(m.ID)) != "no video at all" {
			t.Errorf("%+v, %v", m, err)
		}
	}
	if n := h.files(); n != 1 {
		t.Errorf("%d files", n)
	}
}

func TestPrivateDirectoryEnds(t *testing.T) {
	h := open(t, func(o *media.Options) { o.Dir = "" })
	h.put(sample(t, "document.pdf"), media.PutOptions{})
	dir := h.Dir
	if err := h.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", dir, err)
	}
}

// TestOrDocument: an upload that is too large for a picture is kept as a document; a message refuses it.
func TestOrDocument(t *testing.T) {
	h := open(t, func(o *media.Options) { o.Limits.Image, o.Limits.Document = 1000, 2000 })
	long := append(asPNG(t, drawing(9, 9)), make([]byte, 1000)...)
	m := h.put(long, media.PutOptions{OrDocument: true})
	if m.As != message.Document || m.MimeType != "image/png" || m.Size != int64(len(long)) {
		t.Errorf("kept as %+v", m)
	}
	_, err := h.Obtain(t.Context(), mantis, "", message.MediaSource{ID: m.ID})
	refused(t, "Obtain", err, fault.TooLarge, "1000 bytes")
	if m, err := h.Obtain(t.Context(), mantis, message.Document, message.MediaSource{ID: m.ID}); err != nil || m.As != message.Document {
		t.Errorf("as a document: %+v, %v", m, err)
	}
}
