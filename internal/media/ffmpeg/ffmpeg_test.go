package ffmpeg_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image/jpeg"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tapgate/internal/media"
	"tapgate/internal/media/ffmpeg"
)

func encoder(t *testing.T) *ffmpeg.Encoder {
	t.Helper()
	e, err := ffmpeg.New()
	switch {
	case err == nil:
		return e
	case os.Getenv("CI") != "":
		t.Fatalf("ffmpeg is needed here: %v", err)
	}
	t.Skipf("ffmpeg is not installed, so converting is not tested: %v", err)
	return nil
}

// film makes a file with ffmpeg's own sources; the last argument is its name.
func film(t *testing.T, args ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), args[len(args)-1])
	args = append([]string{"-loglevel", "error", "-nostdin"}, append(args[:len(args)-1:len(args)-1], path)...)
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// probed is what ffprobe says of a file.
type probed struct {
	Streams []struct {
		CodecName     string `json:"codec_name"`
		CodecType     string `json:"codec_type"`
		PixFmt        string `json:"pix_fmt"`
		Width, Height int
		Channels      int
	}
	Format struct {
		FormatName string `json:"format_name"`
	}
}

func probe(t *testing.T, file []byte) (p probed) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "made")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-loglevel", "error", "-show_streams", "-show_format", "-of", "json", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

const plenty = 64 << 20

func encode(t *testing.T, e *ffmpeg.Encoder, file []byte, demuxer string, form media.TargetForm) []byte {
	t.Helper()
	out, err := e.Encode(bounded(t), bytes.NewReader(file), demuxer, media.Target{Form: form, MaxBytes: plenty})
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Error(err)
	}
	return b
}

// indexFirst reports whether the box moov stands before the box mdat.
func indexFirst(file []byte) bool {
	index, data := bytes.Index(file, []byte("moov")), bytes.Index(file, []byte("mdat"))
	return index >= 0 && index < data
}

func TestVideo(t *testing.T) {
	e := encoder(t)
	webm := film(t, "-f", "lavfi", "-i", "testsrc=size=321x241:rate=10:duration=2", "-f", "lavfi", "-i", "sine=duration=2",
		"-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis", "a.webm")
	made := encode(t, e, webm, "matroska", media.ToVideo)
	p := probe(t, made)
	if len(p.Streams) != 2 || p.Streams[0].CodecName != "h264" || p.Streams[0].PixFmt != "yuv420p" ||
		p.Streams[0].Width%2 != 0 || p.Streams[0].Height%2 != 0 || p.Streams[1].CodecName != "aac" {
		t.Errorf("%+v", p.Streams)
	}
	if !strings.Contains(p.Format.FormatName, "mp4") || !indexFirst(made) {
		t.Errorf("format %s, index first: %v", p.Format.FormatName, indexFirst(made))
	}
	seconds, err := e.Seconds(bounded(t), bytes.NewReader(made), "mov")
	if err != nil || seconds < 2 || seconds > 3 {
		t.Errorf("%d s, %v; want 2", seconds, err)
	}
}

func TestLargeVideoIsScaledDown(t *testing.T) {
	e := encoder(t)
	large := film(t, "-f", "lavfi", "-i", "testsrc=size=1920x1080:rate=5:duration=0.4", "-c:v", "mpeg4", "a.avi")
	p := probe(t, encode(t, e, large, "avi", media.ToVideo))
	if len(p.Streams) != 1 || p.Streams[0].Width != 1280 || p.Streams[0].Height != 720 {
		t.Errorf("%+v, want 1280x720 and no sound", p.Streams)
	}
}

func TestStream(t *testing.T) {
	e := encoder(t)
	late := film(t, "-f", "lavfi", "-i", "testsrc=size=64x64:duration=1", "-c:v", "libx264", "-pix_fmt", "yuv420p", "a.mp4")
	if indexFirst(late) {
		t.Fatal("ffmpeg put the index first by itself")
	}
	made := encode(t, e, late, "mov", media.ToStream)
	if p := probe(t, made); !indexFirst(made) || p.Streams[0].CodecName != "h264" {
		t.Errorf("index first: %v, %+v", indexFirst(made), p.Streams)
	}
}

func TestSound(t *testing.T) {
	e := encoder(t)
	wav := film(t, "-f", "lavfi", "-i", "sine=duration=1", "-ac", "2", "a.wav")
	for form, codec := range map[media.TargetForm]string{media.ToAudio: "aac", media.ToVoice: "opus"} {
		p := probe(t, encode(t, e, wav, "wav", form))
		if len(p.Streams) != 1 || p.Streams[0].CodecName != codec {
			t.Errorf("%s: %+v", form, p.Streams)
		}
		if form == media.ToVoice && p.Streams[0].Channels != 1 {
			t.Errorf("voice has %d channels", p.Streams[0].Channels)
		}
	}
}

func TestStill(t *testing.T) {
	e := encoder(t)
	clip := film(t, "-f", "lavfi", "-i", "testsrc=size=64x48:duration=1", "-c:v", "libx264", "a.mp4")
	img, err := jpeg.Decode(bytes.NewReader(encode(t, e, clip, "mov", media.ToImage)))
	if err != nil || img.Bounds().Dx() != 64 || img.Bounds().Dy() != 48 {
		t.Error(img.Bounds(), err)
	}
}

// A list that names other files is none of the forms that are read: whatever it is called, the
// demuxer that could follow it is never chosen.
func TestNothingElseIsRead(t *testing.T) {
	e := encoder(t)
	secret := filepath.Join(t.TempDir(), "secret.mp4")
	clip := film(t, "-f", "lavfi", "-i", "testsrc=size=64x48:duration=1", "-c:v", "libx264", "a.mp4")
	if err := os.WriteFile(secret, clip, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, list := range map[string]string{
		"playlist": "#EXTM3U\n#EXTINF:1,\nfile://" + secret + "\n#EXT-X-ENDLIST\n",
		"concat":   "ffconcat version 1.0\nfile '" + secret + "'\n",
	} {
		for _, demuxer := range []string{"mov", "matroska", "avi", "mpeg"} {
			out, err := e.Encode(bounded(t), strings.NewReader(list), demuxer, media.Target{Form: media.ToVideo, MaxBytes: plenty})
			if err == nil {
				t.Errorf("%s read as %s became a film", name, demuxer)
				out.Close()
			}
		}
	}
}

// Two hours of silence take little room: they are refused rather than cut.
func TestTooLong(t *testing.T) {
	e := encoder(t)
	silence := film(t, "-f", "lavfi", "-i", "anullsrc=sample_rate=8000:channel_layout=mono", "-t", "7200", "-c:a", "flac", "a.flac")
	_, err := e.Encode(bounded(t), bytes.NewReader(silence), "flac", media.Target{Form: media.ToAudio, MaxBytes: plenty})
	if err == nil || !strings.Contains(err.Error(), "longer than 3600 seconds") {
		t.Errorf("%d bytes: %v", len(silence), err)
	}
}

func TestOutputIsBounded(t *testing.T) {
	e := encoder(t)
	noise := film(t, "-f", "lavfi", "-i", "nullsrc=size=320x240:rate=25:duration=4,geq=random(1)*255:128:128", "-c:v", "libx264", "-preset", "ultrafast", "-qp", "10", "a.mkv")
	const most = 100 << 10
	out, err := e.Encode(bounded(t), bytes.NewReader(noise), "matroska", media.Target{Form: media.ToVideo, MaxBytes: most})
	if err != nil {
		return // refused: just as well
	}
	defer out.Close()
	b, err := io.ReadAll(out)
	if err != nil || len(b) <= most || len(b) > 20*most {
		t.Errorf("%d bytes, %v; want a little more than %d, so that the caller sees that it is too long", len(b), err, most)
	}
}

// The program ends with its time, and leaves nothing behind.
func TestTimeIsUp(t *testing.T) {
	e := encoder(t)
	t.Setenv("TMPDIR", t.TempDir())
	clip := film(t, "-f", "lavfi", "-i", "testsrc=size=1280x720:rate=30:duration=20", "-c:v", "mpeg4", "a.avi")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	started := time.Now()
	_, err := e.Encode(ctx, bytes.NewReader(clip), "avi", media.Target{Form: media.ToVideo, MaxBytes: plenty})
	if err == nil || time.Since(started) > 10*time.Second {
		t.Errorf("%v after %s", err, time.Since(started))
	}
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "tapgate-encode-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
